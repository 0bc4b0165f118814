"""Where long sums are cut: no lane adds more than a block of numbers in one go."""

import itertools

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.executors.native.schedule.nest import Dim
from pellucid.executors.native.schedule.sum_blocks import BLOCK, lost_beside, split
from pellucid.graph import Node, Value

FLOAT = np.dtype(np.float32)


def added(dims, width, cut):
    """How many numbers a lane adds one after the other: at the most, by going through the nest."""
    reduced = [(i, dim.size) for i, dim in enumerate(dims) if dim.reduced]
    last = len(dims) - 1
    turns = [range(0, size, width if i == last else 1) for i, size in reduced]
    place = [i for i, _ in reduced].index(cut.loop)
    inside = 1
    for each in turns[place + 1 :]:
        inside *= len(each)
    step = width if cut.loop == last else 1
    return inside * -(-min(cut.points, reduced[place][1]) // step)


NESTS = [
    (n, r)
    for n in itertools.product((1, 3, 200, 1000, 5000), repeat=2)
    for r in itertools.product((False, True), repeat=2)
]


@pytest.mark.parametrize("width", [1, 8, 16])
def test_a_block_is_no_longer_than_allowed_and_not_much_shorter(width):
    cuts = 0
    for sizes, reduced in NESTS:
        dims = [Dim(n, r) for n, r in zip(sizes, reduced, strict=True)]
        cut = split(dims, width)
        turns = [-(-n // (width if i else 1)) for i, n in enumerate(sizes)]
        total = np.prod([t for t, r in zip(turns, reduced, strict=True) if r])
        assert (cut is None) == (total <= BLOCK)
        if cut is not None:
            cuts += 1
            assert dims[cut.loop].reduced
            assert BLOCK / 2 < added(dims, width, cut) <= BLOCK
    assert cuts


def test_without_reduced_loops_there_is_nothing_to_cut():
    assert split([Dim(10**6, False)], 8) is None
    assert split([], 8) is None


def scattered(count, dtype=FLOAT):
    x, i = Value("x", (count,), dtype), Value("i", (count,), np.dtype(np.int64))
    return Node(p.ScatterAdd(0, 5), (x, i), Value("y", (5,), dtype))


def test_what_sums_in_memory_lose_is_kept_where_many_numbers_may_meet():
    assert lost_beside(scattered(BLOCK)) == []
    (lost,) = lost_beside(scattered(BLOCK + 1))
    assert (lost.shape, lost.dtype, lost.name) == ((5,), FLOAT, "y/lost")
    assert lost_beside(scattered(BLOCK + 1, np.dtype(np.int64))) == []


def overlapped(size, count=3):
    x = Value("x", (count, size), FLOAT)
    return Node(
        p.OverlapAdd((0,), (size + count,), (1,), (1,)), (x,), Value("y", (size + count,), FLOAT)
    )


def test_windows_that_lie_over_one_another_lose_too():
    assert lost_beside(overlapped(BLOCK)) == []
    assert len(lost_beside(overlapped(BLOCK + 1))) == 1
    x = Value("x", (BLOCK * 9,), FLOAT)
    assert lost_beside(Node(p.Exp(), (x,), x)) == []
