"""The residual network: its sizes, and a block that adds nothing."""

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.models.resnet import ResidualBlock, ResNet, ResNetOptions
from pellucid.random import Generator


def built(kind, image, classes=10, options=None):
    return kind(image, classes, options or kind.__init__.__defaults__[0], rng=Generator(seed=0))


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_the_residual_network_has_its_sizes():
    model = built(ResNet, (3, 32, 32))
    convs = [3 * 16, *[16 * 16] * 4, 16 * 32, *[32 * 32] * 3, 32 * 64, *[64 * 64] * 3]
    expected = 9 * sum(convs) + 16 * 32 + 32 * 64  # and the two 1x1 ways round
    expected += 2 * (16 * 5 + 32 * 5 + 64 * 5)  # scale and shift of each batch norm
    assert sum(w.size for w in model.parameters().values()) == expected + 64 * 10 + 10


def test_a_block_whose_way_adds_nothing_is_the_relu_of_its_input():
    block = ResidualBlock(4, 4, stride=1, rng=Generator(seed=0))
    scale = list(block.way.parameters().values())[-2]
    scale.assign(np.zeros(4, np.float32))
    x = numbers(2, 4, 6, 6)
    np.testing.assert_array_equal(block(x).numpy(), np.maximum(x, 0))


def test_no_convolution_before_a_batch_norm_has_a_bias():
    names = built(ResNet, (3, 32, 32)).parameters()
    assert [name for name in names if name.endswith("bias") and ".way.0" in name] == []


def test_forms_that_make_no_network_are_refused():
    with pytest.raises(OptionError, match="at least 1 stage"):
        ResNetOptions(channels=())
    with pytest.raises(OptionError, match="0 blocks"):
        ResNetOptions(blocks=0)
    with pytest.raises(
        OptionError, match=r"a sample of shape \(784,\).* \(channels, height, width"
    ):
        built(ResNet, (784,))
