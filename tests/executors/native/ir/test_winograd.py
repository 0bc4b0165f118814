"""The transforms of Winograd's convolutions give the results of the definition, and gradients."""

import numpy as np
import pytest

from pellucid.executors.native.ir.winograd import (
    DATA,
    KERNEL,
    PLACES,
    POINTS,
    REACH,
    RESULT,
    TAPS,
    TILE,
)


def both(matrix, x):
    return matrix @ x @ matrix.T


def test_sizes_fit_each_other():
    assert REACH == TILE + TAPS - 1 == len(POINTS) + 1
    assert PLACES == REACH**2
    assert (DATA.shape, KERNEL.shape, RESULT.shape) == ((6, 6), (6, 3), (4, 6))


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


def test_rows_come_in_pairs_of_points_of_opposite_sign():
    assert POINTS[1::2] == tuple(-point for point in POINTS[2::2])
    signs = (-1.0) ** np.arange(REACH)
    for i in (1, 3):
        np.testing.assert_array_equal(DATA[i + 1], DATA[i] * signs)
        np.testing.assert_array_equal(RESULT[:, i + 1], RESULT[:, i] * signs[:TILE])
