"""Inner products: all rows with all columns, for every length, and no access beyond a line."""

import numpy as np
import pytest
from executors.native.guarded import guarded
from executors.native.lane_program import function, module_text

from pellucid.executors.native.llvm.vectors import BLOCK, Vectors
from pellucid.executors.native.matmul.inner_tiles import Lines, inner_sums

FLOAT, LANES = np.dtype(np.float32), 4


def lines(numbers, side):
    """Lines that each end or begin at a forbidden page, and what keeps them alive."""
    made = []
    for row in numbers:
        memory, region = guarded(row.size * 4, side)
        memory.view(np.float32)[:] = row
        made.append((memory, region))
    return made


def sums(a, b, side="end"):
    """a b^T by one call of code for lines."""
    (rows, k), columns = a.shape, len(b)
    given = lines([*a, *b], side)

    def body(builder, places, _):
        v = Vectors(builder, FLOAT, LANES)
        *line, to = places
        found = inner_sums(v, Lines(tuple(line[:rows]), tuple(line[rows:])), k)
        assert len(found) == -(-rows * columns // LANES)
        for i, vector in enumerate(found):
            builder.store(vector, v.slot(to, i), align=4)

    result = np.full(-(-rows * columns // LANES) * LANES, np.nan, np.float32)
    places = [*(memory.ctypes.data for memory, _ in given), result.ctypes.data]
    function(module_text(body, len(places)), len(places))(*places, 0)
    return result[: rows * columns].reshape(rows, columns)


def whole_numbers(*shape):
    """Their products and sums are exact in float32."""
    return np.random.default_rng(shape[0]).integers(-9, 10, shape).astype(np.float32)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 3), (2, 2), (3, 2), (5, 3)])
@pytest.mark.parametrize("k", [1, 3, 4, 5, 8, 15, 16, 31, 32, 33, 64, 100])
def test_every_row_meets_every_column(k, rows, columns):
    a, b = whole_numbers(rows, k), whole_numbers(columns + 10, k)[:columns]
    for side in ("end", "begin"):
        np.testing.assert_array_equal(sums(a, b, side), a @ b.T)


def test_long_sums_are_added_in_blocks():
    k = 1024 * BLOCK
    a, b = np.full((1, k), 0.1, np.float32), np.ones((1, k), np.float32)
    exact = float(a[0, 0]) * k
    bound = BLOCK / 2 * np.finfo(np.float32).eps * exact
    assert abs(float(sums(a, b)[0, 0]) - exact) < bound


def test_nan_reaches_its_row_and_column_alone():
    a, b = whole_numbers(3, 9), whole_numbers(12, 9)[:2]
    a[1, 8] = np.nan
    np.testing.assert_array_equal(np.isnan(sums(a, b)), [[False] * 2, [True] * 2, [False] * 2])
