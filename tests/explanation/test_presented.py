"""Expressions as a reader expects them: equal in value, and never longer."""

from pellucid.explanation.algebra import minus, plus, power, times, unary
from pellucid.explanation.expressions import ONE, number, symbol
from pellucid.explanation.notation import ROWS, Writer
from pellucid.explanation.presented import Names, cost, presented

X, Y, A = (symbol(name, (2, 3)) for name in "xya")


def text(x, names=()):
    return Writer(ROWS, False, lambda call: call.head.name).whole(presented(x, Names(dict(names))))


def test_common_factors_stand_outside():
    assert text(minus(times(X, A), times(X, A, A))) == "a * x * (1 - a)"
    assert text(minus(times(number(2.0), Y), times(number(2.0), X))) == "2 * (y - x)"
    assert text(plus(times(X, Y), times(number(0.1), A))) == "x * y + 0.1 * a"


def test_fractions_of_one_denominator_stand_together():
    below = power(minus(ONE, A), -1)
    shown = text(minus(times(minus(ONE, Y), below), times(Y, power(A, -1))))
    assert shown == "-((y - 1) / (1 - a) + y / a)"


def test_what_has_a_name_stands_as_that():
    s = unary("sigmoid", X)
    assert text(minus(s, Y), {s: A}) == "a - y"


def test_cost_counts_what_there_is_to_read():
    assert cost(X) == 1
    assert cost(plus(X, Y)) == 3
    assert cost(unary("exp", X)) == 2
