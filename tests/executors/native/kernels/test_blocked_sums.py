"""Long sums err no more than their bound, and infinite ones stay infinite."""

import math

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target

import pellucid as pc
from pellucid import primitives as p
from pellucid.executors import threads
from pellucid.executors.native.llvm.vectors import BLOCK as BLOCK_OF_K
from pellucid.executors.native.llvm.vectors import block_of
from pellucid.executors.native.schedule.nest import Dim
from pellucid.executors.native.schedule.sum_blocks import BLOCK, SumSplit, split
from pellucid.functional import cross_correlation

LANES = 16 * 8  # the most that are joined at the end, in pairs
SHAPES = [
    ((300_000,), None),
    ((300_001, 2), 0),
    ((3, 100_003), 1),
    ((2, 70_000, 5), 1),
    ((40_000, 3, 9), (0, 2)),
    ((130, 300, 40), (0, 1)),
    ((700, 700), None),
    ((64, 3, 31, 33), (0, 2, 3)),
]


def numbers(shape, dtype):
    """All of one size: the errors of a plain sum point the same way."""
    return np.full(shape, 0.1, dtype)


def of_bound(found, exact, size, bound, dtype):
    """The largest error over its bound: `bound` roundings of the sum of sizes."""
    apart = np.abs(found.astype(np.longdouble) - exact)
    return float(np.max(apart / (bound * np.finfo(dtype).eps / 2 * size)))


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_error_of_a_long_sum_is_that_of_a_block(shape, axis, dtype):
    x = numbers(shape, dtype)
    exact = x.astype(np.longdouble).sum(axis=axis)
    bound = BLOCK + math.log2(LANES) + 3
    for name in TARGETS:
        with on_target(name):
            found = pc.compile(lambda a: a.sum(axis=axis))(x).numpy()
        assert of_bound(found, exact, exact, bound, dtype) <= 1.0, name


def test_the_sum_before_a_later_stage_is_one_of_blocks_too():
    x = np.random.default_rng(0).normal(3.0, 1.0, (400_000, 2)).astype(np.float32)
    found = pc.compile(lambda a: a.var(axis=0))(x).numpy()
    exact = x.astype(np.float64).var(axis=0)
    assert np.max(np.abs(found - exact) / exact) < 1e-6


def test_threads_do_not_change_the_bits_of_a_long_sum():
    x = np.random.default_rng(0).normal(0.0, 1.0, (7, 100_001)).astype(np.float32)
    total = pc.compile(lambda a: (a.sum(axis=1), a.sum(axis=0)))
    before = threads.threads()
    try:
        found = []
        for count in (1, 2, 3):
            threads.set_threads(count)
            found.append([y.numpy().tobytes() for y in total(x)])
    finally:
        threads.set_threads(before)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_infinite_or_no_number_stays_so(axis):
    n = 3 * BLOCK * LANES
    x = np.zeros((5, n), np.float32)
    x[0, 5], x[1, n // 2], x[2, n - 1] = np.inf, -np.inf, np.nan
    x[3, 0], x[3, n - 1] = np.inf, -np.inf
    x[4] = 2e38
    given = x if axis == 1 else x.T.copy()
    found = pc.compile(lambda a: a.sum(axis=axis))(given).numpy()
    assert np.array_equal(found, [np.inf, -np.inf, np.nan, np.nan, np.inf], equal_nan=True)


@pytest.mark.parametrize(
    ("dims", "width", "expected"),
    [
        ([(BLOCK, True)], 1, None),
        ([(BLOCK + 1, True)], 1, SumSplit(0, BLOCK)),
        ([(3, False), (BLOCK * 16, True)], 16, None),
        ([(3, False), (BLOCK * 16 + 1, True)], 16, SumSplit(1, BLOCK * 16)),
        ([(BLOCK + 1, True), (64, False)], 16, SumSplit(0, BLOCK)),
        ([(100, True), (3, False), (10, True)], 1, SumSplit(0, BLOCK // 10)),
        ([(2, True), (BLOCK // 2, True), (3, True)], 1, SumSplit(1, BLOCK // 3)),
        ([(9, True), (BLOCK - 1, True)], 1, SumSplit(0, 1)),
    ],
)
def test_loops_are_cut_into_pieces_of_a_block(dims, width, expected):
    assert split([Dim(*dim) for dim in dims], width) == expected


SIZES = [(8, 50_000, 8), (8, 50_000, 64), (128, 9_000, 50), (1, 50_000, 5), (30, 30_001, 17)]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_error_of_a_long_product_is_that_of_a_block(sizes, turned, dtype):
    m, k, n = sizes
    a, b = numbers((m, k), dtype), numbers((k, n), dtype)
    exact = a[0, 0].astype(np.longdouble) * b[0, 0].astype(np.longdouble) * k
    given = [x.T.copy() if t else x for x, t in zip((a, b), turned, strict=True)]

    def product(a, b):
        return (a.mT if turned[0] else a) @ (b.mT if turned[1] else b)

    bound = BLOCK_OF_K * 1.5 + 4 * k / BLOCK_OF_K + math.log2(LANES) + 3
    for name in TARGETS:
        with on_target(name):
            found = pc.compile(product)(*given).numpy()
        assert of_bound(found, exact, exact, bound, dtype) <= 1.0, name


LONG = 787  # more than a block; a prime, so that the samples are not dealt out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_cumulative_sum_errs_no_more_than_a_block_anywhere(axis, dtype):
    x = numbers((300_000, 3) if axis == 0 else (3, 300_000), dtype)
    exact = np.cumsum(x.astype(np.longdouble), axis=axis)
    found = pc.compile(lambda a: a.cumulative_sum(axis=axis))(x).numpy()
    assert of_bound(found, exact, exact, BLOCK + 2, dtype) <= 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(30_000,), (30_000, 21), (2, 30_000, 5)])
def test_additions_at_one_place_err_no_more_than_one(shape, dtype):
    axis = 1 if len(shape) == 3 else 0
    x, ids = numbers(shape, dtype), np.arange(30_000) % 3 // 2
    found = pc.compile(lambda a, i: a.scatter_add(i, axis=axis, size=3))(x, ids).numpy()
    one = np.longdouble(dtype(0.1))
    exact = np.array([20_000, 10_000, 0]).reshape((3,) + (1,) * (len(shape) - axis - 1)) * one
    exact = np.broadcast_to(exact, found.shape)
    assert of_bound(found, exact, np.maximum(exact, one), 3, dtype) <= 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [0, 1])
def test_windows_of_many_elements_add_up_as_exactly(axis, dtype):
    shape = (2500, 2, 3000) if axis == 0 else (2, 2500, 3000)
    rule = p.OverlapAdd((axis,), (5499,), (1,), (1,))
    found = pc.compile(lambda a: a.apply(rule))(numbers(shape, dtype)).numpy()
    place = np.arange(5499)
    met = np.minimum(np.minimum(place, 5498 - place) + 1, 2500)
    exact = met[:, None] if axis == 0 else met
    exact = np.broadcast_to(exact * np.longdouble(dtype(0.1)), found.shape)
    assert of_bound(found, exact, exact, 3, dtype) <= 1.0


def test_a_gradient_by_weights_over_many_samples_is_as_exact():
    x, w = numbers((LONG, 1, 5, 7), np.float32), numbers((2, 1, 2, 3), np.float32)
    scale = numbers((LONG, 2, 4, 5), np.float32)

    def loss(w, x, s):
        return (cross_correlation(x, w) * s).sum()

    found = pc.compile(pc.grad(loss))(w, x, scale).numpy()
    exact = np.longdouble(np.float32(0.1)) ** 2 * LONG * 20
    assert of_bound(found, exact, exact, 24, np.float32) <= 1.0


def test_sums_in_memory_stay_infinite():
    x = np.zeros((LONG, 2), np.float32)
    x[5, 0], x[9, 1], x[LONG - 1, 1] = np.inf, np.inf, -np.inf
    ids = np.zeros(LONG, np.int64)
    added = pc.compile(lambda a, i: a.scatter_add(i, axis=0, size=1))(x, ids).numpy()
    assert np.array_equal(added, [[np.inf, np.nan]], equal_nan=True)
    running = pc.compile(lambda a: a.cumulative_sum(axis=0))(x).numpy()
    assert np.isposinf(running[5:, 0]).all()
    assert (running[:5] == 0.0).all()
    assert np.isnan(running[-1, 1])
    assert np.isposinf(running[9:-1, 1]).all()


@pytest.mark.parametrize(
    ("count", "step", "expected"),
    [(1024, 2, None), (1535, 4, None), (1536, 4, 768), (5000, 2, 1000), (5001, 4, 1004)],
)
def test_blocks_of_products_are_equal_and_a_little_more_is_one(count, step, expected):
    assert block_of(count, step) == expected
