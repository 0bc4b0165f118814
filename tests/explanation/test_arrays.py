"""Sums over axes, shapes and products of matrices take out what does not vary."""

from pellucid.explanation.algebra import plus, scaled, times
from pellucid.explanation.arrays import MANY, product, reshaped, size, summed, transposed
from pellucid.explanation.expressions import ONE, SAMPLES, number, symbol

X, R = symbol("x", (MANY, 3)), symbol("r", (3,))


def test_a_sum_over_samples_takes_out_what_is_the_same_for_all():
    whole = summed(times(X, R), (0,), (MANY, 3))
    assert whole is times(R, summed(X, (0,), (MANY, 3)))
    assert summed(R, (0,), (MANY, 3)) is times(SAMPLES, R)
    assert summed(ONE, (0, 1), (MANY, 3)) is scaled(3, SAMPLES)


def test_axes_of_size_one_come_and_go():
    column = symbol("c", (MANY, 1))
    flat = reshaped(column, (MANY, 1), (MANY,))
    assert flat is not column
    assert reshaped(flat, (MANY,), (MANY, 1)) is column
    assert reshaped(R, (1, 3), (3,)) is R
    assert reshaped(R, (3,), (1, 1, 3)) is R


def test_transposed_twice_is_what_it_was():
    assert transposed(transposed(X, (MANY, 3)), (3, MANY)) is X
    assert transposed(plus(X, R), (MANY, 3)).shape == (3, MANY)


def test_numbers_stand_before_a_product():
    w = symbol("w", (3, 2))
    shapes, to = ((MANY, 3), (3, 2)), (MANY, 2)
    plain = product(X, w, shapes, to)
    assert product(scaled(2, X), times(number(0.5), w), shapes, to) is plain


def test_sizes_in_samples():
    assert size(MANY) is SAMPLES
    assert size(5 * MANY) is scaled(5, SAMPLES)
    assert size(6) is number(6.0)
