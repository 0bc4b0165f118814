"""Conditions and choices: a condition is a number, 1 where it holds and 0 elsewhere.

    is_less, is_equal, chosen, larger, smaller     of two expressions, as one
    same_ids        whether ids are those of the classes in their order: one-hot targets

So `a where p, else b` is p a + (1 - p) b, and what a function does to a choice it does to each
of both. Rules hold for finite numbers, as everywhere in the table.
"""

from collections.abc import Callable

from pellucid.explanation.algebra import (
    OF_FUNCTIONS,
    OF_PRODUCTS,
    Exponents,
    condition,
    minus,
    plus,
    scaled,
    times,
    unary,
    without,
)
from pellucid.explanation.expressions import (
    LIMITLESS,
    ONE,
    ZERO,
    Expression,
    Operation,
    applied,
    is_call,
    value_of,
)
from pellucid.explanation.intervals import interval
from pellucid.explanation.rewrites import CONDITION, IDS, rule
from pellucid.graph import Shape
from pellucid.primitives.base import broadcast

P = {"p": CONDITION}
Comparison = Callable[[Expression, Expression], Expression]

rule(
    "choice",
    "where(p, x, y)",
    "p.astype('float64') * x + (1.0 - p.astype('float64')) * y",
    "A condition is 1 where it holds and 0 elsewhere.",
    P,
)
rule("not", "(~p).astype('float64')", "1.0 - p.astype('float64')", "It holds elsewhere.", P)
rule(
    "and",
    "(p & q).astype('float64')",
    "p.astype('float64') * q.astype('float64')",
    "1 only where both are.",
    {"p": CONDITION, "q": CONDITION},
)
rule(
    "or",
    "(p | q).astype('float64')",
    "p.astype('float64') + q.astype('float64') - p.astype('float64') * q.astype('float64')",
    "What both count, counts once.",
    {"p": CONDITION, "q": CONDITION},
)
rule(
    "a condition twice",
    "p.astype('float64') * p.astype('float64')",
    "p.astype('float64')",
    "0 and 1 are their own squares.",
    P,
)
rule("the same in both cases", "where(p, x, x)", "x", "Whatever is chosen.", P)
rule(
    "function of a choice",
    "where(p, x, y).exp()",
    "where(p, x.exp(), y.exp())",
    "It is taken of what is chosen; so for every function of single numbers.",
    P,
)
rule(
    "at most",
    "(x <= y).astype('float64')",
    "1.0 - (y < x).astype('float64')",
    "One of two numbers is less, or they are equal.",
)
rule(
    "sigmoid is above 0",
    "(x.sigmoid() > 0.0).astype('float64')",
    "1.0 + 0.0 * x",
    "Its values lie in (0, 1); rounding may give 0.",
    {"x": "within 30"},
)
rule(
    "sigmoid is below 1",
    "(x.sigmoid() < 1.0).astype('float64')",
    "1.0 + 0.0 * x",
    "Its values lie in (0, 1); rounding may give 1.",
    {"x": "within 30"},
)
rule("finite", "(x.abs() < inf).astype('float64')", "1.0 + 0.0 * x", "Numbers are finite.")
rule(
    "exp of what is left out",
    "where(p, x, -inf).exp()",
    "p.astype('float64') * x.exp()",
    "Nothing where the exponent is minus infinity.",
    P,
)
rule("larger of two", "x.maximum(y)", "where(x > y, x, y)", "The definition.")
rule("smaller of two", "x.minimum(y)", "where(x < y, x, y)", "The definition.")
rule("less and equal", "(x < y) & (x == y)", "x < x", "Never both.")
rule(
    "a number is one of the classes",
    "onehot(i).sum(axis=-1, keepdims=True)",
    "1.0 + 0.0 * onehot(i)[..., :1]",
    "Each id is exactly one of them.",
    {"i": IDS},
)


def is_less(a: Expression, b: Expression) -> Expression:
    """Whether a < b."""
    by_case = _by_case(a, b, is_less)
    if by_case is not None:
        return by_case
    difference = value_of(minus(b, a))
    if difference is not None:
        return ONE if difference > 0 else ZERO
    if b is LIMITLESS:
        return ONE
    if a is LIMITLESS:
        return ZERO
    low, high = interval(a)
    floor, ceiling = interval(b)
    if high <= floor:
        return ONE
    if low >= ceiling:
        return ZERO
    return applied(Operation("less"), (a, b), _both(a, b))


def _by_case(a: Expression, b: Expression, asked: Comparison) -> Expression | None:
    """A comparison with a choice as the choice of comparisons: no rounding decides a tie."""
    p = condition(a) or condition(b)
    if p is None:
        return None
    a_where, a_else = without(a, p)
    b_where, b_else = without(b, p)
    where = asked(a_where, b_where)
    elsewhere = asked(a_else, b_else)
    return chosen(p, where, elsewhere)


def is_equal(a: Expression, b: Expression) -> Expression:
    """Whether a = b."""
    by_case = _by_case(a, b, is_equal)
    if by_case is not None:
        return by_case
    difference = value_of(minus(b, a))
    if difference is not None:
        return ZERO if difference else ONE
    if LIMITLESS in (a, b) or scaled_infinite(a) or scaled_infinite(b):
        return ZERO
    first, second = sorted((a, b), key=lambda x: x.key)
    return applied(Operation("equal"), (first, second), _both(a, b))


def _exp_of_chosen(x: Expression) -> Expression | None:
    """exp of a choice with an infinite number: nothing where that is negative."""
    if x is scaled(-1, LIMITLESS):
        return ZERO
    if not is_call(x, "where"):
        return None
    p, a, b = x.inputs
    where = times(p, unary("exp", a))
    elsewhere = times(minus(ONE, p), unary("exp", b))
    return plus(where, elsewhere)


def scaled_infinite(x: Expression) -> bool:
    """Whether it is infinity times a number."""
    return x.kind == "sum" and x.inputs == (LIMITLESS,)


def same_ids(ids: Expression, shape: Shape) -> Expression:
    """The one-hot numbers of ids, which have a last axis of size 1."""
    if is_call(ids, "reshape"):
        ids = ids.inputs[0]
    return applied(Operation("onehot", (shape[-1],)), (ids,), shape)


def chosen(p: Expression, a: Expression, b: Expression) -> Expression:
    """a where p holds, else b; infinite numbers are no part of sums."""
    if p is ONE:
        return a
    if p is ZERO:
        return b
    if any(x is LIMITLESS or scaled_infinite(x) for x in (a, b)):
        shape = _both(p, plus(a, b))
        return applied(Operation("where"), (p, a, b), shape)
    where = times(p, a)
    elsewhere = times(minus(ONE, p), b)
    return plus(where, elsewhere)


def larger(a: Expression, b: Expression) -> Expression:
    """The larger of both."""
    return chosen(is_less(b, a), a, b)


def smaller(a: Expression, b: Expression) -> Expression:
    """The smaller of both."""
    return chosen(is_less(a, b), a, b)


def _both(a: Expression, b: Expression) -> Shape:
    return broadcast("a condition", (a.shape, b.shape))


def _never_both(exponents: Exponents) -> Expression | None:
    """a < b and a = b, or b < a: nothing."""
    asked = [base for base in exponents if is_call(base, "less", "equal")]
    for one in asked:
        if not is_call(one, "less"):
            continue
        both = set(one.inputs)
        if any(set(other.inputs) == both for other in asked if other is not one):
            return ZERO
    return None


OF_PRODUCTS.append(_never_both)
OF_FUNCTIONS["exp"].insert(0, _exp_of_chosen)
OF_FUNCTIONS["abs"] = [lambda x: x if interval(x)[0] >= 0 else None]
