"""The book's network of two layers: parameters, gradient, accuracy, and what it reaches."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data import mnist
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.models import (
    TwoLayerNet,
    TwoLayerNetOptions,
)
from pellucid.optim import SGD
from pellucid.random import Generator
from pellucid.train import Options, Trainer


def rng(seed: int = 0) -> Generator:
    return Generator(seed)


def test_the_two_layer_net_has_the_textbooks_parameters_and_layers() -> None:
    net = TwoLayerNet(784, 10, TwoLayerNetOptions(hidden=100), rng=rng())
    shapes = {name: parameter.shape for name, parameter in net.params.items()}
    assert shapes == {"W1": (784, 100), "b1": (100,), "W2": (100, 10), "b2": (10,)}
    assert [type(layer).__name__ for layer in net.layers.values()] == ["Linear", "ReLU", "Linear"]
    assert net.params["W1"].numpy().std() == pytest.approx(0.01, rel=0.02)
    assert not net.params["b1"].numpy().any()


def test_its_gradient_is_the_central_difference() -> None:
    net = TwoLayerNet(4, 3, TwoLayerNetOptions(hidden=5, weight_std=0.5), rng=rng())
    numbers = np.random.default_rng(0)
    x, t = numbers.normal(size=(6, 4)).astype(np.float32), np.array([0, 1, 2, 0, 1, 2])
    for name, gradient in net.gradient(x, t).items():
        array = net.params[name].numpy().copy()
        place = tuple(int(numbers.integers(n)) for n in array.shape)
        losses = []
        for nudge in (1e-2, -1e-2):
            moved = array.copy()
            moved[place] += nudge
            net.params[name].assign(moved)
            losses.append(net.loss(x, t).item())
        net.params[name].assign(array)
        expected = (losses[0] - losses[1]) / 2e-2
        assert gradient.numpy()[place] == pytest.approx(expected, abs=2e-4), name


def test_its_accuracy_is_the_fraction_that_is_right() -> None:
    net = TwoLayerNet(2, 2, TwoLayerNetOptions(hidden=2, weight_std=0.0), rng=rng())
    net.params["b2"].assign(np.array([0.0, 1.0], np.float32))
    assert net.accuracy(np.zeros((4, 2), np.float32), np.array([1, 1, 1, 0])) == 0.75


@pytest.mark.parametrize("options", [{"hidden": 0}, {"weight_std": -1.0}])
def test_options_of_the_two_layer_net_outside_their_range_are_refused(
    options: dict[str, Any],
) -> None:
    with pytest.raises(OptionError, match=f"two-layer-net: {next(iter(options))} is"):
        TwoLayerNetOptions(**options)


def test_ten_thousand_steps_on_mnist_reach_the_textbooks_accuracy() -> None:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("PELLUCID_TEST_DATA", beside)) / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no MNIST in {folder}")
    train, test = mnist(folder)
    net = TwoLayerNet(784, 10, rng=rng())
    options = Options(batch_size=100, drop_last=True)
    trainer = Trainer(net, cross_entropy, SGD(net.parameters(), 0.1), train, None, options)
    # 600 batches an epoch: the 10,000 steps of the textbook end in the seventeenth.
    history = trainer.fit(17)
    assert len(history) >= 10_000
    assert trainer.evaluate(test)["accuracy"] > 0.965
    accuracies = history.epochs["train_accuracy"]
    assert accuracies[0] > 0.85
    assert accuracies[-1] > 0.97
