"""Gradient rules written from their own trace."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.explanation.formulas import formulas
from pellucid.primitives import MatMul, Multiply, Sigmoid, Tanh

A, B = np.zeros((5, 3)), np.zeros((3, 2))
CASES = [
    (Multiply(), (A, A, A, A), ["dy * b", "dy * a"]),
    (MatMul(), (np.zeros((5, 2)), np.zeros((5, 2)), A, B), ["dy b^T", "a^T dy"]),
    (Tanh(), (A, A, A), ["dy * (1 - y^2)"]),
    (Sigmoid(), (A, A, A), ["dy * sigmoid(x) * (1 - sigmoid(x))"]),
]
NAMES = {3: ("dy", "y", "x"), 4: ("dy", "y", "a", "b")}


@pytest.mark.parametrize("case", CASES, ids=[case[0].name for case in CASES])
def test_the_rule_of_a_primitive_is_written_as_it_is_traced(case):
    rule, inputs, expected = case
    graph = pc.capture(rule.backward)(*inputs)
    names = {v.name: n for v, n in zip(graph.inputs, NAMES[len(inputs)], strict=True)}
    assert formulas(graph, names) == expected


def test_values_in_between_may_have_names():
    graph = pc.capture(lambda x: (x.exp() + 1.0).log())(A)
    inside = graph.nodes[0].output.name
    assert formulas(graph, {inside: "e"}) == ["log(1 + e)"]
    assert formulas(graph, {"x": "u"}, tex=True) == [r"\log\left(1 + e^{u}\right)"]
