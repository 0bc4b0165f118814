"""Convolutional networks: their form, their start, and that they learn."""

import os
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import ShapeError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.models.deep_convnet import DeepConvNet, DeepConvNetOptions
from pellucid.models.resnet import ResNet, ResNetOptions
from pellucid.models.simple_convnet import SimpleConvNet, SimpleConvNetOptions
from pellucid.optim import Adam
from pellucid.random import Generator

DATA = Path(os.environ.get("PELLUCID_TEST_DATA", "absent")) / "mnist"
KINDS = [SimpleConvNet, DeepConvNet, ResNet]
SMALL = {
    SimpleConvNet: SimpleConvNetOptions(filters=4, filter_size=3, hidden=8),
    DeepConvNet: DeepConvNetOptions(filters=(4, 8, 8), hidden=16, dropout=0.0),
    ResNet: ResNetOptions(channels=(4, 6), blocks=1),
}


def built(kind, image, classes=10, options=None):
    return kind(image, classes, options or kind.__init__.__defaults__[0], rng=Generator(seed=0))


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# ---- form --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("image", [(1, 8, 8), (3, 9, 11), (2, 28, 5), (1, 5, 5)])
def test_images_of_any_size_give_one_score_per_class(kind, image):
    assert built(kind, image, classes=4)(numbers(3, *image)).shape == (3, 4)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_pixels_are_images_too(kind):
    model, x = built(kind, (2, 8, 8), options=SMALL[kind]).inference(), numbers(3, 2, 8, 8)
    np.testing.assert_array_equal(model(x).numpy(), model(x.reshape(3, 128)).numpy())


@pytest.mark.parametrize("kind", KINDS)
def test_convolutions_start_by_the_rule_of_he(kind):
    model = built(kind, (3, 32, 32))
    for name, weight in model.parameters().items():
        if len(weight.shape) == 4 and weight.size > 2000:
            fan_in = np.prod(weight.shape[1:])
            assert np.std(weight.numpy()) == pytest.approx(np.sqrt(2 / fan_in), rel=0.1), name


# ---- learning ----------------------------------------------------------------------------


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("kind", KINDS)
def test_bars_are_told_from_columns(kind, executor):
    """Two kinds of pictures, many of each, learned in a few steps."""
    draw = np.random.default_rng(0)
    t = draw.integers(0, 2, 64)
    x = draw.normal(0, 0.1, (64, 1, 8, 8)).astype(np.float32)
    for picture, label, place in zip(x[:, 0], t, draw.integers(0, 8, 64), strict=True):
        picture[(place, slice(None)) if label else (slice(None), place)] += 1.0
    model = built(kind, (1, 8, 8), classes=2, options=SMALL[kind])
    optimizer = Adam(model.parameters(), 0.01)

    @pc.compile(executor=executor)
    def step(x, t):
        loss = cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    losses = [step(x, t).item() for _ in range(80)]
    assert losses[0] > 0.4
    assert losses[-1] < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_executors_agree_on_a_training_step(kind):
    x, t = numbers(6, 1, 8, 8), np.arange(6) % 3
    found = []
    for executor in EXECUTORS:
        model = built(kind, (1, 8, 8), classes=3, options=SMALL[kind])
        optimizer = Adam(model.parameters(), 0.01)

        def step(x, t, model=model, optimizer=optimizer):
            loss = cross_entropy(model(x), t)
            optimizer.minimize(loss)
            return loss

        run = pc.compile(step, executor=executor)
        found.append([run(x, t).item() for _ in range(3)])
    np.testing.assert_allclose(found[0], found[1], rtol=2e-4)


# ---- refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_other_images_are_refused_with_what_is_needed(kind):
    model = built(kind, (1, 8, 8), options=SMALL[kind])
    with pytest.raises(ShapeError, match=r"\(3, 1, 7, 8\).*\(batch, 1, 8, 8\).* 64 numbers"):
        model(numbers(3, 1, 7, 8))
    with pytest.raises(ShapeError, match=r"\(64,\).*\(batch, 1, 8, 8\)"):
        model(numbers(64))
