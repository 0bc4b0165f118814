"""Sums, products and powers: a normal form, whatever the order of building."""

from fractions import Fraction

import numpy as np
import pytest

from pellucid.explanation.algebra import (
    condition,
    minus,
    part_by_part,
    plus,
    power,
    scaled,
    times,
    without,
)
from pellucid.explanation.conditions import chosen, is_less
from pellucid.explanation.expressions import ONE, ZERO, symbol

X, Y, Z = (symbol(name, (2, 3)) for name in "xyz")
MINUS = Fraction(-1)


def test_equal_polynomials_are_one_expression():
    assert times(plus(X, Y), plus(X, scaled(-1, Y))) is minus(power(X, 2), power(Y, 2))
    assert minus(plus(X, Y), Y) is X
    assert minus(X, X) is ZERO
    assert times(X, power(X, MINUS)) is ONE


def test_terms_and_factors_are_changed_one_by_one():
    def change(part):
        return Z if part is X else part

    assert part_by_part(plus(scaled(2, X), Y), change) is plus(scaled(2, Z), Y)
    assert part_by_part(times(power(X, 2), Y), change) is times(power(Z, 2), Y)
    assert part_by_part(ONE, change) is ONE


def test_a_sum_cancels_against_its_inverse():
    base = minus(ONE, X)
    assert times(times(Y, power(base, MINUS)), base) is Y
    assert times(times(Y, power(base, MINUS)), scaled(2, base)) is scaled(2, Y)


@pytest.mark.parametrize("seed", range(20))
def test_order_and_grouping_of_drawn_sums_of_products_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    parts = [plus(scaled(int(rng.integers(1, 4)), X), scaled(k, Y)) for k in (5, 7, 11)]
    forth, back = times(*parts), times(*parts[::-1])
    assert forth is back
    assert times(parts[0], plus(parts[1], Z)) is plus(times(parts[0], parts[1]), times(parts[0], Z))


def test_the_square_of_a_sum_stays_one():
    away = minus(X, Y)
    assert times(away, scaled(2, away)) is scaled(2, power(away, 2))


def test_a_condition_taken_either_way():
    p = is_less(X, Y)
    whole = chosen(p, X, Z)
    assert condition(whole) is p
    assert without(whole, p) == (X, Z)
    assert chosen(p, X, X) is X
