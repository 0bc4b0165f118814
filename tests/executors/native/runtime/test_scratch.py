"""Programs lend each other the memory of their temporary values: one at a time works in it."""

import gc
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional
from pellucid.executors.native.runtime import scratch
from pellucid.executors.native.runtime.scratch import LEAST_SHARED, forget, left, taken


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    forget()
    yield
    forget()


def similarities() -> Any:
    """A program of rows x, whose temporary values grow like the square of their number."""
    return pc.compile(lambda x: functional.softmax(x @ x.permute_dims((1, 0))).sum(axis=0))


def test_a_room_is_lent_again_when_it_was_left_and_large_enough() -> None:
    first = taken(2000)
    assert first.memory.nbytes >= 2000
    assert first.memory.ctypes.data == first.address
    second = taken(1000)
    assert second.address != first.address  # somebody is in the first
    left(first)
    assert taken(500) is first
    left(first)
    larger = taken(5000)
    assert larger.memory.nbytes >= 5000
    assert scratch._free == []  # the smaller one is gone


def test_programs_that_run_one_after_the_other_take_what_the_largest_takes() -> None:
    step = similarities()
    x, y = (np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32) for n in (700, 900))
    expected = [step(x).numpy(), step(y).numpy()]
    assert step.room_for(x) >= LEAST_SHARED
    assert [room.memory.nbytes for room in scratch._free] == [step.room_for(y)]
    for _ in range(2):
        np.testing.assert_array_equal(step(x).numpy(), expected[0])
        np.testing.assert_array_equal(step(y).numpy(), expected[1])
    assert len(scratch._free) == 1


def test_memory_is_let_go_when_a_program_is() -> None:
    step = similarities()
    step(np.ones((700, 4), np.float32))
    assert scratch._free
    del step
    gc.collect()
    assert not scratch._free


def test_programs_on_threads_of_their_own_have_rooms_of_their_own() -> None:
    rng = np.random.default_rng(0)
    given = [rng.normal(size=(600 + 50 * i, 4)).astype(np.float32) for i in range(4)]
    steps = [similarities() for _ in given]
    expected = [step(x).numpy() for step, x in zip(steps, given, strict=True)]
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(30):
            if not np.array_equal(steps[i](given[i]).numpy(), expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert 1 <= len(scratch._free) <= 4


def test_a_program_that_is_called_inside_another_has_a_room_of_its_own() -> None:
    """Whoever is in a room keeps it, whatever runs meanwhile."""
    step = similarities()
    x = np.random.default_rng(0).normal(size=(700, 4)).astype(np.float32)
    expected = step(x).numpy()
    room = taken(1)
    room.memory[:] = 255
    np.testing.assert_array_equal(step(x).numpy(), expected)
    assert (room.memory == 255).all()
