"""Scans put in order: each loop once in each direction, and nothing that nobody wants."""

import pytest
from loop_bodies import (
    CASES,
    arguments,
    forgotten,
    outputs_of,
    plain,
    slopes,
    weighted,
)

import pellucid as pc
from pellucid import primitives as p


@pytest.mark.parametrize(("body", "count"), [(b, n) for b, n in CASES if b is not forgotten])
def test_a_gradient_runs_each_loop_once_in_each_direction(body, count):
    run = slopes(outputs_of(pc.scan, body, count), arguments(count, 3))
    graph = pc.capture(run)(*arguments(count, 3))
    loops = [node.primitive.reverse for node in graph.nodes if isinstance(node.primitive, p.Scan)]
    assert loops == [False, True]


def test_gradients_that_nobody_wants_are_not_computed():
    xs = arguments(1, 3)
    run = pc.grad(weighted(outputs_of(pc.scan, plain, 1)), argument=3)
    graph = pc.capture(run)(*xs)
    backwards = [n for n in graph.nodes if isinstance(n.primitive, p.Scan)][-1].primitive
    assert backwards.results == ()
    assert not [n for n in graph.nodes if isinstance(n.primitive, p.ScatterAdd)]
