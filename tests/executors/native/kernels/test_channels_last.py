"""Rows of channels become places with their channels side by side, and rows again."""

import numpy as np
import pytest
from executors.native.lane_program import function, module_text

from pellucid.executors.native.kernels.channels_last import Lines, Pixels
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.primitives.base import FLOAT32

LANES = 4


def run(emitted, *arrays):
    """`emitted(v, places)` on arrays."""

    def body(b, places, _):
        emitted(Vectors(b, FLOAT32, LANES), places)

    count = len(arrays)
    function(module_text(body, count), count)(*(a.ctypes.data for a in arrays), 0)


@pytest.mark.parametrize("channels", range(1, LANES + 1))
@pytest.mark.parametrize("length", [1, 3, 4, 10])
@pytest.mark.parametrize("along", [1, 3])
def test_rows_become_places_and_channels_that_are_missing_are_zeros(channels, length, along):
    x = np.random.default_rng(0).normal(size=(channels, length * along)).astype(np.float32)
    places = np.full((length + 2, LANES), 7, np.float32)

    def emitted(v, given):
        lines = Lines(v, channels, length, x.shape[1], along)
        lines.to_pixels(given[0], Pixels(v, given[1], 100), Index(v.b, 1))

    run(emitted, x, places)
    np.testing.assert_array_equal(places[1:-1, :channels], x[:, ::along].T)
    assert not places[1:-1, channels:].any()
    assert (places[[0, -1]] == 7).all()


@pytest.mark.parametrize("channels", range(1, LANES + 1))
@pytest.mark.parametrize("length", [1, 3, 4, 10])
def test_places_become_rows_and_nothing_beside_them_is_written(channels, length):
    places = np.random.default_rng(0).normal(size=(length, LANES)).astype(np.float32)
    x = np.full((channels, length + 2), 7, np.float32)

    def emitted(v, given):
        lines = Lines(v, channels, length, length + 2)
        lines.from_pixels(Pixels(v, given[0], 100), Index(v.b, 0), given[1])

    run(emitted, places, x)
    np.testing.assert_array_equal(x[:, :length], places[:, :channels].T)
    assert (x[:, length:] == 7).all()


def test_a_tile_of_places_is_read_and_written():
    x = np.random.default_rng(0).normal(size=(3, 5, LANES)).astype(np.float32)
    y = np.zeros_like(x)

    def emitted(v, given):
        first = Index(v.b, 0) + 1
        tile = Pixels(v, given[0], 5).tile(first, 2, 3)
        Pixels(v, given[1], 5).put_tile(first, tile)

    run(emitted, x, y)
    expected = np.zeros_like(x)
    expected[:2, 1:4] = x[:2, 1:4]
    np.testing.assert_array_equal(y, expected)
