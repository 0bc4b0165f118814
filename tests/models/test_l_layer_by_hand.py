"""The network by hand: its passes are the library's, its gradient the central difference."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim
from pellucid.functional import cross_entropy
from pellucid.models.l_layer import LLayer, LLayerOptions
from pellucid.models.l_layer_by_hand import (
    l_layer_backward,
    l_layer_cost,
    l_layer_forward,
    l_layer_update,
)


def net(features=4, classes=2, *, hidden=(5, 5, 3), activation="relu", init="auto"):
    options = LLayerOptions(hidden=hidden, activation=activation, init=init)
    return LLayer(features, classes, options, rng=pc.Generator(seed=0), dtype="float64")


def samples(features=4, count=9, seed=0):
    numbers = np.random.default_rng(seed)
    x = numbers.normal(size=(features, count))
    return x, (x[:1] * x[1:2] > 0).astype(np.float64)


def arrays(model):
    return {name: v.numpy().copy() for name, v in model.params.items()}


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("hidden", [(), (4,), (5, 5, 3)])
def test_the_hand_written_pass_equals_automatic_differentiation(hidden, activation):
    model = net(hidden=hidden, activation=activation)
    x, y = samples()
    a, caches = l_layer_forward(x, arrays(model), activation=activation)
    np.testing.assert_allclose(a, model.probabilities(pc.tensor(x)).numpy(), atol=1e-12)
    loss = cross_entropy(model(x.T), y.ravel().astype(int))
    assert l_layer_cost(y, caches) == pytest.approx(loss.item(), abs=1e-12)
    loss.backward()
    gradients = l_layer_backward(y, caches)
    assert set(gradients) == {f"d{name}" for name in model.params}
    for name, parameter in model.params.items():
        assert gradients[f"d{name}"].shape == parameter.shape
        np.testing.assert_allclose(gradients[f"d{name}"], parameter.grad.numpy(), atol=1e-12)


def test_the_hand_written_gradient_is_the_central_difference():
    parameters = arrays(net(hidden=(3,), activation="tanh"))
    x, y = samples()

    def cost(w):
        moved = parameters | {"W1": np.asarray(w)}
        return l_layer_cost(y, l_layer_forward(x, moved, activation="tanh")[1])

    _, caches = l_layer_forward(x, parameters, activation="tanh")
    expected = pc.numerical_gradient(cost, parameters["W1"])
    np.testing.assert_allclose(l_layer_backward(y, caches)["dW1"], expected, atol=1e-8)


def test_with_sigmoid_hidden_units_too():
    parameters = arrays(net(hidden=(3,)))
    x, y = samples()

    def cost(w):
        moved = parameters | {"W1": np.asarray(w)}
        return l_layer_cost(y, l_layer_forward(x, moved, activation="sigmoid")[1])

    _, caches = l_layer_forward(x, parameters, activation="sigmoid")
    expected = pc.numerical_gradient(cost, parameters["W1"])
    np.testing.assert_allclose(l_layer_backward(y, caches)["dW1"], expected, atol=1e-8)


def test_descent_by_hand_equals_descent_by_the_library():
    model = net(hidden=(6,), activation="tanh")
    x, y = samples(count=20)
    parameters, ids = arrays(model), y.ravel().astype(int)
    optimizer = optim.SGD(model.parameters(), 0.5)

    @pc.compile
    def step(rows, targets):
        loss = cross_entropy(model(rows), targets)
        optimizer.minimize(loss)
        return loss

    costs = []
    for _ in range(50):
        _, caches = l_layer_forward(x, parameters, activation="tanh")
        costs.append(l_layer_cost(y, caches))
        gradients = l_layer_backward(y, caches)
        parameters = l_layer_update(parameters, gradients, learning_rate=0.5)
        assert step(np.ascontiguousarray(x.T), ids).item() == pytest.approx(costs[-1], abs=1e-9)
    for name, found in arrays(model).items():
        np.testing.assert_allclose(found, parameters[name], atol=1e-9)
    assert costs[-1] < costs[0]
