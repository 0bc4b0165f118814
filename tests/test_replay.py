"""A graph applied to tensors: values, histories, symbols and scopes as of the function itself."""

import numpy as np

import pellucid as pc
from pellucid.autodiff import gradients
from pellucid.graph import is_symbolic
from pellucid.primitives.symbols import symbol
from pellucid.replay import replayed


def function(x, w):
    with pc.scope("layer"):
        y = (x @ w).tanh()
    return (y * 2.0).sum()


X = pc.tensor(np.arange(6.0, dtype=np.float32).reshape(2, 3))
W = pc.tensor(np.ones((3, 2), np.float32), requires_grad=True)


def test_values_and_gradients_are_those_of_the_function():
    graph = pc.capture(function)(X, W)
    values = replayed(graph, [X, W])
    assert {v.name for v in graph.inputs} | {n.output.name for n in graph.nodes} <= set(values)
    y = values[graph.outputs[0].name]
    assert y.array == function(X, W).array
    found, expected = (
        gradients(each, [W], pc.ones_like(each))[0].array for each in (y, function(X, W))
    )
    assert found.tobytes() == expected.tobytes()
    assert values["%0"].origin.scope == "layer"


def test_symbols_give_symbols():
    graph = pc.capture(function)(X, W)
    values = replayed(graph, [symbol(X), symbol(W)])
    assert is_symbolic(values[graph.outputs[0].name])
