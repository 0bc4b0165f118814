"""Expressions: formulas as data, in one form for each kind of writing the same.

    Expression      a symbol, an operation on expressions, a sum of terms, or a product of powers
    Name            of a symbol, with the open interval that its numbers lie in, where one is known
    Operation       what is applied: its name, axes counted from the back, and the primitive
    symbol, applied, sum_of, product_of     make one of them, as it stands
    number          a number
    terms, factors                          an expression taken apart as a sum, as a product

Equal expressions are one object, so that they are compared and looked up at once. A sum has no
order and neither has a product: both are kept sorted. Subtractions are sums with negative
coefficients, quotients are products with negative exponents, and a number is a sum whose one term
is the empty product.

Shapes follow NumPy's broadcasting: axes are counted from the back, so that axes of size 1 in
front mean nothing, and a number fits everywhere. Reductions keep their axes with size 1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any
from weakref import WeakValueDictionary

from pellucid.graph import Shape
from pellucid.primitives.base import broadcast

INFINITY = float("inf")


@dataclass(frozen=True)
class Name:
    """What a symbol is called, and the open interval that its numbers lie in.

    `shares`: they sum to one along the last axis.
    """

    text: str
    low: float = -INFINITY
    high: float = INFINITY
    shares: bool = field(default=False, repr=False)

    def __str__(self) -> str:
        """What tells it from others."""
        return f"{self!r}, shares" if self.shares else repr(self)


@dataclass(frozen=True)
class Operation:
    """What is applied. `rule`: a primitive whose attributes the name and axes do not tell."""

    name: str
    axes: tuple[int, ...] = ()
    rule: str = ""


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Expression:
    """`kind` is symbol, call, sum or product; `head` what it says beside its inputs.

    For a symbol its Name, for a call its Operation, for a sum the coefficients of its terms, for a
    product the exponents of its factors. `key` sorts, the same in every process.
    """

    kind: str
    head: Any
    inputs: "tuple[Expression, ...]"
    shape: Shape
    key: str

    def __repr__(self) -> str:
        if self.kind == "symbol":
            return str(self.head.text)
        inner = ", ".join(map(repr, self.inputs))
        if self.kind == "call":
            return f"{self.head.name}({inner})"
        return f"{self.kind}[{' '.join(map(str, self.head))}]({inner})"


_known: "WeakValueDictionary[str, Expression]" = WeakValueDictionary()


def _made(
    kind: str,
    head: Any,
    inputs: tuple[Expression, ...],
    shape: Shape,
) -> Expression:
    """The one object of this expression."""
    keys = "|".join(x.key for x in inputs)
    said = f"{kind}|{head}|{shape}|{keys}"
    key = sha256(said.encode()).hexdigest()[:24]
    found = _known.get(key)
    if found is None:
        found = Expression(kind, head, inputs, shape, key)
        _known[key] = found
    return found


def symbol(
    text: str,
    shape: Shape = (),
    low: float = -INFINITY,
    high: float = INFINITY,
    *,
    shares: bool = False,
) -> Expression:
    """A symbol that stands for an array of this shape."""
    return _made("symbol", Name(text, low, high, shares), (), shape)


def applied(operation: Operation, inputs: Iterable[Expression], shape: Shape) -> Expression:
    """An operation applied to expressions."""
    return _made("call", operation, tuple(inputs), shape)


def sum_of(coefficients: Mapping[Expression, Fraction]) -> Expression:
    """The sum of terms with their coefficients."""
    kept = [(x, c) for x, c in coefficients.items() if c]
    if len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    kept.sort(key=lambda each: each[0].key)
    inputs = tuple(x for x, _ in kept)
    return _made("sum", tuple(c for _, c in kept), inputs, _shape(inputs))


def product_of(exponents: Mapping[Expression, Fraction]) -> Expression:
    """The product of factors with their exponents."""
    kept = [(x, n) for x, n in exponents.items() if n and x is not ONE]
    if len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    kept.sort(key=lambda each: each[0].key)
    inputs = tuple(x for x, _ in kept)
    return _made("product", tuple(n for _, n in kept), inputs, _shape(inputs))


def _shape(inputs: Iterable[Expression]) -> Shape:
    return broadcast("an expression", [x.shape for x in inputs])


ONE = _made("product", (), (), ())
ZERO = _made("sum", (), (), ())
SAMPLES = symbol("m", (), 0.0)
LIMITLESS = symbol("inf")


def number(value: float | Fraction) -> Expression:
    """A number: the shortest fraction that a float32 or float64 may stand for."""
    return sum_of({ONE: exact(value)})


def exact(value: float | Fraction) -> Fraction:
    """A number as a fraction: of a float, the simple one that it was rounded from.

    >>> exact(0.699999988079071), exact(1e-05)
    (Fraction(7, 10), Fraction(1, 100000))
    """
    if isinstance(value, Fraction):
        return value
    whole = Fraction(value)
    decimal = Fraction(f"{value:.7g}")
    simple = whole.limit_denominator(1000)
    for near in (simple, decimal):
        if abs(near - whole) <= abs(whole) * Fraction(1, 1 << 24):
            return near
    return whole


def terms(x: Expression) -> list[tuple[Expression, Fraction]]:
    """An expression as terms with coefficients; what is no sum is one term."""
    if x.kind == "sum":
        return list(zip(x.inputs, x.head, strict=True))
    return [(x, Fraction(1))]


def factors(x: Expression) -> list[tuple[Expression, Fraction]]:
    """A term as factors with exponents; what is no product is one factor."""
    if x.kind == "product":
        return list(zip(x.inputs, x.head, strict=True))
    return [(x, Fraction(1))]


def value_of(x: Expression) -> Fraction | None:
    """The number that an expression is, or None."""
    if x is ZERO:
        return Fraction(0)
    parts = terms(x)
    if len(parts) != 1:
        return None
    ((term, c),) = parts
    return c if term is ONE else None


def is_call(x: Expression, *names: str) -> bool:
    """Whether an expression is one of these operations applied."""
    return x.kind == "call" and x.head.name in names
