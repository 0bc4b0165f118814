"""The pace of training: chunks of about a tenth of a second, and times in words."""

import pytest

from pellucid.train.stepping import pace
from pellucid.train.stepping.pace import Pace, spoken


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands; `clock.now` is set by the test."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(pace.time, "perf_counter", lambda: Clock.now)
    return Clock


def run(found, clock, steps, seconds):
    found.start()
    clock.now += seconds
    found.stop(steps)


def test_chunks_come_to_a_tenth_of_a_second_by_at_most_four_times(clock):
    found = Pace()
    run(found, clock, 1, 30.0)  # compiles: tells nothing of a step
    assert (found.length, found.steps_per_second) == (1, 0.0)
    lengths = []
    for _ in range(5):
        run(found, clock, found.length, 0.001 * found.length)
        lengths.append(found.length)
    assert lengths[:3] == [4, 16, 64]
    assert lengths[3:] == pytest.approx([100, 100], abs=1)
    assert found.steps_per_second == pytest.approx(1000.0)


def test_a_step_of_seconds_runs_alone(clock):
    found = Pace()
    run(found, clock, 1, 2.0)
    run(found, clock, 8, 16.0)
    assert found.length == 1


def test_the_duration_counts_from_the_beginning(clock):
    found = Pace()
    assert found.duration == 0.0
    found.begin(3)
    clock.now += 12.5
    assert (found.duration, found.first_epoch) == (12.5, 3)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.05, "0.050 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3600, "1 h 0 min")],
)
def test_times_are_spoken(seconds, words):
    assert spoken(seconds) == words
