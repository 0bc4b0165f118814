"""Formulas are recognised by their primitives, whoever wrote them, and others are not."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.linter import patterns
from pellucid.linter.trace import FEATURES, Trace
from pellucid.primitives import Log, Log1p, Subtract

X = np.linspace(-2.0, 2.0, 12).reshape(4, 3)


def trace_of(function):
    graph = pc.capture(lambda x: function(x + 0.0))(X)
    return Trace(graph, graph.outputs[0], {"x": FEATURES}, 4)


def is_of_x(trace, found):
    """Whether what was found is the argument of the formula: x + 0."""
    if found is None:
        return False
    node = trace.maker[found.name]
    return node.primitive.name == "add" and node.inputs[0].name == "x"


FORMULAS = {
    "softmax_of": (f.softmax, lambda x: x.exp() / x.exp().sum(axis=-1, keepdims=True)),
    "sigmoid_of": (
        f.sigmoid, lambda x: 1.0 / (1.0 + (-x).exp()), lambda x: 1.0 / ((-x).exp() + 1.0),
    ),
    "tanh_of": (f.tanh,),
    "relu_of": (
        f.relu, lambda x: x.maximum(0.0), lambda x: (x > 0.0).where(x, 0.0),
        lambda x: (x <= 0.0).where(0.0, x),
    ),
}  # fmt: skip
OTHERS = {
    "softmax_of": (f.sigmoid, lambda x: x.exp() / x.sum(), lambda x: x / x.exp().sum()),
    "sigmoid_of": (f.tanh, lambda x: 2.0 / (1.0 + (-x).exp()), lambda x: 1.0 / (1.0 + x.exp())),
    "tanh_of": (f.sigmoid, lambda x: x.sin()),
    "relu_of": (f.tanh, lambda x: x.maximum(1.0), lambda x: (x > 1.0).where(x, 0.0)),
}


def called(part):
    return getattr(part, "__name__", part)


def cases(table):
    return [(name, function) for name, functions in table.items() for function in functions]


@pytest.mark.parametrize(("name", "function"), cases(FORMULAS), ids=called)
def test_a_formula_is_recognised_however_it_is_written(name, function):
    trace = trace_of(function)
    assert is_of_x(trace, getattr(patterns, name)(trace, trace.loss))


@pytest.mark.parametrize(("name", "function"), cases(OTHERS), ids=called)
def test_another_formula_is_not(name, function):
    trace = trace_of(function)
    assert getattr(patterns, name)(trace, trace.loss) is None


@pytest.mark.parametrize("function", [f.log_softmax, lambda x: x.exp().sum(axis=-1).log()])
def test_what_a_loss_takes_the_logarithm_of_is_found(function):
    trace = trace_of(function)
    found = [
        patterns.logits_of(trace, node)
        for node in trace.nodes
        if type(node.primitive) in (Log, Log1p)
    ]
    assert any(is_of_x(trace, value) for value in found)


def test_a_value_less_its_mean_is_centred():
    trace = trace_of(lambda x: (x - x.mean(axis=0, keepdims=True)).sum())
    node = next(node for node in trace.nodes if type(node.primitive) is Subtract)
    value, axes = patterns.centred(trace, node)
    assert is_of_x(trace, value)
    assert axes == (0,)
    other = trace_of(lambda x: (x - x.sum(axis=0, keepdims=True)).sum())
    node = next(node for node in other.nodes if type(node.primitive) is Subtract)
    assert patterns.centred(other, node) is None
