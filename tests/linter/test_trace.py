"""What a loss is computed from: each computation once, with its sources and its constants."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.linter.trace import FEATURES, PARAMETERS, TARGETS, Trace


def traced(function, **arrays):
    """A trace of a function of x, t and w: features, targets, a parameter."""
    graph = pc.capture(function)(*arrays.values())
    return Trace(graph, graph.outputs[0], {"x": FEATURES, "t": TARGETS, "w": PARAMETERS}, 4)


X, T, W = np.ones((4, 2)), np.ones((4, 2)), np.full((2, 2), 0.5)


def test_what_is_written_twice_is_one():
    trace = traced(lambda x: (x.exp() * x.exp()).sum(), x=X)
    assert [node.primitive.name for node in trace.nodes] == ["exp", "multiply", "sum", "reshape"]
    exp, multiply, *_ = trace.nodes
    assert multiply.inputs == (exp.output, exp.output)


def test_what_the_loss_does_not_need_is_left_out():
    def run(x):
        x.log()
        return x.sum()

    assert [node.primitive.name for node in traced(run, x=X).nodes] == ["sum", "reshape"]


def test_sources_of_a_value_are_those_of_all_it_comes_from():
    trace = traced(lambda x, t, w: ((x @ w - t) ** 2.0).sum(), x=X, t=T, w=W)
    product = next(node.output for node in trace.nodes if node.primitive.name == "matmul")
    assert [trace.has(product, s) for s in (FEATURES, TARGETS, PARAMETERS)] == [True, False, True]
    assert trace.has(trace.loss, TARGETS)
    assert trace.is_from_data(product)
    assert not trace.is_constant(product)


@pytest.mark.parametrize(("array", "number"), [(2.0, 2.0), ([3.0, 3.0], 3.0), ([1.0, 2.0], None)])
def test_a_constant_has_a_number_if_it_is_the_same_everywhere(array, number):
    trace = traced(lambda x: (x * np.array(array)).sum(), x=X)
    multiply = trace.nodes[[node.primitive.name for node in trace.nodes].index("multiply")]
    constant = next(value for value in multiply.inputs if trace.is_constant(value))
    while constant.name not in trace.constants:  # moved to the shape of x
        constant = trace.maker[constant.name].inputs[0]
    assert trace.number(constant) == number


def test_a_maker_is_asked_for_by_its_kind():
    trace = traced(lambda x: x.exp().sum(), x=X)
    assert trace.made_by(trace.loss, p.Sum, p.Reshape) is trace.nodes[-1]
    assert trace.made_by(trace.loss, p.Exp) is None
    assert trace.made_by(trace.nodes[0].inputs[0], p.Exp) is None
    assert trace.read == {"x", *(node.output.name for node in trace.nodes[:-1])}
