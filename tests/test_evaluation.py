"""A graph is run node by node, and each can be looked at."""

import weakref

import numpy as np

import pellucid as pc
from pellucid.evaluation import run


def test_the_outputs_are_those_of_the_graph():
    graph = pc.capture(lambda a, b: (a + b, a * 2.0))(np.ones(2), np.ones(2))
    first, second = run(graph, [np.array([1.0, 2.0]), np.array([10.0, 20.0])])
    assert (first.tolist(), second.tolist()) == ([11.0, 22.0], [2.0, 4.0])


def test_an_observer_sees_every_node_with_its_arrays():
    graph = pc.capture(lambda x: (x * 2.0).exp())(np.ones(1))
    seen = []
    run(
        graph,
        [np.zeros(1)],
        lambda node, arrays, y: seen.append((node.primitive.name, len(arrays), y.tolist())),
    )
    assert seen == [("multiply", 2, [0.0]), ("exp", 1, [1.0])]


def test_values_that_nobody_needs_any_more_are_freed():
    graph = pc.capture(lambda x: ((x + 1.0).exp() * 2.0).sum())(np.ones(1000))
    alive, most = [], []

    def count(node, arrays, y):
        alive.append(weakref.ref(y))
        most.append(sum(ref() is not None for ref in alive))

    run(graph, [np.ones(1000)], count)
    assert max(most) <= 3


def test_nan_and_infinity_come_without_warnings():
    graph = pc.capture(lambda x: (x.log(), 0.0 / x))(np.ones(1))
    log, quotient = run(graph, [np.zeros(1)])
    assert log.tolist() == [-np.inf]
    assert np.isnan(quotient).all()
