"""Conditions are 1 where they hold; what their form tells is told."""

from pellucid.explanation.algebra import minus, plus, times, unary
from pellucid.explanation.conditions import chosen, is_equal, is_less, larger, same_ids, smaller
from pellucid.explanation.expressions import LIMITLESS, ONE, ZERO, number, symbol

X, Y = symbol("x", (3,)), symbol("y", (3,))


def test_what_ranges_tell_is_told():
    s = unary("sigmoid", X)
    assert is_less(ZERO, s) is ONE
    assert is_less(s, ONE) is ONE
    assert is_less(ONE, s) is ZERO
    assert is_less(ZERO, plus(s, number(1e-7))) is ONE
    assert is_less(X, plus(X, ONE)) is ONE
    assert is_less(X, LIMITLESS) is ONE
    assert is_equal(X, LIMITLESS) is ZERO
    assert is_less(ZERO, X) not in (ONE, ZERO)


def test_the_larger_and_the_smaller_of_two_sum_to_both():
    assert plus(larger(X, Y), smaller(X, Y)) is not ZERO
    p = is_less(Y, X)
    assert larger(X, Y) is chosen(p, X, Y)
    assert times(p, p) is p
    assert times(p, minus(ONE, p)) is ZERO


def test_equal_and_less_never_hold_both():
    assert times(is_less(X, Y), is_equal(X, Y)) is ZERO


def test_one_hot_targets_have_the_shape_of_scores():
    assert same_ids(symbol("i", (3, 1)), (3, 4)).shape == (3, 4)
