"""Loops: the indices of Python's ranges, bounds known now or when the code runs."""

import numpy as np
import pytest
from executors.native.lane_program import I64, function, module_text

from pellucid.executors.native.llvm.counted_loops import Interval, choose, counted
from pellucid.executors.native.llvm.indices import Index

SPANS = [(0, 5, 1), (0, 0, 1), (3, 3, 1), (5, 2, 1), (-4, 3, 2), (0, 7, 3), (0, 6, 3), (2, 3, 100)]


def noted(loops):
    """What code writes down: `loops(b, note)` emits it, `note(index)` writes a number."""

    def body(b, places, count):
        numbers, length = places

        def note(index):
            at = b.load(length, typ=I64)
            b.store(index, b.gep(numbers, [at], source_etype=I64))
            b.store(b.add(at, I64(1)), length)

        loops(b, note, count)

    numbers, length = np.zeros(100, np.int64), np.zeros(1, np.int64)
    code = function(module_text(body, 2), 2)

    def run(count):
        length[0] = 0
        code(numbers.ctypes.data, length.ctypes.data, count)
        return numbers[: length[0]].tolist()

    return run


@pytest.mark.parametrize("span", SPANS, ids=str)
def test_indices_are_those_of_a_range(span):
    begin, end, step = span

    def loops(b, note, _):
        with counted(b, I64(begin), I64(end), step) as i:
            note(i)

    assert noted(loops)(0) == [*range(begin, end, step)]


@pytest.mark.parametrize("span", SPANS, ids=str)
def test_an_interval_is_gone_over_in_steps_and_knows_its_length(span):
    begin, end, step = span

    def loops(b, note, _):
        interval = Interval.of(b, begin, end)
        with interval.loop(step) as i:
            note(i)
        note(interval.length)

    assert noted(loops)(0) == [*range(begin, end, step), end - begin]


def test_ends_may_be_known_when_the_code_runs_alone():
    def loops(b, note, count):
        with counted(b, b.sub(I64(0), count), count, 2) as i:
            note(i)

    run = noted(loops)
    for count in (-3, 0, 1, 4, 7):
        assert run(count) == [*range(-count, count, 2)]


def test_loops_nest_and_follow_one_another():
    def loops(b, note, count):
        with counted(b, I64(0), count) as i:
            with counted(b, I64(0), i) as j:
                note(b.add(b.mul(i, I64(10)), j))
            with b.if_then(b.icmp_signed("==", i, I64(2))):
                note(I64(-1))
        with counted(b, I64(7), I64(9)) as k:
            note(k)

    expected = []
    for i in range(4):
        expected += [10 * i + j for j in range(i)] + ([-1] if i == 2 else [])
    assert noted(loops)(4) == [*expected, 7, 8]


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("differs", [False, True])
def test_the_last_of_many_is_chosen_when_the_code_runs(differs, count):
    def body(b, places, number):
        index = Index(b, number)
        choose(index, count, differs, lambda last: b.store(I64(2 if last else 1), places[0]))

    code = function(module_text(body, 1), 1)
    found = np.zeros(1, np.int64)
    for index in range(count):
        code(found.ctypes.data, index)
        assert found[0] == (2 if differs and index == count - 1 else 1)
