"""Which gradients by kernels have fewer multiplications, and how they are cut: by shapes alone."""

import numpy as np
import pytest
from executors.native.ir.test_fast_convolutions import node as convolution

from pellucid import primitives as p
from pellucid.executors.native.ir import fast_gradients
from pellucid.executors.native.ir.fast_convolutions import MOST_UNIT_BYTES, is_faster
from pellucid.executors.native.ir.fast_gradients import (
    MOST_PARTS,
    FastGradient,
    gradient_cut,
    is_faster_gradient,
)
from pellucid.executors.native.kernels.transformed_tiles import units_of
from pellucid.graph import Node, Value
from pellucid.primitives.base import FLOAT32


def node(batch, channels, out, size, padding=1):
    """The gradient of a convolution of square images by its kernels."""
    count = size + 2 * padding - 2
    x, dy = (channels, 1, batch, size, size), (1, out, batch, count, count)
    pads, ones = (padding, padding), (1, 1)
    rule = p.Convolution(ones, pads, pads, ones, ones)
    inputs = Value("x", x, FLOAT32), Value("dy", dy, FLOAT32)
    return Node(rule, inputs, Value("y", rule.shape(x, dy), FLOAT32))


FASTER = [
    *(node(100, 16, 16, 28), node(100, 16, 32, 14), node(100, 32, 32, 14, 2)),
    *(node(100, 32, 64, 8), node(100, 64, 64, 8), node(64, 32, 32, 16)),
    *(node(64, 16, 16, 32), node(32, 128, 128, 14), node(20_000, 16, 16, 8)),
]
SLOWER = [node(100, 1, 16, 28), node(100, 16, 1, 28), node(1, 64, 64, 5)]


def test_large_layers_are_faster_and_small_ones_are_not():
    assert all(map(is_faster_gradient, FASTER))
    assert not any(map(is_faster_gradient, SLOWER))
    assert not any(map(is_faster, FASTER + SLOWER))


def test_a_usual_convolution_with_a_result_of_three_by_three_is_none():
    small = convolution(100, 64, 64, 3)
    assert small.output.shape[3:] == (3, 3)
    assert not is_faster_gradient(small)
    assert not is_faster_gradient(convolution(100, 64, 64, 8))


@pytest.mark.parametrize("number", range(len(FASTER)))
def test_parts_have_every_block_once_and_units_fit_the_stack(number):
    made = FASTER[number]
    channels, _, batch = made.inputs[0].shape[:3]
    cut = gradient_cut(made)
    blocks = units_of(cut.tiles, batch)
    assert (cut.parts - 1) * cut.blocks < blocks <= cut.parts * cut.blocks
    assert cut.groups * cut.channels == channels
    assert cut.blocks <= fast_gradients.MOST_BLOCKS
    assert cut.parts <= MOST_PARTS or cut.blocks == fast_gradients.MOST_BLOCKS
    assert fast_gradients._bytes(made, cut) <= MOST_UNIT_BYTES


def test_its_rule_gives_the_values_of_the_gradient_in_one_part():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(3, 1, 2, 9, 6)), rng.normal(size=(1, 5, 2, 9, 5))
    direct = p.Convolution((1, 1), (1, 0), (1, 1), (1, 1), (1, 1))
    expected = direct.forward(np, x, dy)
    found = FastGradient((1, 0), 2).forward(np, x, dy)
    assert found.shape == (2, *expected.shape)
    np.testing.assert_allclose(found.sum(0), expected, atol=1e-12)
