"""Algebra: sums, products and powers in normal form, with the rewrites of the table applied.

    plus, times, power, minus, scaled   what their names say
    unary           a function of each number
    part_by_part    a sum or a product with each of its parts changed
    without         an expression with a condition taken as true, and as false
    condition       the first condition that is a factor of a term

Products of sums are multiplied out, as long as few terms come of it, so that like terms meet; the
square of a sum stays one, as readers know it. A condition counts as a number, 1 where it holds and
0 elsewhere; a choice `a where p, else b` is p a + (1 - p) b.

Everything is built from the inside out, each expression once from parts in normal form. A rewrite
gives an expression of fewer conditions inside functions, of smaller arguments, or of lower degree
in products of exp with sigmoid and softmax; none leads back, so that building ends.
"""

import math
from collections.abc import Callable
from fractions import Fraction

from pellucid.explanation.expressions import (
    ONE,
    ZERO,
    Expression,
    Operation,
    applied,
    factors,
    is_call,
    product_of,
    sum_of,
    terms,
)

MOST_TERMS = 48  # of a product that is multiplied out
CONDITIONS = ("less", "equal", "onehot", "holds")
REDUCED = ("exp", "sigmoid", "softmax")  # what rewrites of products know
ONCE = Fraction(1)
Exponents = dict[Expression, Fraction]

# What rewrites products of powers, powers, and functions by name; `rewrites` puts it there.
OF_PRODUCTS: list[Callable[[Exponents], Expression | None]] = []
OF_POWERS: list[Callable[[Expression, Fraction], Expression | None]] = []
OF_FUNCTIONS: dict[str, list[Callable[[Expression], Expression | None]]] = {}


def plus(*parts: Expression) -> Expression:
    """The sum, like terms collected."""
    found: dict[Expression, Fraction] = {}
    for part in parts:
        for term, c in terms(part):
            found[term] = found.get(term, Fraction(0)) + c
    return sum_of(found)


def scaled(c: Fraction | int, x: Expression) -> Expression:
    """A number times an expression."""
    return sum_of({term: c * each for term, each in terms(x)})


def minus(a: Expression, b: Expression) -> Expression:
    """The difference."""
    return plus(a, scaled(-1, b))


def times(*parts: Expression) -> Expression:
    """The product, multiplied out."""
    found = ONE
    for part in parts:
        found = _times(found, part)
    return found


def _times(a: Expression, b: Expression) -> Expression:
    if a is ZERO or b is ZERO:
        return ZERO
    square = _square(a, b)
    if square is not None:
        return square
    left = terms(a)
    right = terms(b)
    count = len(left) * len(right)
    if len(left) > 1 < len(right) and count > MOST_TERMS:
        return product_of({a: ONCE, b: ONCE})
    cancelled = _cancelled(a, b) or _cancelled(b, a)
    if cancelled is not None:
        return cancelled
    parts = []
    for x, c in left:
        for y, k in right:
            parts.append(scaled(c * k, _joined(x, y)))
    return plus(*parts)


def _square(a: Expression, b: Expression) -> Expression | None:
    """A sum times a multiple of itself; sums that rewrites may shorten are multiplied out."""
    if a.kind != "sum" or b.kind != "sum":
        return None
    if min(len(a.inputs), len(b.inputs)) < 2:
        return None
    c, base = primitive_part(a)
    k, other = primitive_part(b)
    if base is not other:
        return None
    for term in base.inputs:
        if any(is_call(x, *CONDITIONS, *REDUCED) for x, _ in factors(term)):
            return None
    return scaled(c * k, product_of({base: Fraction(2)}))


def _cancelled(a: Expression, b: Expression) -> Expression | None:
    """A product with a sum that is the base of a negative power there, not multiplied out."""
    if b.kind != "sum" or len(b.inputs) < 2:
        return None
    content, base = _monic(b)
    if not all(dict(factors(x)).get(base, 0) < 0 for x, _ in terms(a)):
        return None
    rest = []
    for x, c in terms(a):
        exponents = dict(factors(x))
        exponents[base] += 1
        rest.append(scaled(c * content, product_of(exponents)))
    return plus(*rest)


def _joined(x: Expression, y: Expression) -> Expression:
    """The product of two terms, with the rewrites of products."""
    exponents: Exponents = {}
    for base, n in (*factors(x), *factors(y)):
        exponents[base] = exponents.get(base, Fraction(0)) + n
    for base in exponents:
        if is_call(base, *CONDITIONS):
            exponents[base] = ONCE  # 1 and 0 are their own squares
    for rewrite in OF_PRODUCTS:
        found = rewrite(exponents)
        if found is not None:
            return found
    return product_of(exponents)


def primitive_part(x: Expression) -> tuple[Fraction, Expression]:
    """A sum as a number times a sum without a common divisor, a number in it above 0."""
    parts = terms(x)
    first = parts[0][1] if parts else ONCE
    lead = dict(parts).get(ONE, first)
    numerators = [abs(c.numerator) for _, c in parts]
    denominators = [c.denominator for _, c in parts]
    divisor = math.gcd(*numerators) or 1
    common = Fraction(divisor, math.lcm(*denominators))
    content = common if lead > 0 else -common
    primitive = {term: c / content for term, c in parts}
    return content, sum_of(primitive)


def _monic(x: Expression) -> tuple[Fraction, Expression]:
    """A sum as a number times one whose first term counts once, a number in it above 0."""
    parts = terms(x)
    first = next((abs(c) for term, c in parts if term is not ONE), ONCE)
    lead = dict(parts).get(ONE, parts[0][1])
    content = first if lead > 0 else -first
    return content, sum_of({term: c / content for term, c in parts})


def power(x: Expression, n: Fraction) -> Expression:
    """x to the power of a number."""
    if n == 1 or x is ONE:
        return x
    if n == 0:
        return ONE
    if n < 0 and (x is ZERO or _vanishes(x)):
        return product_of({x: n})
    by_case = _by_case(x, lambda part: power(part, n))
    if by_case is not None:
        return by_case
    parts = terms(x)
    if len(parts) == 1:
        return _power_of_term(*parts[0], n)
    found = _rewritten_power(x, n)
    if found is not None:
        return found
    if n.denominator == 1 and 1 < n <= 4 and len(parts) ** int(n) <= MOST_TERMS:
        return times(*[x] * int(n))
    content, base = _monic(x) if n.denominator == 1 else (ONCE, x)
    return _number_power(content, n, product_of({base: n}))


def _vanishes(x: Expression) -> bool:
    """Whether an expression is 0 in one case: its inverse there is no part of a sum."""
    asked = condition(x)
    return asked is not None and ZERO in without(x, asked)


def _power_of_term(term: Expression, c: Fraction, n: Fraction) -> Expression:
    if n.denominator != 1:
        if c <= 0 or (term.kind == "product" and term is not ONE):
            return product_of({scaled(c, term): n})
        root = ONE if term is ONE else product_of({term: n})
        return _number_power(c, n, root)
    found = []
    for base, k in factors(term):
        exponent = k * n
        plain = product_of({base: exponent})
        found.append(_rewritten_power(base, exponent) or plain)
    return _number_power(c, n, times(*found))


def _rewritten_power(base: Expression, n: Fraction) -> Expression | None:
    found = (rewrite(base, n) for rewrite in OF_POWERS)
    return next((x for x in found if x is not None), None)


def _number_power(c: Fraction, n: Fraction, rest: Expression) -> Expression:
    """c^n times the rest: exact where it is a fraction."""
    if c == 0 and n > 0:
        return ZERO
    if c == 0:
        return times(product_of({ZERO: n}), rest)
    if n.denominator == 1:
        return scaled(c ** int(n), rest)
    if c == 1:
        return rest
    constant = sum_of({ONE: c})
    return times(product_of({constant: n}), rest)


def condition(x: Expression) -> Expression | None:
    """The first condition that is a factor of a term."""
    found = []
    for term, _ in terms(x):
        found += [base for base, _ in factors(term) if is_call(base, *CONDITIONS)]
    return min(found, key=lambda each: each.key, default=None)


def without(x: Expression, asked: Expression) -> tuple[Expression, Expression]:
    """The expression where a condition holds, and where it does not."""
    holds = []
    fails = []
    for term, c in terms(x):
        exponents = dict(factors(term))
        if exponents.pop(asked, None) is None:
            fails.append(scaled(c, term))
        else:
            holds.append(scaled(c, product_of(exponents)))
    return plus(*holds, *fails), plus(*fails)


def _by_case(x: Expression, function: Callable[[Expression], Expression]) -> Expression | None:
    """A function of a choice as the choice of its values; None without a condition."""
    asked = condition(x)
    if asked is None:
        return None
    if x is asked and function(ONE) is ONE and function(ZERO) is ZERO:
        return None
    holds, fails = without(x, asked)
    where = times(asked, function(holds))
    elsewhere = times(minus(ONE, asked), function(fails))
    return plus(where, elsewhere)


def unary(name: str, x: Expression) -> Expression:
    """A function of each number, with the rewrites of functions."""
    by_case = _by_case(x, lambda part: unary(name, part))
    if by_case is not None:
        return by_case
    if is_call(x, "reshape"):
        return applied(x.head, [unary(name, y) for y in x.inputs], x.shape)
    for rewrite in OF_FUNCTIONS.get(name, ()):
        found = rewrite(x)
        if found is not None:
            return found
    return applied(Operation(name), (x,), x.shape)


def part_by_part(x: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """A sum with each of its terms changed, or a product with each of its factors."""
    if x.kind == "sum":
        changed = [scaled(c, change(term)) for term, c in terms(x)]
        return plus(*changed)
    powers = [power(change(base), n) for base, n in factors(x)]
    return times(*powers)
