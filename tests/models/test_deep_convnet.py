"""The deep convolutional network: its size and stages, and forms that it cannot have."""

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.models.deep_convnet import DeepConvNet, DeepConvNetOptions
from pellucid.random import Generator


def test_the_network_of_the_book_has_its_size():
    model = DeepConvNet((1, 28, 28), 10, rng=Generator(seed=0))
    # 3x3 convs 1-16-16-32-32-64-64, dense 1024x50, dense 50x10, each with its bias
    convolutions = 160 + 2_320 + 4_640 + 9_248 + 18_496 + 36_928
    assert sum(w.size for w in model.parameters().values()) == convolutions + 51_250 + 510


def test_dropout_is_off_in_inference():
    options = DeepConvNetOptions(filters=(4, 4, 4), hidden=8, dropout=0.5)
    model = DeepConvNet((1, 8, 8), 3, options, rng=Generator(seed=0))
    x = np.random.default_rng(0).normal(size=(2, 1, 8, 8)).astype(np.float32)
    assert (model(x).numpy() != model(x).numpy()).any()
    model.inference()
    np.testing.assert_array_equal(model(x).numpy(), model(x).numpy())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DeepConvNetOptions(filters=(8, 8)), r"filters \(8, 8\).* 3 stages"),
        (lambda: DeepConvNetOptions(filters=(8, 0, 8)), "at least 1 kernel"),
        (lambda: DeepConvNetOptions(dropout=1.0), "dropout is 1.0.* from 0 up to"),
        (lambda: DeepConvNet((1, 0, 9), 10), r"\(1, 0, 9\).* at least 1"),
    ],
)
def test_forms_that_make_no_network_are_refused(make, words):
    with pytest.raises(OptionError, match=words):
        make()
