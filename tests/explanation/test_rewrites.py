"""The table of rewrites: each rule is small, is true over its whole domain, and is applied."""

import numpy as np
import pytest
from explanation.table import LETTERS, captured, count, expression, letters, value

from pellucid.explanation import arrays, conditions, rewrites

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
