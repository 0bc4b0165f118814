"""The table of rewrites: each rule is small, is true over its whole domain, and is applied."""

import os
from pathlib import Path

import numpy as np
import pytest
from explanation.drawn_functions import drawn
from explanation.falling import falls, watched
from explanation.networks import names, network
from explanation.rewrites_page import page
from explanation.table import LETTERS, captured, count, expression, letters, value

from pellucid.explanation import algebra, arrays, conditions, rewrites
from pellucid.explanation.backward_pass import backward_pass

TABLE = rewrites.REWRITES
ROOMS = (arrays, conditions)  # rules stand in the table once these are imported


@pytest.mark.parametrize("rule", TABLE, ids=[rule.name for rule in TABLE])
def test_no_left_side_is_larger_than_three_primitives(rule):
    assert 1 <= count(captured(rule.left)) <= 3


@pytest.mark.parametrize("rule", TABLE, ids=[rule.name for rule in TABLE])
def test_both_sides_are_one_number_over_the_whole_domain(rule):
    for seed in range(3):
        values = letters(rule.domain, seed)
        left, right = value(rule.left, values), value(rule.right, values)
        left, right = np.broadcast_arrays(left, right)
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", TABLE, ids=[rule.name for rule in TABLE])
def test_both_sides_are_read_as_the_same_expression(rule):
    assert expression(rule.left, rule.domain) is expression(rule.right, rule.domain)


def test_no_rule_has_the_name_of_another_and_each_says_why():
    assert len({rule.name for rule in TABLE}) == len(TABLE)
    assert all(rule.why.endswith(".") for rule in TABLE)
    assert all(set(rule.domain) <= set(LETTERS) for rule in TABLE)


def test_what_is_not_equal_is_not_read_as_one():
    wrong = [("x + y", "x - y"), ("x.exp()", "x"), ("x.sigmoid()", "(-x).sigmoid()"),
             ("x @ y.mT", "y @ x.mT"), ("x < y", "x <= y")]  # fmt: skip
    for left, right in wrong:
        assert expression(left) is not expression(right), (left, right)


PAGE = Path(__file__).parents[2] / "docs" / "rewrites.md"


def test_the_page_is_the_table():
    """Written anew by PELLUCID_WRITE_GOLDEN=1."""
    if os.environ.get("PELLUCID_WRITE_GOLDEN"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


GROWN = (
    "({0}).exp()", "({0}).sigmoid()", "({0}).tanh()", "(({0}).exp() + 1.0).log()", "-({0})",
    "1.0 / (1.0 + ({0}).exp())", "softmax({0})", "({0}).sigmoid() ** -2.0", "where(p, {0}, {1})",
    "(({0}).sigmoid() * ({1}).exp())", "({0}) * 2.0 - ({1})", "({0}).sigmoid() / ({0}).exp()",
    "(({0}).exp() * ({1}).exp()).log()", "1.0 / (1.0 - ({0}).sigmoid())", "({0}).maximum({1})",
    "({0} - {1}).exp() / ({0} - {1}).exp().sum(axis=-1, keepdims=True)",
)  # fmt: skip


def grown(seed):
    """The text of an expression, grown at random from what rewrites look for."""
    rng = np.random.default_rng(seed)
    known = ["x", "y", "z"]
    for _ in range(3):
        first, second = (known[i] for i in rng.integers(0, len(known), 2))
        known.append(GROWN[rng.integers(len(GROWN))].format(first, second))
    return known[-1]


def read_all(kind):
    """Read everything of a kind, which rewrites it."""
    if kind == "the table":
        for rule in TABLE:
            expression(rule.left, rule.domain)
    for seed in range(100 if kind == "drawn functions" else 0):
        function, inputs = drawn(seed)
        backward_pass(function, *inputs)
    for name in names()[::5] if kind == "networks" else ():
        net = network(name)
        backward_pass(net, *net.batch)
    for seed in range(150 if kind == "drawn expressions" else 0):
        expression(grown(seed))


@pytest.mark.parametrize("kind", ["the table", "drawn functions", "networks", "drawn expressions"])
def test_each_rewrite_makes_weights_fall_so_that_rewriting_ends(kind):
    with watched() as events:
        read_all(kind)
    assert len(events) > 20
    for name, before, after in events:
        assert falls(before, after), (name, before, after)


def test_a_rewrite_back_would_be_seen():
    """The reverse of a rewrite does not fall."""
    with watched() as events:
        read_all("the table")
    back = [(before, after) for _, before, after in events if len(algebra.terms(after)) == 1]
    assert back
    assert not any(falls(after, before) for before, after in back)


def test_a_condition_that_was_decided_is_in_neither_part():
    p = conditions.is_less(expression("x"), expression("y"))
    whole = conditions.chosen(p, expression("x.exp()"), expression("y * z"))
    assert algebra.condition(whole) is p
    for part in algebra.without(whole, p):
        assert algebra.condition(part) is None
