"""Vectors in registers: across lanes, under masks, along loops; against NumPy."""

from fractions import Fraction

import numpy as np
import pytest
from executors.native.lane_program import I64, function, module_text

from pellucid.executors.native.llvm.vectors import (
    BLOCK,
    Vectors,
    block_of,
    carried,
    first_lanes,
    lanes_below,
    summed,
)

DTYPES = [np.float32, np.float64]
LANES = [1, 2, 4, 8]


def run(emitted, dtype, lanes, results, *arrays, count=0):
    """`emitted(v, places, count)` gives vectors; they are written side by side."""

    def body(b, places, how_many):
        v = Vectors(b, np.dtype(dtype), lanes)
        *given, to = places
        for i, vector in enumerate(emitted(v, given, how_many)):
            b.store(vector, v.slot(to, i), align=np.dtype(dtype).itemsize)

    found = np.zeros((results, lanes), dtype)
    places = [a.ctypes.data for a in (*arrays, found)]
    function(module_text(body, len(places)), len(places))(*places, count)
    return found


def numbers(dtype, *shape):
    return np.random.default_rng(len(shape)).integers(-9, 10, shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lanes", LANES)
def test_a_square_is_transposed_and_missing_rows_are_zeros(lanes, dtype):
    for rows in range(1, lanes + 1):
        x = numbers(dtype, rows, lanes)

        def emitted(v, places, _, rows=rows):
            return v.transposed([v.load(v.slot(places[0], i)) for i in range(rows)])

        found = run(emitted, dtype, lanes, lanes, x)
        np.testing.assert_array_equal(found[:, :rows], x.T)
        assert not found[:, rows:].any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lanes", LANES)
def test_each_lane_has_the_sum_of_one_vector(lanes, dtype):
    for count in range(1, lanes + 1):
        x = numbers(dtype, count, lanes)

        def emitted(v, places, _, count=count):
            return [v.sums([v.load(v.slot(places[0], i)) for i in range(count)])]

        (found,) = run(emitted, dtype, lanes, 1, x)
        np.testing.assert_array_equal(found[:count], x.sum(axis=1))


def test_an_exchange_swaps_blocks_of_lanes():
    x, y = np.arange(8, dtype=np.float32), np.arange(10, 18, dtype=np.float32)

    def emitted(v, places, _):
        vectors = [v.load(place) for place in places]
        return [vector for apart in (1, 2, 4) for vector in v.exchanged(*vectors, apart)]

    found = run(emitted, np.float32, 8, 6, x, y).astype(int).tolist()
    assert found == [
        [0, 10, 2, 12, 4, 14, 6, 16],
        [1, 11, 3, 13, 5, 15, 7, 17],
        [0, 1, 10, 11, 4, 5, 14, 15],
        [2, 3, 12, 13, 6, 7, 16, 17],
        [0, 1, 2, 3, 10, 11, 12, 13],
        [4, 5, 6, 7, 14, 15, 16, 17],
    ]


def test_a_multiply_add_is_rounded_once():
    x = np.random.default_rng(0).normal(size=4)
    y = -(x * x)

    def emitted(v, places, _):
        a, c = (v.load(place) for place in places)
        return [v.fma(a, a, c)]

    exact = [float(Fraction(a) ** 2 + Fraction(c)) for a, c in zip(x, y, strict=True)]
    (found,) = run(emitted, np.float64, 4, 1, x, y)
    assert found.tolist() == exact
    assert found.any()


@pytest.mark.parametrize("count", [-1, 0, 1, 3, 4, 99])
def test_masks_are_of_the_first_lanes(count):
    x = np.arange(1, 5, dtype=np.float32)

    def emitted(v, places, how_many):
        known = v.load(places[0], 1, first_lanes(4, count))
        return [
            known,
            v.load(places[0], 1, v.below(how_many)),
            v.load(places[0], 1, lanes_below(v.b, 4, how_many)),
        ]

    found = run(emitted, np.float32, 4, 3, x, count=count)
    expected = [n if i < count else 0 for i, n in enumerate([1, 2, 3, 4])]
    assert found.tolist() == [expected] * 3


def test_no_mask_is_needed_for_all_lanes():
    made = []

    def emitted(v, places, _):
        made.extend([v.first(3), v.first(4), v.first(5)])
        return [v.load(places[0])]

    run(emitted, np.float32, 4, 1, np.ones(4, np.float32))
    assert [mask is None for mask in made] == [False, True, True]


def test_vectors_are_kept_side_by_side():
    def emitted(v, places, count):
        v.keep(places[0], 1, v.kept(places[0], count))
        return [v.kept(places[0], 0), v.kept(places[0], 1)]

    room = np.zeros(28)  # what is kept begins at whole vectors, which NumPy's memory need not
    x = room[-room.ctypes.data % 64 // 8 :][:20]
    x[:] = np.arange(20)
    found = run(emitted, np.float64, 4, 2, x, count=3)
    assert found.ravel().tolist() == [0.0, 1.0, 2.0, 3.0, 12.0, 13.0, 14.0, 15.0]


def test_values_are_carried_from_turn_to_turn():
    """Fibonacci numbers, and how many turns there were."""

    def emitted(v, _, count):
        first = [v.zero, v.kind(1.0), v.zero]

        def body(_, held):
            a, b, turns = held
            return [b, v.b.fadd(a, b), v.b.fadd(turns, v.kind(1.0))]

        return carried(v.b, I64(2), count, 3, first, body)

    for count in (0, 2, 3, 5, 6, 20):
        a, b, turns = run(emitted, np.float64, 1, 3, count=count).ravel()
        x, y = 0, 1
        for _ in range(2, count, 3):
            x, y = y, x + y
        assert (a, b, turns) == (x, y, len(range(2, count, 3)))


@pytest.mark.parametrize("block", [None, 6, 100])
def test_sums_have_every_term_once_and_are_added_to_what_was_there(block):
    x = numbers(np.float64, 20)

    def emitted(v, places, _):
        def body(i, totals):
            return [v.b.fadd(totals[0], v.load(v.slot(places[0], i)))]

        return summed(v, (I64(2), I64(20)), 2, [v.kind(1000.0)], body, block)

    assert run(emitted, np.float64, 1, 1, x)[0, 0] == 1000 + x[2:20:2].sum()


def test_a_blocked_sum_loses_less():
    x = np.full(1 << 16, 0.1, np.float32)

    def total(block):
        def emitted(v, places, _):
            def body(i, totals):
                return [v.b.fadd(totals[0], v.load(v.slot(places[0], i)))]

            return summed(v, (I64(0), I64(x.size)), 1, [v.zero], body, block)

        return float(run(emitted, np.float32, 1, 1, x)[0, 0])

    exact = float(x[0]) * x.size
    assert abs(total(256) - exact) < abs(total(None) - exact) / 10


@pytest.mark.parametrize("step", [1, 2, 4])
def test_blocks_are_whole_steps_nearly_equal_and_none_where_one_does(step):
    for count in [*range(1, 6000, 61), 1535, 1536, 1537]:
        block = block_of(count, step)
        if block is None:
            assert count < 1.5 * BLOCK
            continue
        parts = -(-count // block)
        assert block % step == 0
        assert count / parts <= block < count / parts + step * parts
        assert block <= 1.5 * BLOCK
