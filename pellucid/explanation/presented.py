"""Expressions as a reader expects them: common factors outside, named parts by their names.

    presented       an expression in the form in which it is written
    cost            how much there is to read: symbols and operations

The forms made here are not the normal ones: products of sums stay products. They are written and
evaluated, not calculated with.
"""

from collections.abc import Mapping
from fractions import Fraction
from weakref import WeakKeyDictionary

from pellucid.explanation.algebra import (
    ONCE,
    Exponents,
    plus,
    primitive_part,
    scaled,
)
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
from pellucid.graph import Shape


class Names(dict[Expression, Expression]):
    """What has a name, with it; and what was presented with these names before."""

    def __init__(self, names: Mapping[Expression, Expression]) -> None:
        super().__init__(names)
        self.shown: dict[Expression, Expression] = {}


def presented(x: Expression, names: Names) -> Expression:
    """The expression as it is written; what has a name in `names` stands as that."""
    found = names.get(x)
    if found is not None:
        return found
    if x.kind == "symbol" or x in (ONE, ZERO):
        return x
    known = names.shown.get(x)
    if known is None:
        kinds = {"call": _call, "product": _product, "sum": _sum}
        known = names.shown[x] = kinds[x.kind](x, names)
    return known


def _call(x: Expression, names: Names) -> Expression:
    """An operation; numbers stand before a sum over axes."""
    inner = [presented(y, names) for y in x.inputs]
    if is_call(x, "sum"):
        c, rest = _single(inner[0])
        return scaled(c, applied(x.head, (rest,), x.shape))
    return applied(x.head, inner, x.shape)


def _single(x: Expression) -> tuple[Fraction, Expression]:
    """A number times a term as both; of anything else the number is 1."""
    if x.kind == "sum" and len(x.inputs) == 1:
        return x.head[0], x.inputs[0]
    return ONCE, x


def _product(x: Expression, names: Names) -> Expression:
    exponents = _inside(dict(factors(x)), names)
    exponents = _one_exp(_named(exponents, names))
    found: Exponents = {}
    number = ONCE
    for base, n in exponents.items():
        shown = presented(base, names)
        if n != 1:
            _multiply(found, shown, n)
            continue
        c, rest = _single(shown)
        number *= c
        for each, k in factors(rest):
            _multiply(found, each, k)
    return sum_of({product_of(_rectified(found)): number})


def _multiply(exponents: Exponents, base: Expression, n: Fraction) -> None:
    exponents[base] = exponents.get(base, Fraction(0)) + n


def _one_exp(exponents: Exponents) -> Exponents:
    """Products and powers of exponentials as one: exp(a) exp(b)^2 = exp(a + 2 b)."""
    inside = [(base.inputs[0], n) for base, n in exponents.items() if is_call(base, "exp")]
    if all(n == 1 for _, n in inside) and len(inside) <= 1:
        return exponents
    whole = plus(*(scaled(n, each) for each, n in inside))
    left = {base: n for base, n in exponents.items() if not is_call(base, "exp")}
    left[applied(Operation("exp"), (whole,), whole.shape)] = ONCE
    return left


def _rectified(exponents: Exponents) -> Exponents:
    """u where u > 0 as max(0, u)."""
    for base in list(exponents):
        above = base.inputs[1] if is_call(base, "less") and base.inputs[0] is ZERO else None
        if above is not None and exponents.get(above) == 1:
            left = {b: n for b, n in exponents.items() if b not in (base, above)}
            return left | {applied(Operation("larger"), (ZERO, above), above.shape): ONCE}
    return exponents


def _inside(exponents: Exponents, names: Names) -> Exponents:
    """What makes a name together with what is summed stands inside the sum."""
    for base in [b for b, n in exponents.items() if is_call(b, "sum") and n == 1]:
        inner = dict(factors(base.inputs[0]))
        for whole, name in names.items():
            parts = dict(factors(whole))
            outer = {b: n for b, n in parts.items() if b not in inner}
            within = {b: n for b, n in parts.items() if b in inner}
            if not outer or not within:
                continue
            has_outer = all(exponents.get(b, 0) * n > 0 for b, n in outer.items())
            if not has_outer or any(inner[b] != n for b, n in within.items()):
                continue
            rest = {b: n for b, n in inner.items() if b not in within}
            _multiply(rest, name, ONCE)
            moved = applied(base.head, (product_of(rest),), base.shape)
            left = {b: n - outer.get(b, 0) for b, n in exponents.items() if b is not base}
            return _with(product_of(left), moved)
    return exponents


def _named(exponents: Exponents, names: Names) -> Exponents:
    """Products within a product that have a name, by it."""
    for whole, name in names.items():
        parts = factors(whole)
        while len(parts) > 1 and all(
            exponents.get(base, 0) * n > 0 and abs(exponents[base]) >= abs(n) for base, n in parts
        ):
            for base, n in parts:
                exponents[base] -= n
            exponents = {base: n for base, n in exponents.items() if n}
            exponents[name] = exponents.get(name, Fraction(0)) + 1
    return exponents


def _sum(x: Expression, names: Names) -> Expression:
    content, rest = _content(_gathered(x))
    parts = [(names.get(term, term), c) for term, c in terms(rest)]
    shared = _shared(parts)
    inner = [(_divided(term, shared), c) for term, c in parts]
    sign, written = _signed(inner, names)
    outside: Exponents = {}
    if shared:
        before = _product(product_of(shared), names)
        number, term = _single(before)
        content *= number
        outside = dict(factors(term))
    number, written = _single(written)
    content *= sign * number
    for base, n in factors(written):
        _multiply(outside, base, n)
    return sum_of({product_of(_rectified(outside)): content})


def _content(x: Expression) -> tuple[Fraction, Expression]:
    """The number above 0 that a sum is a multiple of, where that leaves simple numbers."""
    content, rest = primitive_part(x)
    if content < 0:
        content, rest = -content, scaled(-1, rest)
    simple = all(abs(c) == 1 for _, c in terms(rest)) or content.denominator == 1
    return (content, rest) if simple else (ONCE, x)


def _shared(parts: list[tuple[Expression, Fraction]]) -> Exponents:
    """The powers that every term has."""
    shared = dict(factors(parts[0][0]))
    for term, _ in parts[1:]:
        own = dict(factors(term))
        shared = {b: _least(n, own[b]) for b, n in shared.items() if own.get(b, 0) * n > 0}
    return shared


def _signed(parts: list[tuple[Expression, Fraction]], names: Names) -> tuple[int, Expression]:
    """A sum as it is written, or its negative where that has no minus sign, or fewer."""
    whole = sum_of(dict(parts))
    if whole in names:
        return 1, names[whole]
    written = _grouped(parts, names)
    if sum(c < 0 for _, c in parts) * 2 > len(parts):
        opposite = _grouped([(term, -c) for term, c in parts], names)
        if all(c > 0 for _, c in terms(opposite)):
            return -1, opposite
    return 1, written


def _least(a: Fraction, b: Fraction) -> Fraction:
    return min(a, b) if a > 0 else max(a, b)


def _divided(term: Expression, shared: Exponents) -> Expression:
    own = dict(factors(term))
    return product_of({base: n - shared.get(base, 0) for base, n in own.items()})


def _grouped(parts: list[tuple[Expression, Fraction]], names: Names) -> Expression:
    """A sum whose terms that share a factor stand together, if that is shorter."""
    plain = _total([(presented(term, names), c) for term, c in parts])
    best, least = plain, cost(plain)
    chosen: Expression | None = None
    for base, n in _frequent(parts):
        within = [(t, c) for t, c in parts if dict(factors(t)).get(base) == n]
        outside = [(t, c) for t, c in parts if dict(factors(t)).get(base) != n]
        others = [(presented(t, names), c) for t, c in outside]
        inside = presented(sum_of(dict(within)), names)
        found = _total([(inside, ONCE), *others])
        if cost(found) < least:
            best, least, chosen, rest = found, cost(found), inside, outside
    if chosen is None or len(rest) < 3:
        return best
    return _total([(chosen, ONCE), (_grouped(rest, names), ONCE)])


def _total(parts: list[tuple[Expression, Fraction]]) -> Expression:
    """A sum of what is presented: sums within it become part of it."""
    found: Exponents = {}
    for x, c in parts:
        for term, k in terms(x):
            found[term] = found.get(term, Fraction(0)) + c * k
    return sum_of(found)


def _frequent(parts: list[tuple[Expression, Fraction]]) -> list[tuple[Expression, Fraction]]:
    """The powers that stand in some of the terms, more than one, but not in all."""
    count: dict[tuple[Expression, Fraction], int] = {}
    for term, _ in parts:
        for each in factors(term):
            count[each] = count.get(each, 0) + 1
    found = [each for each, n in count.items() if 1 < n < len(parts)]
    return sorted(found, key=lambda each: (each[0].key, each[1]))


def _gathered(x: Expression) -> Expression:
    """Sums over the same axes, times the same, as one sum."""
    groups: dict[tuple[Expression, Operation, Shape], list[Expression]] = {}
    found: list[Expression] = []
    for term, c in terms(x):
        own = dict(factors(term))
        sums = [base for base, n in own.items() if is_call(base, "sum") and n == 1]
        if len(sums) != 1:
            found.append(scaled(c, term))
            continue
        (summed,) = sums
        own.pop(summed)
        key = (product_of(own), summed.head, summed.shape)
        inner = scaled(c, summed.inputs[0])
        groups.setdefault(key, []).append(inner)
    for (outside, operation, shape), group in groups.items():
        content, rest = _content(plus(*group))
        whole = applied(operation, (rest,), shape)
        powers = _with(outside, whole)
        found.append(scaled(content, product_of(powers)))
    return plus(*found)


def _with(outside: Expression, factor: Expression) -> Exponents:
    own = dict(factors(outside))
    _multiply(own, factor, ONCE)
    return own


_costs: "WeakKeyDictionary[Expression, int]" = WeakKeyDictionary()


def cost(x: Expression) -> int:
    """How much there is to read."""
    found = _costs.get(x)
    if found is None:
        found = _costs[x] = _cost(x)
    return int(found)


def _cost(x: Expression) -> int:
    if x.kind == "symbol":
        return 1
    inner = [cost(y) for y in x.inputs]
    if x.kind == "call":
        attributes = 2 if x.head.rule else 0
        return 1 + sum(inner) + attributes
    between = max(0, len(inner) - 1)
    if x.kind == "product":
        exponents = sum(n not in (1, -1) for _, n in factors(x))
        return between + sum(inner) + exponents
    coefficients = sum(abs(c) != 1 for _, c in terms(x))
    summands = sum(max(1, each) for each in inner)
    return between + coefficients + summands
