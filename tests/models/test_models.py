import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.data import Form, mnist
from pellucid.errors import OptionError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.models import (
    MLP,
    MODELS,
    LogisticRegression,
    MLPOptions,
    TwoLayerNet,
    TwoLayerNetOptions,
)
from pellucid.models.mlp import ACTIVATIONS, INITIALIZERS
from pellucid.optim import SGD
from pellucid.random import Generator
from pellucid.train import Options, Trainer


def rng(seed: int = 0) -> Generator:
    return Generator(seed)


# ---- the list ----------------------------------------------------------------------------

IMAGE, ROW, TEXT = Form((1, 8, 8), 5), Form((64,), 5), Form((7,), 5, (7,), 5)
CLASSIFIERS = [name for name, kind in MODELS.items() if not kind.misfit(IMAGE)]


def build(name: str, form: Form, seed: int = 0) -> nn.Module:
    kind = MODELS[name]
    return kind.built(form, kind.options(), rng(seed))


@pytest.mark.parametrize("name", list(MODELS))
def test_every_model_is_built_by_name_and_gives_one_score_per_class(name: str) -> None:
    form = TEXT if MODELS[name].misfit(IMAGE) else IMAGE
    samples = np.zeros((3, *form.shape), np.int64 if form.vocabulary else np.float32)
    assert build(name, form)(samples).shape == (3, *form.target_shape, 5)
    assert MODELS[name].summary.endswith(".")


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if not MODELS[name].misfit(ROW)])
def test_models_of_rows_take_images_and_flatten_them(name: str) -> None:
    model = build(name, IMAGE)
    images = np.random.default_rng(0).normal(size=(3, 1, 8, 8)).astype(np.float32)
    np.testing.assert_array_equal(model(images).numpy(), model(images.reshape(3, 64)).numpy())


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if not MODELS[name].misfit(ROW)])
def test_models_of_rows_refuse_other_features_naming_the_layer(name: str) -> None:
    with pytest.raises(ShapeError, match=r"(Linear|LLayer)\(64, "):
        build(name, ROW)(np.ones((3, 11), np.float32))


@pytest.mark.parametrize("name", list(MODELS))
def test_the_same_seed_builds_the_same_model(name: str) -> None:
    form = TEXT if MODELS[name].misfit(IMAGE) else IMAGE
    states = [build(name, form, 7).state_dict() for _ in range(2)]
    for key, array in states[0].items():
        np.testing.assert_array_equal(array, states[1][key])


@pytest.mark.parametrize(
    ("name", "form", "message"),
    [
        ("resnet", ROW, r"resnet takes images .*; these samples are numbers of shape \(64,\)"),
        ("mlp", TEXT, "mlp takes numbers; these samples are text"),
        ("l-layer", Form((1,), 0, (1,)), r"these targets are numbers\. Models that fit: mlp, two"),
    ],
)
def test_a_model_that_does_not_fit_the_data_is_refused_naming_those_that_do(
    name: str, form: Form, message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        build(name, form)


def test_numbers_are_predicted_with_one_output_each() -> None:
    assert build("mlp", Form((1,), 0, (2,)))(np.ones((3, 1), np.float32)).shape == (3, 2)


# ---- MLP ---------------------------------------------------------------------------------


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


# ---- signals through five layers of 100 units --------------------------------------------
# The textbook's experiment: x = randn(1000, 100), then the spread of every layer's activations.


def spreads(activation: str, rule: nn.init.Initializer) -> list[float]:
    signal = np.random.default_rng(0).normal(size=(1000, 100)).astype(np.float32)
    generator, found = rng(), []
    for _ in range(5):
        layer = nn.Linear(100, 100, rng=generator, initializer=rule)
        signal = ACTIVATIONS[activation]()(layer(signal)).numpy()
        found.append(float(signal.std()))
    return found


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


# ---- logistic regression -----------------------------------------------------------------


def test_logistic_regression_starts_undecided() -> None:
    model = LogisticRegression(4, 3)
    assert cross_entropy(model(np.ones((2, 4), np.float32)), [0, 2]).item() == pytest.approx(
        np.log(3)
    )


def test_two_scores_are_the_textbooks_sigmoid() -> None:
    model = LogisticRegression(3, 2)
    numbers = np.random.default_rng(0)
    model.linear.weight.assign(numbers.normal(size=(3, 2)).astype(np.float32))
    x = numbers.normal(size=(5, 3)).astype(np.float32)
    w = model.linear.weight.numpy()
    expected = 1 / (1 + np.exp(-x @ (w[:, 1] - w[:, 0])))
    found = nn.Softmax()(model(x)).numpy()[:, 1]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


# ---- TwoLayerNet -------------------------------------------------------------------------


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


def test_every_option_of_every_model_is_documented() -> None:
    for kind in MODELS.values():
        for option in fields(kind.options):
            assert f"`{option.name}`: " in (kind.options.__doc__ or ""), (kind.name, option.name)
