"""Convolutional networks: their form, their start, and that they learn."""

import os
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid.data import mnist
from pellucid.errors import OptionError, ShapeError
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


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        # conv 1x30x5x5 + 30, dense 4320x100 + 100, dense 100x10 + 10
        (SimpleConvNet, 780 + 432_100 + 1_010),
        # 3x3 convs 1-16-16-32-32-64-64, dense 1024x50, dense 50x10, each with its bias
        (DeepConvNet, 160 + 2_320 + 4_640 + 9_248 + 18_496 + 36_928 + 51_250 + 510),
    ],
)
def test_the_networks_of_the_book_have_their_sizes(kind, parameters):
    model = built(kind, (1, 28, 28))
    assert sum(w.size for w in model.parameters().values()) == parameters


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


def test_no_convolution_before_a_batch_norm_has_a_bias():
    names = built(ResNet, (3, 32, 32)).parameters()
    assert [name for name in names if name.endswith("bias") and ".way.0" in name] == []


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


@pytest.mark.skipif(not DATA.is_dir(), reason="PELLUCID_TEST_DATA does not name MNIST")
def test_the_simple_network_learns_handwritten_digits_on_the_reference_executor():
    train, test = mnist(DATA)
    model = built(SimpleConvNet, (1, 28, 28))
    optimizer = Adam(model.parameters(), 0.002)

    @pc.compile(executor="reference")
    def step(x, t):
        loss = cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    for start in range(0, 6000, 100):
        step(train.features[start : start + 100], train.labels[start : start + 100])
    model.inference()
    found = model(test.features[:1000]).numpy().argmax(axis=1)
    assert np.mean(found == test.labels[:1000]) > 0.85


# ---- refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SimpleConvNetOptions(filters=0), "simple-convnet: .*filters=0.* at least 1"),
        (lambda: DeepConvNetOptions(filters=(8, 8)), r"filters \(8, 8\).* 3 stages"),
        (lambda: DeepConvNetOptions(dropout=1.0), "dropout is 1.0.* from 0 up to"),
        (lambda: ResNetOptions(channels=()), "at least 1 stage"),
        (lambda: ResNetOptions(blocks=0), "0 blocks"),
        (lambda: built(SimpleConvNet, (1, 4, 9)), "filter_size 5 for images of 4x9.* at most 4"),
        (lambda: built(ResNet, (784,)), r"a sample of shape \(784,\).* \(channels, height, width"),
        (lambda: built(DeepConvNet, (1, 0, 9)), r"\(1, 0, 9\).* at least 1"),
    ],
)
def test_forms_that_make_no_network_are_refused(make, words):
    with pytest.raises(OptionError, match=words):
        make()


@pytest.mark.parametrize("kind", KINDS)
def test_other_images_are_refused_with_what_is_needed(kind):
    model = built(kind, (1, 8, 8), options=SMALL[kind])
    with pytest.raises(ShapeError, match=r"\(3, 1, 7, 8\).*\(batch, 1, 8, 8\).* 64 numbers"):
        model(numbers(3, 1, 7, 8))
    with pytest.raises(ShapeError, match=r"\(64,\).*\(batch, 1, 8, 8\)"):
        model(numbers(64))


def test_the_summary_shows_every_layer_with_its_shape():
    text = str(built(SimpleConvNet, (1, 28, 28)).summary((1, 1, 28, 28)))
    for words in ("Conv2d", "(1, 30, 24, 24)", "(1, 30, 12, 12)", "433,890"):
        assert words in text
