"""The simple convolutional network: its size, what it reaches on digits, forms it cannot have."""

import os
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid.data import mnist
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.models.simple_convnet import SimpleConvNet, SimpleConvNetOptions
from pellucid.optim import Adam
from pellucid.random import Generator

DATA = Path(os.environ.get("PELLUCID_TEST_DATA", "absent")) / "mnist"


def test_the_network_of_the_book_has_its_size():
    model = SimpleConvNet((1, 28, 28), 10, rng=Generator(seed=0))
    # conv 1x30x5x5 + 30, dense 4320x100 + 100, dense 100x10 + 10
    assert sum(w.size for w in model.parameters().values()) == 780 + 432_100 + 1_010


@pytest.mark.skipif(not DATA.is_dir(), reason="PELLUCID_TEST_DATA does not name MNIST")
def test_it_learns_handwritten_digits_on_the_reference_executor():
    train, test = mnist(DATA)
    model = SimpleConvNet((1, 28, 28), 10, rng=Generator(seed=0))
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


def test_the_summary_shows_every_layer_with_its_shape():
    text = str(SimpleConvNet((1, 28, 28), 10, rng=Generator(seed=0)).summary((1, 1, 28, 28)))
    for words in ("Conv2d", "(1, 30, 24, 24)", "(1, 30, 12, 12)", "433,890"):
        assert words in text


def test_a_map_of_odd_size_keeps_its_last_row_and_column():
    model = SimpleConvNet((1, 7, 9), 2, SimpleConvNetOptions(4, 3, 8), rng=Generator(seed=0))
    # Maps of 5x7 are pooled to 3x4.
    assert model.parameters()["layers.4.weight"].shape == (4 * 3 * 4, 8)


def test_forms_that_make_no_network_are_refused():
    with pytest.raises(OptionError, match=r"simple-convnet: .*filters=0.* at least 1"):
        SimpleConvNetOptions(filters=0)
    with pytest.raises(OptionError, match=r"filter_size 5 for images of 4x9.* at most 4"):
        SimpleConvNet((1, 4, 9), 10, rng=Generator(seed=0))
