"""The L-layer network: shapes of the course's notation, and a backward pass written by hand."""

import os
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, nn, optim
from pellucid.errors import OptionError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.models.l_layer import LLayer, LLayerOptions
from pellucid.models.l_layer_by_hand import (
    l_layer_backward,
    l_layer_cost,
    l_layer_forward,
    l_layer_update,
)
from pellucid.models.logistic_by_hand import by_vectors


def net(features=4, classes=2, *, hidden=(5, 5, 3), activation="relu", init="auto"):
    options = LLayerOptions(hidden=hidden, activation=activation, init=init)
    return LLayer(features, classes, options, rng=pc.Generator(seed=0), dtype="float64")


def samples(features=4, count=9, seed=0):
    numbers = np.random.default_rng(seed)
    x = numbers.normal(size=(features, count))
    return x, (x[:1] * x[1:2] > 0).astype(np.float64)


def arrays(model):
    return {name: v.numpy().copy() for name, v in model.params.items()}


def test_the_four_layer_example_has_the_shapes_of_the_course():
    model = net()
    x, _ = samples(count=7)
    n, m = [4, 5, 5, 3, 1], 7
    assert model.sizes == tuple(n)
    a, caches = l_layer_forward(x, arrays(model))
    for layer, cache in enumerate(caches, start=1):
        assert cache.w.shape == (n[layer], n[layer - 1])
        assert cache.b.shape == (n[layer], 1)
        assert cache.z.shape == (n[layer], m)
        assert cache.a_before.shape == (n[layer - 1], m)
    assert a.shape == (1, m)


def test_a_3_4_1_network_has_the_shapes_of_the_course():
    model = net(3, hidden=(4,), activation="tanh")
    a, (first, second) = l_layer_forward(np.ones((3, 1)), arrays(model), activation="tanh")
    assert (first.z.shape, first.w.shape, first.b.shape) == ((4, 1), (4, 3), (4, 1))
    assert (second.z.shape, second.w.shape, second.b.shape) == ((1, 1), (1, 4), (1, 1))
    assert a.shape == (1, 1)


def test_without_hidden_layers_it_is_logistic_regression():
    x, y = samples(features=3, count=12)
    a, caches = l_layer_forward(x, arrays(net(3, hidden=())))
    gradients = l_layer_backward(y, caches)
    np.testing.assert_allclose(gradients["dW1"].T, x @ (a - y).T / 12)
    np.testing.assert_allclose(gradients["db1"], (a - y).mean(keepdims=True))


def test_it_learns_what_one_line_cannot_separate():
    model = net(2, hidden=(8,), activation="tanh")
    x, y = samples(features=2, count=300)
    optimizer = optim.Adam(model.parameters(), 0.05)
    rows, ids = np.ascontiguousarray(x.T), y.ravel().astype(int)

    @pc.compile
    def step(rows, targets):
        loss = cross_entropy(model(rows), targets)
        optimizer.minimize(loss)
        return loss

    for _ in range(300):
        step(rows, ids)
    found = model.probabilities(pc.tensor(x)).numpy() > 0.5
    assert (found == y).mean() > 0.95


def test_units_that_start_at_zero_stay_equal():
    parameters = arrays(net(hidden=(4,), activation="tanh", init="zeros"))
    # The output gets a start, or nothing at all would move.
    parameters["W2"] = np.full((1, 4), 0.3)
    x, y = samples()
    for _ in range(20):
        _, caches = l_layer_forward(x, parameters, activation="tanh")
        gradients = l_layer_backward(y, caches)
        parameters = l_layer_update(parameters, gradients, learning_rate=0.5)
    assert np.abs(parameters["W1"]).max() > 0.01
    assert (parameters["W1"] == parameters["W1"][0]).all()


def test_several_classes_have_one_output_each():
    model = net(4, 3)
    assert model.sizes[-1] == 3
    x, _ = samples()
    np.testing.assert_allclose(model.probabilities(pc.tensor(x)).numpy().sum(axis=0), 1.0)
    np.testing.assert_allclose(
        nn.Softmax()(model(x.T)).numpy().T, model.probabilities(pc.tensor(x)).numpy()
    )


def test_two_logits_hold_the_sigmoid():
    model = net()
    x, _ = samples()
    assert not model(x.T).numpy()[:, 0].any()
    expected = functional.sigmoid(model.scores(pc.tensor(x))).numpy()
    np.testing.assert_allclose(nn.Softmax()(model(x.T)).numpy()[:, 1:].T, expected)


@pytest.mark.parametrize(
    ("activation", "init", "first", "last"),
    [
        ("relu", "auto", 2.0, 1.0),
        ("tanh", "auto", 1.0, 1.0),
        ("relu", "normal", 0.04, 0.04),
    ],
)
def test_the_start_is_scaled_by_the_units_before(activation, init, first, last):
    model = net(400, 3, hidden=(400,), activation=activation, init=init)
    weights = arrays(model)
    assert weights["W1"].std() == pytest.approx((first / 400) ** 0.5, rel=0.02)
    assert weights["W2"].std() == pytest.approx((last / 400) ** 0.5, rel=0.06)


def test_what_does_not_fit_is_refused_naming_the_layer():
    model = net()
    with pytest.raises(ShapeError, match=r"X of shape \(3, 9\)\. A sample is a column of 4"):
        model.probabilities(pc.ones((3, 9)))
    parameters = arrays(model)
    with pytest.raises(ShapeError, match=r"layer 1: W \(5, 4\), b \(5, 1\), A before it \(3, 9\)"):
        l_layer_forward(np.ones((3, 9)), parameters)
    with pytest.raises(ShapeError, match=r"layer 2: .* b \(5,\)"):
        l_layer_forward(np.ones((4, 9)), parameters | {"b2": np.ones(5)})
    _, caches = l_layer_forward(np.ones((4, 9)), parameters)
    with pytest.raises(ShapeError, match=r"Y of shape \(9,\), A\[L\] of \(1, 9\)"):
        l_layer_backward(np.ones(9), caches)
    with pytest.raises(ShapeError, match=r"l_layer_cost: Y of shape"):
        l_layer_cost(np.ones(9), caches)


def test_options_outside_their_range_are_refused():
    with pytest.raises(OptionError, match=r"hidden is \(5, 0\)"):
        LLayerOptions(hidden=(5, 0))
    with pytest.raises(OptionError, match="Did you mean 'tanh'"):
        LLayerOptions(activation="tan")
    with pytest.raises(OptionError, match="Did you mean 'he'"):
        LLayerOptions(init="hee")
    with pytest.raises(OptionError, match="4 features, 1 classes"):
        net(4, 1)
    with pytest.raises(OptionError, match="Did you mean 'tanh'"):
        l_layer_forward(np.ones((4, 1)), arrays(net()), activation="tan")
    with pytest.raises(OptionError, match="parameters W1, W2"):
        l_layer_forward(np.ones((4, 1)), {"W1": np.ones((1, 4)), "W2": np.ones((1, 1))})


# ---- the cats of the course: its printed costs, to the last digit ------------------------


@pytest.fixture(scope="module")
def cats():
    """Images as columns of 12,288 numbers, and whether each shows a cat."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    file = Path(os.environ.get("PELLUCID_TEST_DATA", beside)) / "cats" / "train_catvnoncat.h5"
    if not file.is_file():
        pytest.skip(f"no cats at {file}")
    h5py = pytest.importorskip("h5py")
    with h5py.File(file) as held:
        images, answers = held["train_set_x"][:], held["train_set_y"][:]
    x = np.ascontiguousarray(images.reshape(len(images), -1).T / 255.0)
    return x, answers[None, :].astype(np.float64)


def test_logistic_regression_falls_as_the_course_printed(cats):
    fit = by_vectors(*cats, learning_rate=0.005, iterations=101)
    assert (fit.costs[0], fit.costs[100]) == pytest.approx((0.693147, 0.584508), abs=5e-7)


def test_the_four_layer_network_falls_as_the_course_printed(cats):
    x, y = cats
    # The start of the course: NumPy's old generator with seed 1, divided by the root of n[l-1].
    n, draws, parameters = [12_288, 20, 7, 5, 1], np.random.RandomState(1), {}
    for layer in range(1, 5):
        start = draws.randn(n[layer], n[layer - 1]) / np.sqrt(n[layer - 1])
        parameters |= {f"W{layer}": start, f"b{layer}": np.zeros((n[layer], 1))}
    costs = []
    for _ in range(101):
        _, caches = l_layer_forward(x, parameters)
        costs.append(l_layer_cost(y, caches))
        gradients = l_layer_backward(y, caches)
        parameters = l_layer_update(parameters, gradients, learning_rate=0.0075)
    assert (costs[0], costs[100]) == pytest.approx((0.771749, 0.672053), abs=5e-7)
