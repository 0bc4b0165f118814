"""Running totals and scattered sums: against NumPy, and long ones in blocks."""

import numpy as np
import pytest
from executors.native.examples import procedure, same

from pellucid.executors.native.executor import Native


def total(shape, axis, dtype="float32"):
    of = ",".join(map(str, shape))
    return procedure(f"""graph(x: {dtype}[{of}])
      %0: {dtype}[{of}] = cumulative_sum(axis={axis}) of (x)
      return %0""")


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize(("shape", "axis"), [((5,), 0), ((3, 4), 0), ((3, 4), 1), ((2, 700, 3), 1)])
def test_running_totals_are_numpys(shape, axis, dtype):
    x = np.random.default_rng(0).integers(-9, 10, shape).astype(dtype)
    (found,) = Native(total(shape, axis, dtype))([x], [])
    np.testing.assert_array_equal(found, np.cumsum(x, axis, dtype=dtype))


def test_long_running_totals_lose_little_anywhere():
    x = np.full(200_000, 0.1, np.float32)
    (found,) = Native(total(x.shape, 0))([x], [])
    exact = np.cumsum(x.astype(np.float64))
    assert np.max(np.abs(found - exact) / exact) < 256 * np.finfo(np.float32).eps
    assert np.max(np.abs(np.cumsum(x) - exact) / exact) > 256 * np.finfo(np.float32).eps


def scattered(x, positions, size, axis, dtype="float32"):
    shape = list(x)
    shape[axis : axis + len(positions)] = [size]
    of = [",".join(map(str, s)) for s in (x, positions, shape)]
    return procedure(f"""graph(x: {dtype}[{of[0]}], i: int64[{of[1]}])
      %0: {dtype}[{of[2]}] = scatter_add(axis={axis}, size={size}) of (x, i)
      return %0""")


CASES = [  # of x, of the positions, the size, the axis
    ((6,), (6,), 4, 0), ((6, 33), (6,), 4, 0), ((2, 3, 5), (2, 3), 7, 0), ((4, 6, 5), (6,), 3, 1),
    ((900, 2), (900,), 2, 0),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "int64"])
@pytest.mark.parametrize(("shape", "positions", "size", "axis"), CASES)
def test_rows_are_added_where_positions_point_from_both_ends(shape, positions, size, axis, dtype):
    draw = np.random.default_rng(1)
    x = draw.integers(-9, 10, shape).astype(dtype)
    where = draw.integers(-size, size, positions)
    (found,) = Native(scattered(shape, positions, size, axis, dtype))([x, where], [])
    expected = np.zeros_like(found)
    moved = np.moveaxis(expected, axis, 0)
    rows = np.moveaxis(x, axis, 0) if axis else x
    flat = rows.reshape(-1, *moved.shape[1:])
    np.add.at(moved, where.ravel(), flat)
    np.testing.assert_array_equal(found, expected)


def test_many_numbers_at_one_place_lose_little():
    x, where = np.full((100_000, 3), 0.1, np.float32), np.zeros(100_000, np.int64)
    (found,) = Native(scattered(x.shape, where.shape, 2, 0))([x, where], [])
    exact = x[:, 0].astype(np.float64).sum()
    assert np.max(np.abs(found[0] - exact) / exact) < 4 * np.finfo(np.float32).eps
    assert not found[1].any()


def test_nothing_is_added_of_nothing():
    assert same(scattered((0, 3), (0,), 4, 0)) is None
    assert same(total((0, 3), 0)) is None
