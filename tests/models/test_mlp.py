"""Dense networks: their formula, options and starts, and signals through five layers."""

from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.errors import OptionError
from pellucid.models import (
    MLP,
    MLPOptions,
)
from pellucid.models.mlp import ACTIVATIONS, INITIALIZERS
from pellucid.random import Generator


def rng(seed: int = 0) -> Generator:
    return Generator(seed)


def spreads(activation: str, rule: nn.init.Initializer) -> list[float]:
    signal = np.random.default_rng(0).normal(size=(1000, 100)).astype(np.float32)
    generator, found = rng(), []
    for _ in range(5):
        layer = nn.Linear(100, 100, rng=generator, initializer=rule)
        signal = ACTIVATIONS[activation]()(layer(signal)).numpy()
        found.append(float(signal.std()))
    return found


def test_an_mlp_is_its_formula() -> None:
    model = MLP(3, 2, MLPOptions(hidden=(4,)), rng=rng())
    x = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    state = model.state_dict()
    hidden = np.maximum(x @ state["hidden.0.linear.weight"] + state["hidden.0.linear.bias"], 0)
    expected = hidden @ state["output.weight"] + state["output.bias"]
    np.testing.assert_allclose(model(x).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_hidden_sizes_are_counted_from_the_input() -> None:
    model = MLP(3, 2, MLPOptions(hidden=(4, 6)), rng=rng())
    shapes = {path: v.shape for path, v in model.parameters().items() if v.ndim == 2}
    assert shapes == {
        "hidden.0.linear.weight": (3, 4),
        "hidden.1.linear.weight": (4, 6),
        "output.weight": (6, 2),
    }


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_every_activation_works_in_an_mlp(activation: str) -> None:
    model = MLP(3, 2, MLPOptions(activation=activation), rng=rng())
    assert np.isfinite(model(np.ones((1, 3), np.float32)).numpy()).all()


@pytest.mark.parametrize(
    ("activation", "rule"),
    [("relu", nn.init.HeNormal), ("gelu", nn.init.HeNormal), ("tanh", nn.init.XavierNormal)],
)
def test_the_start_suits_the_activation(activation: str, rule: type) -> None:
    options = MLPOptions(activation=activation)
    assert type(options.initializer(activation)) is rule
    model = MLP(400, 400, MLPOptions(hidden=(400,), activation=activation), rng=rng())
    scale = (2 / 400) ** 0.5 if rule is nn.init.HeNormal else (1 / 400) ** 0.5
    state = model.state_dict()
    assert state["hidden.0.linear.weight"].std() == pytest.approx(scale, rel=0.02)
    assert state["output.weight"].std() == pytest.approx((1 / 400) ** 0.5, rel=0.02)


@pytest.mark.parametrize("init", list(INITIALIZERS))
def test_a_named_start_is_used_in_every_layer(init: str) -> None:
    options = MLPOptions(init=init)
    assert options.initializer("relu") is options.initializer("identity") is INITIALIZERS[init]


def test_dropout_acts_in_training_only() -> None:
    model = MLP(3, 2, MLPOptions(hidden=(50,), dropout=0.5), rng=rng())
    x = np.ones((1, 3), np.float32)
    assert not np.array_equal(model(x).numpy(), model(x).numpy())
    with model.mode(training=False):
        np.testing.assert_array_equal(model(x).numpy(), model(x).numpy())


def test_batch_norm_stands_before_the_activation() -> None:
    model = MLP(3, 2, MLPOptions(hidden=(4,), batch_norm=True, dropout=0.1), rng=rng())
    kinds = [type(step).__name__ for step in model.hidden[0].then]
    assert kinds == ["BatchNorm", "ReLU", "Dropout"]
    assert model.hidden[0].linear.bias is None
    assert model.output.bias is not None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": ()}, r"hidden is \(\)"),
        ({"hidden": (5, 0)}, r"hidden is \(5, 0\)"),
        ({"activation": "rleu"}, "Did you mean 'relu'"),
        ({"init": "hee"}, "Did you mean 'he'"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"dropout": -0.1}, "dropout is -0.1"),
    ],
)
def test_options_of_an_mlp_outside_their_range_are_refused(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        MLPOptions(**options)


def test_a_start_of_std_1_saturates_sigmoids() -> None:
    assert all(0.43 < spread < 0.47 for spread in spreads("sigmoid", nn.init.Normal(1.0)))


def test_a_start_of_std_001_makes_sigmoids_all_alike() -> None:
    later = spreads("sigmoid", nn.init.Normal(0.01))[1:]
    assert all(0.010 < spread < 0.014 for spread in later)


def test_one_over_root_n_keeps_sigmoids_spread() -> None:
    assert all(0.10 < spread < 0.22 for spread in spreads("sigmoid", nn.init.LeCunNormal()))


def test_through_relu_a_start_of_std_001_dies() -> None:
    assert spreads("relu", nn.init.Normal(0.01))[3] == pytest.approx(2e-5, rel=0.5)


def test_through_relu_one_over_root_n_fades() -> None:
    found = spreads("relu", nn.init.LeCunNormal())
    assert found[0] == pytest.approx(0.59, abs=0.02)
    assert found[4] == pytest.approx(0.13, abs=0.04)


def test_through_relu_the_rule_of_he_keeps_the_spread() -> None:
    found = spreads("relu", nn.init.HeNormal())
    assert all(0.7 < spread < 1.0 for spread in found)
