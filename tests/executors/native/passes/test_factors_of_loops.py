"""Loops forward give what loops back multiply by, where that is fewer arrays; values stay."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid import primitives as p
from pellucid.executors.native.executor import Native
from pellucid.executors.native.passes.factors_of_loops import with_factors
from pellucid.executors.native.passes.simplify import simplify
from pellucid.executors.reference import Reference

STEPS = 5


def numbers(*shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).astype(dtype)


def captured_gradient(loss, *arguments):
    """A function and its gradient by the first argument, captured."""

    def both(*given):
        return loss(*given), pc.grad(loss)(*given)

    return pc.compile(both).captured(*arguments).procedure


def kept(graph):
    """How many arrays the loops of a graph keep of all steps, and which shapes."""
    count = 0
    for node in graph.nodes:
        if isinstance(node.primitive, p.Scan):
            count += sum(shape[:1] == (STEPS,) for _, shape in node.primitive.gives())
    return count


def layer_gradient(kind):
    layer = kind(6, 8, rng=pc.Generator(seed=0))

    def step(x):
        y, _ = layer(x)
        loss = (y * y).sum()
        pc.optim.SGD(layer.parameters(), 0.1).minimize(loss)
        return loss

    return pc.compile(step).captured(numbers(4, STEPS, 6)).procedure


@pytest.mark.parametrize(
    ("kind", "before", "after"), [(nn.RNN, 3, 3), (nn.LSTM, 12, 9), (nn.GRU, 12, 10)]
)
def test_recurrent_layers_keep_fewer_arrays(kind, before, after):
    graph = simplify(layer_gradient(kind).graph)
    assert (kept(graph), kept(with_factors(graph))) == (before, after)


def gated(w, x, start):
    def body(state, row):
        h, c = state
        keep, new, out = pc.split(row @ w + h @ w, 3, axis=1)
        c = f.sigmoid(keep) * c + f.sigmoid(out) * f.tanh(new)
        return (f.sigmoid(out) * f.tanh(c), c), c

    (h, _), cs = pc.scan(body, (start, start * 0.5), x)
    return (h * h).sum() + (cs * cs).mean()


@pytest.mark.parametrize(("dtype", "digits"), [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_values_and_gradients_are_those_of_the_reference(dtype, digits):
    arguments = [numbers(*s, dtype=dtype) for s in ((8, 24), (STEPS, 3, 8), (3, 8))]
    procedure = captured_gradient(gated, *arguments)
    graph = simplify(procedure.graph)
    assert kept(with_factors(graph)) < kept(graph)
    expected = Reference(procedure)(arguments, [])
    for y, wanted in zip(Native(procedure)(arguments, []), expected, strict=True):
        np.testing.assert_allclose(y, wanted, rtol=digits, atol=digits)


def test_second_derivatives_are_those_of_the_reference():
    x, start, w = (numbers(*s, dtype=np.float64) for s in ((STEPS, 3, 8), (3, 8), (8, 24)))

    def of_slope(w):
        return (pc.grad(gated)(w, x, start) ** 2).sum()

    procedure = captured_gradient(of_slope, w)
    (_, slope), (_, wanted) = (run(procedure)([w], []) for run in (Native, Reference))
    np.testing.assert_allclose(slope, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("gate", "moves"), [(f.sigmoid, True), (f.tanh, True), (pc.exp, False)])
def test_only_numbers_within_bounds_are_multiplied_before_what_comes_back(gate, moves):
    def loss(x, a, b):
        def body(s, pair):
            return s * gate(pair[0]) * gate(pair[1]) + s, None

        return pc.scan(body, x, (a, b))[0].sum()

    a = numbers(STEPS, 2, 3)
    graph = simplify(captured_gradient(loss, numbers(2, 3), a, a * 0.5).graph)
    better = with_factors(graph)
    assert ("factor" in str(better), kept(better)) == (moves, kept(graph) - moves)


def test_loops_that_become_one_leave_no_part_twice():
    def loss(x, start):
        y = pc.scan(lambda s, row: (f.sigmoid(s) * f.tanh(row) * s, f.tanh(s)), start, x)[1]
        return (y * y).sum()

    def body(x, start):
        return loss(x, start), pc.grad(loss)(x, start), pc.grad(loss)(x, start)

    graph = simplify(pc.capture(body)(numbers(STEPS, 2, 3), numbers(2, 3)))
    nodes = with_factors(graph).nodes
    parts = [(n.inputs, n.primitive.index) for n in nodes if isinstance(n.primitive, p.Part)]
    assert len(parts) == len(set(parts))


def test_a_graph_without_loops_is_given_back_as_it_is():
    graph = pc.capture(lambda x: f.tanh(x) * x)(numbers(3))
    assert with_factors(graph) is graph
