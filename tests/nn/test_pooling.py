"""Pooling layers are their functions."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import Window, nn
from pellucid import functional as f


def numbers(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
def test_pooling_layers_are_their_functions(executor):
    x = numbers(2, 3, 6, 6)
    window = Window(3, stride=2, padding=1)
    for layer, expected in (
        (nn.MaxPool2d(2), f.max_pool(x, 2)),
        (nn.MaxPool2d(window), f.max_pool(x, window)),
        (nn.AvgPool2d(window), f.mean_pool(x, window)),
        (
            nn.AvgPool2d(window, include_padding=False),
            f.mean_pool(x, window, include_padding=False),
        ),
        (nn.GlobalAvgPool2d(), x.mean(axis=(2, 3))),
    ):
        call = layer if executor == "eager" else pc.compile(layer, executor=executor)
        np.testing.assert_allclose(call(x).numpy(), np.asarray(expected), atol=1e-6)
    series = x[:, :, 0]
    assert nn.MaxPool1d(2)(series).tolist() == f.max_pool(series, 2).tolist()
    assert nn.AvgPool1d(2)(series).tolist() == f.mean_pool(series, 2).tolist()
    assert nn.GlobalAvgPool1d()(series).shape == (2, 3)
