"""The gradient rule of each use, traced: evaluated, it is what the use hands back."""

import numpy as np
import pytest
from explanation.networks import names, network

import pellucid as pc
from pellucid.evaluation import run
from pellucid.explanation.rule import names_of_inputs, rule_of
from pellucid.explanation.trace import bridge, trace
from pellucid.tensor import Tensor


@pytest.mark.parametrize("name", names())
def test_a_traced_rule_computes_what_comes_back(name):
    net = network(name)
    found = trace(net, *net.batch)
    compared = 0
    for node in found.graph.nodes:
        dy = found.upstream.get(node.output.name)
        for position in range(len(node.inputs)):
            graph = rule_of(node, position)
            part = None if dy is None else bridge(found, node, position, dy)
            if graph is None or not isinstance(part, Tensor) or not isinstance(dy, Tensor):
                continue
            arrays = [found.array(value.name) for value in node.inputs]
            (computed,) = run(graph, [dy.array, found.array(node.output.name), *arrays])
            assert computed.tobytes() == part.array.tobytes(), node
            compared += 1
    assert compared > 5


def node_of(function, *inputs):
    return trace(function, *inputs).graph.nodes[0]


def test_inputs_have_the_names_of_the_primitives_rule():
    node = node_of(lambda x, w: x @ w, np.ones((2, 3), "f"), np.ones((3, 4), "f"))
    graph = rule_of(node, 1)
    assert [value.name for value in graph.inputs] == ["dy", "y", "a", "b"]
    assert [n.primitive.name for n in graph.nodes] == ["permute_dims", "matmul"]
    joined = node_of(lambda x: pc.concat([x, x]), np.ones(3, "f"))
    assert names_of_inputs(joined) == ["x0", "x1"]


def test_what_has_no_gradient_has_no_rule():
    assert rule_of(node_of(lambda x: (x > 0.0).astype("float32"), np.ones(3, "f")), 0) is None
    taken = node_of(lambda x, i: x.take(i, axis=0), np.ones(3, "f"), np.array([0, 2]))
    assert rule_of(taken, 0) is not None
    assert rule_of(taken, 1) is None
