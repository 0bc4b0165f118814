"""Tiles by outer products: sums over any part of k, and steps that keep a core busy."""

import itertools

import numpy as np
import pytest
from executors.native.lane_program import I64, function, module_text

from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.vectors import Vectors, first_lanes
from pellucid.executors.native.matmul.matrices import Matrix, Operands
from pellucid.executors.native.matmul.outer_tiles import IN_FLIGHT, STEPS, Tile, outer_sums
from pellucid.executors.native.matmul.tiling import MOST_STEPS

FLOAT, LANES = np.dtype(np.float32), 4


def tile(rows, vectors, k, **options):
    return Tile(rows, (None,) * vectors, k, k, **options)


@pytest.mark.parametrize("rare", [False, True])
def test_steps_are_powers_of_two_and_chains_no_more_than_steps(rare):
    for rows, vectors, k in itertools.product(range(1, 9), (1, 2, 3), (0, 1, 2, 3, 5, 100)):
        made = tile(rows, vectors, k, rare=rare)
        assert made.sums == rows * vectors
        assert made.steps in (1, 2, 4)
        assert made.steps <= max(k, 1)
        assert made.chains in (1, 2, 4)
        assert made.chains <= made.steps


def test_few_sums_are_dealt_out_until_they_keep_the_core_busy():
    for rows, vectors in itertools.product(range(1, 9), (1, 2, 3)):
        made = tile(rows, vectors, 100)
        is_busy = made.chains * made.sums >= IN_FLIGHT
        assert is_busy or made.chains == MOST_STEPS
    assert tile(6, 2, 100).steps == STEPS  # enough sums: no more steps than counting asks for
    assert (tile(1, 1, 100).steps, tile(1, 1, 100).chains) == (MOST_STEPS, MOST_STEPS)
    assert tile(6, 2, 100, rare=True).steps == 1


def sums(a, b, made, begin, end):
    """The sums of a tile over some of k; what else was asked for in a turn is counted."""
    a, b = (np.ascontiguousarray(x, np.float32) for x in (a, b))

    def body(builder, places, last):
        v = Vectors(builder, FLOAT, LANES)
        left = Matrix(builder, places[0], FLOAT, (a.shape[1], 1))
        right = Matrix(builder, places[1], FLOAT, (b.shape[1], 1))

        depth = Interval.of(builder, begin, last)

        def meanwhile(k):
            before = builder.load(places[3], typ=I64)
            builder.store(builder.add(before, I64(1)), places[3])

        found = outer_sums(v, made, Operands(left, right), depth, [meanwhile])
        for i, vector in enumerate(found):
            builder.store(vector, v.slot(places[2], i), align=4)

    result, turns = np.full((made.sums, LANES), np.nan, np.float32), np.zeros(1, np.int64)
    given = [x.ctypes.data for x in (a, b, result, turns)]
    function(module_text(body, 4), 4)(*given, end)
    return result.reshape(made.rows, -1), int(turns[0])


@pytest.mark.parametrize(("rows", "vectors"), [(1, 1), (3, 1), (4, 2), (7, 3)])
@pytest.mark.parametrize(("begin", "end"), [(0, 0), (0, 1), (0, 7), (2, 7), (3, 4), (0, 37)])
def test_the_sums_of_a_tile_are_those_of_its_part_of_k(begin, end, rows, vectors):
    draw = np.random.default_rng(end)
    a = draw.integers(-9, 10, (rows, 37))
    b = draw.integers(-9, 10, (37, vectors * LANES))
    found, turns = sums(a, b, tile(rows, vectors, 37), begin, end)
    np.testing.assert_array_equal(found, a[:, begin:end] @ b[begin:end])
    steps = tile(rows, vectors, 37).steps
    assert turns == (end - begin) // steps + (end - begin) % steps


def test_masked_lanes_are_zero_and_nothing_else_is_read():
    a, b = np.ones((2, 3)), np.full((3, LANES), np.nan)
    b[:, :3] = 2.0
    made = Tile(2, (first_lanes(LANES, 3),), 3, 3)
    found, _ = sums(a, b, made, 0, 3)
    np.testing.assert_array_equal(found, [[6.0, 6.0, 6.0, 0.0]] * 2)


def test_a_rare_tile_gives_the_same_numbers():
    draw = np.random.default_rng(0)
    a, b = draw.integers(-9, 10, (5, 20)), draw.integers(-9, 10, (20, LANES))
    for options in ({}, {"rare": True}):
        np.testing.assert_array_equal(sums(a, b, tile(5, 1, 20, **options), 0, 20)[0], a @ b)
