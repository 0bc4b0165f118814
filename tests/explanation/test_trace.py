"""Values and gradients of a traced function are those of running and differentiating it."""

import numpy as np
import pytest
from explanation.networks import Network, names, network

import pellucid as pc
from pellucid import nn
from pellucid.autodiff import gradients
from pellucid.errors import GraphError
from pellucid.explanation.trace import bridge, trace
from pellucid.tensor import Tensor


def differentiated(net: Network) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss and its gradients by the parameters, as a captured step computes them."""
    parameters = net.model.parameters()

    @pc.compile(executor="reference")
    def step(x, t):
        loss = net(x, t)
        wanted = [p.read() for p in parameters.values()]
        return loss, *gradients(loss, wanted, pc.ones_like(loss))

    loss, *found = step(*net.batch)
    return loss, dict(zip(parameters, found, strict=True))


@pytest.mark.parametrize("name", names())
def test_values_and_gradients_are_those_of_automatic_differentiation_to_the_bit(name):
    net = network(name)
    found = trace(net, *net.batch)  # first: what is drawn is counted, and drawn anew
    loss, expected = differentiated(net)
    assert found.array(found.result.name).tobytes() == loss.array.tobytes()
    paths = {id(variable): path for path, variable in net.model.variables().items()}
    compared = 0
    for key, variable in found.variables.items():
        if variable.trainable:
            dx = expected[paths[id(variable)]]
            assert found.gradients[key].tobytes() == dx.array.tobytes(), key
            compared += 1
    assert compared > 0


@pytest.mark.parametrize("name", ["drawn-0", "resnet", "char-transformer", "lstm"])
def test_the_gradient_of_every_value_is_the_sum_of_what_its_uses_hand_back(name):
    net = network(name)
    found = trace(net, *net.batch)
    compared = 0
    for key, dx in found.gradients.items():
        parts = [
            bridge(found, node, position, found.upstream[node.output.name])
            for node, position in found.uses.get(key, ())
            if node.output.name in found.upstream
        ]
        arrays = [np.float64(part.array) for part in parts if isinstance(part, Tensor)]
        if arrays:
            scale = max(np.abs(a).max() for a in arrays) + 1e-30
            assert np.abs(sum(arrays) - dx).max() <= 4 * len(arrays) * 2.0**-24 * scale, key
            compared += 1
    assert compared > 10


def test_the_apples_of_the_book():
    found = trace(lambda apples, price, tax: apples * price * tax, 2, 100, 1.1)
    assert found.array(found.result.name) == pytest.approx(220.0, rel=1e-6)
    assert found.gradients["apples"] == pytest.approx(110.0, rel=1e-6)
    assert found.gradients["price"] == pytest.approx(2.2, rel=1e-6)
    assert found.gradients["tax"] == pytest.approx(200.0)


def test_the_computation_graph_of_the_course():
    found = trace(lambda a, b, c: 3.0 * (a + b * c), 5, 3, 2)
    assert found.array(found.result.name) == 33.0
    assert [found.gradients[name].item() for name in "abc"] == [3.0, 6.0, 9.0]
    assert [found.array(v).item() for v in ("%0", "%1")] == [6.0, 11.0]


def test_variables_are_read_and_not_changed():
    model = nn.Sequential(nn.BatchNorm(3), nn.Dropout(0.5, rng=pc.Generator(1)))
    before = {path: v.array.copy() for path, v in model.variables().items()}
    trace(model, np.ones((4, 3), np.float32))
    after = {path: v.array for path, v in model.variables().items()}
    assert all(np.array_equal(before[path], after[path]) for path in before)


def test_values_are_found_by_input_parameter_layer_and_number():
    model = nn.Sequential(nn.Linear(3, 2, rng=pc.Generator(1)), nn.Tanh())
    found = trace(model, np.ones((4, 3), np.float32))
    assert found.find("0.weight").shape == (3, 2)
    assert found.find("0").shape == (4, 2)
    assert found.find("%0").name == "%0"


def test_a_path_that_is_none_is_told_with_those_there_are():
    model = nn.Sequential(nn.Linear(3, 2, rng=pc.Generator(1)))
    found = trace(model, np.ones((4, 3), np.float32))
    with pytest.raises(GraphError, match=r"no value '0\.weigth'.*mean '0\.weight'"):
        found.find("0.weigth")
    with pytest.raises(GraphError, match=r"no value 'nothing'\. There are .*0\.weight, .*%0 to %1"):
        found.find("nothing")


def test_a_function_of_several_results_or_of_none_is_refused():
    with pytest.raises(GraphError, match=r"returned 2 results.*return the loss"):
        trace(lambda x: (x + 1.0, x), 1.0)
    with pytest.raises(GraphError, match=r"nothing is computed"):
        trace(lambda x: x, 1.0)


def test_a_result_of_integers_has_values_and_no_gradients():
    found = trace(lambda x: pc.one_hot(x, 3).argmax(axis=1), np.array([0, 2]))
    assert found.array(found.result.name).tolist() == [0, 2]
    assert found.gradients == {}
