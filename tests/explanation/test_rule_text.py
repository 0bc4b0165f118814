"""The line of a use: in symbols, in shapes, in numbers."""

import numpy as np
import pytest
from explanation.networks import names, network

import pellucid as pc
from pellucid.explanation.rule_text import rule_text
from pellucid.explanation.trace import trace


def lines(function, *inputs, position=0, node=0):
    found = trace(function, *inputs)
    text = rule_text(found, found.graph.nodes[node], position)
    return text.symbols, text.shapes, text.numbers


X, W = np.ones((5, 3), np.float32), np.ones((3, 4), np.float32)


def test_a_product_hands_back_the_other_factor_turned():
    assert lines(lambda x, w: x @ w, X, W) == ("da = dy b^T", "(5, 3) = (5, 4) (3, 4)^T", "")
    assert lines(lambda x, w: x @ w, X, W, position=1)[0] == "db = a^T dy"
    assert lines(lambda x, w: x @ w, X, W, position=1)[1] == "(3, 4) = (5, 3)^T (5, 4)"


def test_between_single_numbers_the_numbers_stand_in_it():
    assert lines(lambda a, b: a * b, 2.0, 100.0) == ("da = dy * b", "() = () * ()", "100 = 1 * 100")
    numbers = lines(lambda a, b: (a * b) * 1.1, 2.0, -100.0, position=1)[2]
    assert numbers == "2.2 = 1.1 * 2"
    assert lines(lambda a, b: a * b, 2.0, -3.0)[2] == "-3 = (-3) * 1"


def test_rules_of_functions_are_those_of_calculus():
    assert lines(lambda x: x.tanh(), X)[0] == "dx = dy * (1 - y^2)"
    assert lines(lambda x: x.exp(), X)[0] == "dx = dy * y"
    assert lines(lambda x: x.log(), X)[0] == "dx = dy / x"
    assert lines(lambda a, b: a / b, X, X, position=1)[0] == "db = -dy * y / b"
    assert lines(lambda x, b: x + b, X, np.ones(3, "f"), position=1)[:2] == (
        "db = sum(dy, axis=0)",
        "(3,) = sum((5, 3), axis=0)",
    )


def test_what_is_no_formula_is_told_in_words():
    layer = pc.nn.RNN(3, 4, rng=pc.Generator(1))
    found = trace(lambda x: layer(x)[0], np.ones((2, 5, 3), np.float32))
    scan = next(node for node in found.graph.nodes if node.primitive.name == "scan")
    assert rule_text(found, scan, 0).symbols == scan.primitive.gradient_formula


@pytest.mark.parametrize("name", names())
def test_every_use_in_a_network_has_a_line(name):
    net = network(name)
    found = trace(net, *net.batch)
    told = [
        rule_text(found, node, position)
        for node in found.graph.nodes
        if node.output.name in found.upstream
        for position in range(len(node.inputs))
    ]
    assert all(text.symbols for text in told)
    assert sum(bool(text.shapes) for text in told) > 5
