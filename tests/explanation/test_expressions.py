"""Expressions: equal ones are one object, numbers are the fractions that were meant."""

from fractions import Fraction

import numpy as np
import pytest

from pellucid.explanation.expressions import (
    ONE,
    ZERO,
    exact,
    number,
    product_of,
    sum_of,
    symbol,
    value_of,
)

HALF = Fraction(1, 2)


def test_equal_expressions_are_one_object_in_whatever_order():
    x, y = symbol("x", (2, 3)), symbol("y", (3,))
    assert sum_of({x: HALF, y: Fraction(1)}) is sum_of({y: Fraction(1), x: HALF})
    assert product_of({x: HALF, y: HALF}) is product_of({y: HALF, x: HALF})
    assert sum_of({x: Fraction(1)}) is x is product_of({x: Fraction(1)})
    assert product_of({}) is ONE
    assert sum_of({}) is ZERO
    assert symbol("x", (2, 3)) is not symbol("x", (3, 2))


def test_shapes_broadcast():
    x, y = symbol("x", (2, 3)), symbol("y", (3,))
    assert product_of({x: HALF, y: HALF}).shape == (2, 3)
    assert number(3.0).shape == ()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("meant", ["7/10", "1/3", "1/100000", "2", "-3/4", "0"])
def test_a_float_is_the_fraction_that_it_was_rounded_from(kind, meant):
    assert exact(float(kind(Fraction(meant)))) == Fraction(meant)
    assert value_of(number(Fraction(meant))) == Fraction(meant)
