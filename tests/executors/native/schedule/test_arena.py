"""Places in the arena: the lowest that is free, found without a look at every value."""

import random

import pytest

from pellucid.executors.native.schedule import arena
from pellucid.executors.native.schedule.arena import Arena


def lowest(taken, size, first, last):
    """The same by looking at all values."""
    start = 0
    for begin, end, born, died in sorted(taken):
        if born <= last and first <= died and begin < start + size:
            start = max(start, end)
    return start


@pytest.mark.parametrize("seed", range(100))
def test_each_value_gets_the_lowest_place_that_is_free_while_it_lives(seed):
    rng = random.Random(seed)
    steps = rng.choice([1, 2, 3, 8, 13, 40])
    room, taken = Arena(steps), []
    for _ in range(60):
        first = rng.randrange(steps)
        last = min(steps - 1, first + rng.choice([0, 0, 1, 2, steps]))
        size = 64 * rng.choice([1, 1, 1, 2, 3, 10])
        start = room.place(size, first, last)
        assert start == lowest(taken, size, first, last)
        taken.append((start, start + size, first, last))
    assert room.size == max(end for _, end, _, _ in taken)


@pytest.mark.parametrize(
    "lives",
    [
        lambda i, n: (i, 2 * n - 1 - i),  # kept for the way back
        lambda i, n: (2 * i, 2 * i + 1),  # each for the next one
        lambda i, n: (0, i),  # all from the beginning
    ],
)
def test_work_grows_like_n_log_n(lives, monkeypatch):
    looked_at = 0
    behind = arena._Taken.behind

    def counted(*arguments):
        nonlocal looked_at
        looked_at += 1
        return behind(*arguments)

    monkeypatch.setattr(arena._Taken, "behind", counted)
    found = []
    for count in (250, 1000):
        looked_at, room = 0, Arena(2 * count)
        for i in range(count):
            room.place(64, *lives(i, count))
        found.append(looked_at)
    assert found[1] <= 5.5 * found[0]
