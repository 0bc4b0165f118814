"""pellucid alone: both executors do the same work."""

import pytest

from pellucid.bench.alone import NATIVE, REFERENCE, alone
from pellucid.bench.show import LOSS_TOLERANCE
from pellucid.bench.workloads import WORKLOADS, problem


@pytest.fixture(autouse=True)
def _threads_as_before():
    from pellucid.executors import threads

    before = threads._Choice.count
    yield
    threads._Choice.count = before


@pytest.mark.parametrize("name", ["W1", "W3", "W7", "W9", "W11", "I1", "I100"])
def test_the_reference_does_what_the_native_executor_does(name):
    own, other = alone([1]).contenders(problem(WORKLOADS[name]))
    assert (own.system, other.system) == (NATIVE, REFERENCE)
    assert other.go(3) == pytest.approx(own.go(3), rel=LOSS_TOLERANCE / 10)


def test_one_contender_for_each_number_of_threads_and_one_of_the_reference():
    found = alone([1, 2]).contenders(problem(WORKLOADS["I1"]))
    assert [c.threads for c in found] == [1, 2, None]


def test_no_other_library_takes_part_in_whole_runs():
    assert alone([1]).whole_runs == {}
