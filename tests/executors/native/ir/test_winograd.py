"""The transforms of Winograd's convolutions give the results of the definition, and gradients."""

import numpy as np
import pytest

from pellucid.executors.native.ir.winograd import (
    BY_RESULTS,
    DATA,
    FOUR,
    KERNEL,
    PLACES,
    REACH,
    RESULT,
    TAPS,
    TILE,
    TWO,
)

BOTH = (FOUR, TWO)


def both(matrix, x):
    return matrix @ x @ matrix.T


def test_sizes_fit_each_other():
    assert REACH == TILE + TAPS - 1 == len(FOUR.points) + 1
    assert PLACES == REACH**2
    assert BY_RESULTS == {4: FOUR, 2: TWO}
    for each in BOTH:
        matrices = each.data, each.kernel, each.result
        reach, tile = each.tile + TAPS - 1, each.tile
        assert [m.shape for m in matrices] == [(reach, reach), (reach, TAPS), (tile, reach)]


@pytest.mark.parametrize("down", BOTH, ids=["four rows", "two rows"])
def test_columns_and_rows_have_transforms_of_their_own(down):
    rng = np.random.default_rng(9)
    data, kernel = rng.normal(size=(down.reach, REACH)), rng.normal(size=(TAPS, TAPS))
    products = (down.kernel @ kernel @ KERNEL.T) * (down.data @ data @ DATA.T)
    windows = np.lib.stride_tricks.sliding_window_view(data, (TAPS, TAPS))
    expected = (windows * kernel).sum((2, 3))
    np.testing.assert_allclose(down.result @ products @ RESULT.T, expected, atol=1e-13)


@pytest.mark.parametrize("seed", range(3))
def test_a_tile_of_results_is_that_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    data, kernel = rng.normal(size=(REACH, REACH)), rng.normal(size=(TAPS, TAPS))
    found = both(RESULT, both(KERNEL, kernel) * both(DATA, data))
    windows = np.lib.stride_tricks.sliding_window_view(data, (TAPS, TAPS))
    np.testing.assert_allclose(found, (windows * kernel).sum((2, 3)), atol=1e-13)


def test_transposed_they_give_the_gradient_of_the_kernel():
    rng = np.random.default_rng(3)
    data, dy = rng.normal(size=(REACH, REACH)), rng.normal(size=(TILE, TILE))
    found = both(KERNEL.T, both(DATA, data) * both(RESULT.T, dy))
    windows = np.lib.stride_tricks.sliding_window_view(data, (TILE, TILE))
    np.testing.assert_allclose(found, (windows * dy).sum((2, 3)), atol=1e-12)


@pytest.mark.parametrize("each", BOTH, ids=["four", "two"])
def test_rows_come_in_pairs_of_points_of_opposite_sign(each):
    assert each.points[0] == 0
    assert each.points[1::2] == tuple(-point for point in each.points[2::2])
    signs = (-1.0) ** np.arange(each.reach)
    for i in range(1, each.reach - 1, 2):
        np.testing.assert_array_equal(each.data[i + 1], each.data[i] * signs)
        np.testing.assert_array_equal(each.result[:, i + 1], each.result[:, i] * signs[: each.tile])
