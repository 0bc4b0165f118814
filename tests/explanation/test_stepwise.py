"""Algebra of steps: what is put together over all of them is taken apart again."""

from pellucid.explanation.algebra import plus, scaled, times
from pellucid.explanation.expressions import Operation, applied, is_call, symbol
from pellucid.explanation.stepwise import (
    at_step,
    holds,
    moved,
    of_a_step,
    one_step,
    only_at,
    over_time,
    permuted,
    pinned,
    place,
    stacked,
    totalled,
)

H = symbol("h", (5, 4))
ALL = stacked(H, (6, 5, 4), -3)
X = symbol("x", (5, 6, 4))
B = symbol("b", (4,))


def test_a_step_of_a_stack_is_what_was_stacked():
    assert at_step(ALL, -3) is H
    assert at_step(times(plus(ALL, B), ALL), -3) is times(plus(H, B), H)
    assert at_step(permuted(ALL, (1, 0, 2), ALL.shape), -2) is H


def test_a_step_of_an_array_is_a_symbol_with_its_axis():
    found = at_step(X, -2)
    assert (place(found.head.text), found.shape) == (("x", 0, "1"), (5, 4))
    assert moved(found.head.text, 2) == "x@+2@1"
    assert at_step(permuted(X, (1, 0, 2), X.shape), -3) is found


def test_what_is_no_plain_expression_at_a_step_says_so():
    odd = applied(Operation("prod", (-2,)), (X,), (5, 1, 4))
    assert at_step(odd, -2) is not None
    cut = applied(Operation("mystery", (), "rule"), (X,), (5, 6, 4))
    assert holds(at_step(cut, -2), "step")


def test_sums_over_the_axis_of_time_are_sums_over_steps():
    summed = applied(Operation("sum", (-3,)), (ALL,), (1, 5, 4))
    assert over_time(summed) is totalled(H)
    assert over_time(scaled(3, summed)) is scaled(3, totalled(H))
    other = applied(Operation("sum", (-1,)), (ALL,), (6, 5, 1))
    assert over_time(other) is other


def test_single_numbers_stand_before_a_sum_over_steps():
    m = symbol("m")
    assert totalled(times(m, H)) is times(m, totalled(H))


def test_one_step_is_pinned_and_only_steps_are_symbols_of_a_step():
    assert one_step(ALL, -3, 2) is pinned(H, 2)
    assert one_step(X, -2, 2) is None
    assert list(of_a_step(plus(totalled(H), B))) == [B]
    assert only_at(6).head.text == "[t=6]"
    assert is_call(pinned(H, 1), "pinned")
