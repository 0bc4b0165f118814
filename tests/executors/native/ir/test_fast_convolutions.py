"""Which convolutions have fewer multiplications, and how their tiles are cut: by shapes alone."""

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.executors.native.ir.fast_convolutions import (
    MOST_TILES,
    MOST_UNIT_BYTES,
    FastConvolution,
    _fast_cycles,
    is_faster,
    is_plain,
    places_of,
    tile_cut,
)
from pellucid.executors.native.ir.winograd import BY_RESULTS, KERNEL, REACH, TILE
from pellucid.graph import Node, Value

FLOAT = np.dtype(np.float32)


def node(batch, channels, out, size, *, padding=1, kernel=3, dtype=FLOAT, **other):
    """A convolution of square images."""
    x, w = (batch, 1, channels, size, size), (1, out, channels, kernel, kernel)
    ones = (1, 1)
    rule = {"stride": ones, "x_dilation": ones, "w_dilation": ones, **other}
    rule |= {"before": (padding,) * 2, "after": (padding,) * 2}
    primitive = p.Convolution(**rule)
    inputs = Value("x", x, dtype), Value("w", w, dtype)
    return Node(primitive, inputs, Value("y", primitive.shape(x, w), dtype))


FASTER = [
    *(node(100, 16, 16, 28), node(100, 16, 32, 14), node(100, 32, 32, 14, padding=2)),
    *(node(100, 32, 64, 8), node(100, 64, 64, 8), node(100, 32, 32, 16, padding=0)),
    *(node(64, 16, 16, 32), node(64, 32, 32, 16), node(1, 16, 16, 28), node(8, 256, 256, 14)),
]
SLOWER = {
    "few channels": node(100, 1, 16, 28),
    "few results": node(100, 16, 1, 28),
    "kernels take longer than images": node(1, 64, 64, 8),
    "a row of tiles that does not fit the stack": node(1, 512, 512, 300),
    "fewer places than the kernel has": node(100, 16, 16, 2),
}
OTHERS = {
    "steps": node(100, 64, 64, 8, stride=(2, 2)),
    "gaps": node(100, 64, 64, 8, x_dilation=(1, 2)),
    "gaps in the kernel": node(100, 64, 64, 8, w_dilation=(2, 1)),
    "cut off": node(100, 64, 64, 8, padding=-1),
    "wide numbers": node(100, 64, 64, 8, dtype=np.dtype(np.float64)),
}


def test_large_layers_are_faster_and_small_ones_are_not():
    assert all(map(is_faster, FASTER))
    assert not any(map(is_faster, SLOWER.values()))
    assert all(map(is_plain, SLOWER.values()))


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_plain_convolution_of_float32_is_left_alone(name):
    assert not is_plain(OTHERS[name])
    assert not is_faster(OTHERS[name])


def test_other_kernels_have_no_fast_form():
    assert not is_faster(node(100, 64, 64, 8, kernel=5, padding=2))
    add = Node(p.Add(), (Value("x", (2,), FLOAT),) * 2, Value("y", (2,), FLOAT))
    assert not is_faster(add)


@pytest.mark.parametrize("rows", BY_RESULTS)
def test_flat_tiles_are_faster_than_the_direct_way_but_not_than_square_ones(rows):
    assert all(is_faster(made, tile_rows=rows) for made in FASTER)
    for made in FASTER:
        cycles = [_fast_cycles(made, tile_cut(made, n), kept=False) for n in (TILE, rows)]
        assert cycles == sorted(cycles)


@pytest.mark.parametrize("rows", BY_RESULTS)
@pytest.mark.parametrize("number", range(len(FASTER)))
def test_units_have_every_tile_and_stay_in_the_cache(number, rows):
    made = FASTER[number]
    batch, _, out, high, wide = made.output.shape
    cut = tile_cut(made, rows)
    assert rows * (cut.high - 1) < high <= rows * cut.high
    assert TILE * (cut.wide - 1) < wide <= TILE * cut.wide
    assert (cut.units_of_image - 1) * cut.rows < cut.high <= cut.units_of_image * cut.rows
    assert cut.images == 1 or cut.rows == cut.high
    assert cut.images <= batch
    channels = made.inputs[0].shape[2] + out
    assert cut.tiles <= max(MOST_TILES, cut.wide)
    assert cut.tiles * channels * places_of(rows) * 4 <= MOST_UNIT_BYTES


@pytest.mark.parametrize("rows", BY_RESULTS)
@pytest.mark.parametrize("before", [(1, 1), (0, 2)])
def test_its_rule_gives_the_values_of_the_convolution(before, rows):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 1, 3, 9, 6)), rng.normal(size=(1, 5, 3, 3, 3))
    direct = p.Convolution((1, 1), before, (1, 0), (1, 1), (1, 1))
    expected = direct.forward(np, x, w)
    down = BY_RESULTS[rows].kernel
    kernels = np.einsum("ri,kcij,sj->rsck", down, w[0], KERNEL).reshape(len(down) * REACH, 3, 5)
    rule = FastConvolution(before, expected.shape[3:], rows)
    assert rule.shape(x.shape, kernels.shape) == expected.shape
    np.testing.assert_allclose(rule.forward(np, x, kernels), expected, atol=1e-12)
