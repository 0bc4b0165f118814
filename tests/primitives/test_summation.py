"""Sums on NumPy: long ones err no more than their bound, short ones are NumPy's own."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.primitives import contraction
from pellucid.primitives.contraction import DEPTH
from pellucid.primitives.summation import LONG, PART, Pairwise, running, scattered, total

DTYPES = [np.float32, np.float64]


def of_bound(found, exact, bound, dtype):
    """The largest error of sums of positive numbers over `bound` roundings."""
    apart = np.abs(found.astype(np.longdouble) - exact)
    return float(np.max(apart / (bound * np.finfo(dtype).eps / 2 * exact)))


def folds(n):
    """The bound of a sum along one axis: what is added one after the other, fold by fold."""
    bound = 0
    while n > LONG:
        bound, n = bound + 2 * PART + 1, n // PART
    return bound + n


SHAPES = [
    ((300_000, 2), (0,)),
    ((3, 100_003), (1,)),
    ((2, 70_000, 5), (1,)),
    ((40_000, 3, 9), (0, 2)),
    ((130, 300, 40), (0, 1)),
    ((700, 700), (0, 1)),
    ((513, 700), (0,)),
]


@pytest.mark.parametrize(("shape", "axes"), SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", ["rows", "columns", "repeated"])
def test_a_long_sum_errs_no_more_than_its_folds(shape, axes, dtype, layout):
    x = np.full(shape, 0.1, dtype)
    if layout == "columns":
        x = np.asfortranarray(x)
    if layout == "repeated":
        x = np.broadcast_to(dtype(0.1), shape)
    found = total(np, x, axes)
    exact = math.prod(shape[i] for i in axes) * np.longdouble(dtype(0.1))
    assert found.shape == tuple(1 if i in axes else n for i, n in enumerate(shape))
    assert found.dtype == dtype
    assert of_bound(found, exact, sum(folds(shape[i]) for i in axes) + PART, dtype) <= 1.0


def test_sums_are_those_of_numpy_whatever_the_axes():
    x = np.arange(2 * 600 * 3 * 700, dtype=np.int64).reshape(2, 600, 3, 700) % 1000
    for axes in [(0,), (1,), (3,), (0, 1), (1, 3), (2, 3), (0, 2), (0, 1, 2, 3), ()]:
        expected = x.sum(axis=axes, keepdims=True)
        assert np.array_equal(total(np, x, axes), expected)
        assert np.array_equal(total(np, x.astype(np.float64), axes), expected.astype(np.float64))


def test_short_sums_are_left_to_numpy():
    x = np.random.default_rng(0).normal(size=(LONG, 30)).astype(np.float32)
    assert np.array_equal(total(np, x, (0,)), x.sum(axis=0, keepdims=True))
    assert np.array_equal(running(np, x, 0), np.cumsum(x, axis=0))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [LONG + 1, 2 * LONG, 1_000_003])
def test_a_running_sum_errs_no_more_than_its_pieces_anywhere(n, dtype):
    for shape, axis in (((n, 2), 0), ((2, n), 1)):
        x = np.full(shape, 0.1, dtype)
        found = running(np, x, axis)
        exact = np.cumsum(x.astype(np.longdouble), axis=axis)
        assert of_bound(found, exact, 4 * LONG, dtype) <= 1.0


def test_a_running_sum_stays_infinite_from_there_on():
    x = np.zeros(3 * LONG, np.float32)
    x[5], x[2 * LONG] = np.inf, -np.inf
    with np.errstate(invalid="ignore"):
        y = running(np, x, 0)
    assert np.array_equal(y[:5], np.zeros(5))
    assert np.isposinf(y[5 : 2 * LONG]).all()
    assert np.isnan(y[2 * LONG :]).all()


def test_scattered_rows_meet_in_pairs():
    rng = np.random.default_rng(0)
    rows, places = rng.integers(-9, 9, (2, 999, 3)).astype(float), rng.integers(0, 40, 999)
    found, sums = scattered(rows, places)
    expected = np.zeros((2, 40, 3))
    np.add.at(expected, (slice(None), places), rows)
    assert np.array_equal(np.sort(found), np.unique(places))
    assert np.array_equal(sums, expected[:, found])


@pytest.mark.parametrize("dtype", DTYPES)
def test_additions_at_one_place_err_no_more_than_pairs(dtype):
    x, ids = np.full((2, 300_000, 5), 0.1, dtype), np.arange(300_000) % 3 // 2 - 3
    found = pc.tensor(x).scatter_add(pc.tensor(ids), axis=1, size=3).numpy()
    exact = np.array([200_000, 100_000]).reshape(2, 1) * np.longdouble(dtype(0.1))
    assert of_bound(found[:, :2], exact, 18, dtype) <= 1.0
    assert not found[:, 2].any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_windows_of_many_elements_err_no_more_than_a_block(dtype):
    x = np.full((2, 2500, 3000), 0.1, dtype)
    found = p.OverlapAdd((1,), (5499,), (1,), (1,)).forward(np, x)
    place = np.arange(5499)
    met = np.minimum(np.minimum(place, 5498 - place) + 1, 2500)
    assert of_bound(found, met * np.longdouble(dtype(0.1)), LONG + 3, dtype) <= 1.0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_a_long_product_errs_no_more_than_a_part(monkeypatch, dtype, piece):
    monkeypatch.setattr(contraction, "PIECE", piece)
    k = 40 * DEPTH + 7
    for a, b in (((1, k), (k, 1)), ((3, k), (k, 5)), ((2, 1, 3, k), (4, k, 2))):
        x, y = np.full(a, 0.1, dtype), np.full(b, 0.1, dtype)
        found = (pc.tensor(x) @ pc.tensor(y)).numpy()
        exact = np.longdouble(dtype(0.1)) ** 2 * k
        assert found.shape == (*np.broadcast_shapes(a[:-2], b[:-2]), a[-2], b[-1])
        assert of_bound(found, exact, DEPTH + 8, dtype) <= 1.0
    strided = np.full((k, 3), 0.1, dtype).T
    assert of_bound((pc.tensor(strided) @ pc.tensor(y[0])).numpy(), exact, DEPTH + 8, dtype) <= 1.0


def test_arrays_are_added_in_pairs():
    numbers = Pairwise()
    for i in range(11):
        numbers.add(np.array([float(2**i)]))
    assert [count for count, _ in numbers.parts] == [8, 2, 1]
    assert numbers.total() == 2**11 - 1
