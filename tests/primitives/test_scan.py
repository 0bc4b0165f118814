"""Scan: its rule beside central differences, and its text, which is read back."""

import pytest
from loop_bodies import (
    arguments,
    each_body,
    gated,
    numbers,
    outputs_of,
    plain,
    slopes,
)

import pellucid as pc
from pellucid import primitives as p


@pytest.mark.parametrize(("body", "count"), [(plain, 1), (gated, 2)])
def test_the_rule_of_the_node_matches_central_differences_to_second_order(body, count):
    xs = arguments(count, 2)
    graph = pc.capture(outputs_of(pc.scan, body, count))(*xs)
    (node,) = (n for n in graph.nodes if isinstance(n.primitive, p.Scan))
    scan = node.primitive

    def parts(*inputs):
        record = pc.apply(scan, *inputs)
        found = [record.apply(p.Part(i, to)) for i, (_, to) in enumerate(scan.gives())]
        return sum((y * y).sum() for y in found if y.size)

    inputs = [numbers(*shape, seed=i) for i, shape in enumerate(scan.takes())]
    pc.check_gradients(parts, *inputs)


@each_body
def test_the_text_of_a_graph_with_loops_is_read_back(body, count):
    run = slopes(outputs_of(pc.scan, body, count), arguments(count, 3))
    graph = pc.capture(run)(*arguments(count, 3))
    assert pc.parse(str(graph), constants=[array for _, array in graph.constants]) == graph
