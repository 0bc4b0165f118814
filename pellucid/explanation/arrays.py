"""Rules of arrays: sums over axes, shapes, products of matrices.

    summed          the sum over axes, what does not vary along them taken out
    reshaped        the same elements under another shape; axes of size 1 come and go by themselves
    transposed      the last two axes swapped
    product         of two matrices, numbers taken out
    fitted          an expression with exactly the shape that is asked for
    size            a number of elements, in samples m where it counts them

In: expressions whose axes of size 1 in front may be missing, with the shape that is meant.
"""

import math
from fractions import Fraction

from pellucid.explanation.algebra import (
    ONCE,
    Exponents,
    part_by_part,
    plus,
    power,
    primitive_part,
    scaled,
    times,
)
from pellucid.explanation.expressions import (
    ONE,
    SAMPLES,
    ZERO,
    Expression,
    Operation,
    applied,
    factors,
    is_call,
    number,
    product_of,
    terms,
)
from pellucid.explanation.rewrites import SHARES, rule
from pellucid.graph import Shape

MANY = 7919  # samples in a capture: a prime, so that what counts samples is seen to

rule(
    "sum of sums",
    "(x + y).sum(axis=0, keepdims=True)",
    "x.sum(axis=0, keepdims=True) + y.sum(axis=0, keepdims=True)",
    "Terms change places.",
)
rule(
    "sum of a multiple",
    "(2.0 * x).sum(axis=0, keepdims=True)",
    "2.0 * x.sum(axis=0, keepdims=True)",
    "The distributive law.",
)
rule(
    "what does not vary",
    "(r * x).sum(axis=0, keepdims=True)",
    "r * x.sum(axis=0, keepdims=True)",
    "The distributive law.",
    {"r": "one row"},
)
rule(
    "sum of copies",
    "r.broadcast_to(x.shape).sum(axis=0, keepdims=True)",
    "r * float(x.shape[0])",
    "As often as it stands there.",
    {"r": "one row"},
)
rule(
    "sum of shares",
    "s.sum(axis=-1, keepdims=True)",
    "1.0 + 0.0 * s[..., :1]",
    "That is what shares are.",
    {"s": SHARES},
)
rule(
    "sum after sum",
    "x.sum(axis=0, keepdims=True).sum(axis=1, keepdims=True)",
    "x.sum(axis=(0, 1), keepdims=True)",
    "Over all axes, one after the other.",
)
rule("transposed twice", "x.mT.mT", "x", "Rows and columns change places, and again.")
rule("transposed sum", "(x + y).mT", "x.mT + y.mT", "Each element for itself.")
rule("product of a multiple", "(2.0 * x) @ x.mT", "2.0 * (x @ x.mT)", "The distributive law.")
rule(
    "reshaped twice",
    "x.reshape(x.shape[::-1]).reshape(x.shape)",
    "x",
    "The elements keep their order.",
)


def size(n: int) -> Expression:
    """A number of elements."""
    if n and n % MANY == 0:
        return scaled(n // MANY, SAMPLES)
    return number(Fraction(n))


def stripped(shape: Shape) -> Shape:
    """A shape without axes of size 1 in front."""
    first = next((i for i, n in enumerate(shape) if n != 1), len(shape))
    return shape[first:]


def fitted(x: Expression, shape: Shape) -> Expression:
    """An expression with exactly this shape."""
    if x.shape == shape:
        return x
    same = math.prod(x.shape) == math.prod(shape)
    if same and is_call(x, "reshape"):
        return fitted(x.inputs[0], shape)
    return applied(Operation("reshape" if same else "broadcast_to", shape), (x,), shape)


def summed(x: Expression, axes: tuple[int, ...], shape: Shape) -> Expression:
    """The sum over axes of an expression that is meant to have this shape; the axes stay."""
    counted = tuple(axis - len(shape) for axis in axes)
    parts = [scaled(c, _summed_term(term, counted, shape)) for term, c in terms(x)]
    return plus(*parts)


def _summed_term(term: Expression, axes: tuple[int, ...], shape: Shape) -> Expression:
    inner: Exponents = {}
    outer: Exponents = {}
    for base, n in factors(term):
        varies = any(_varies(base, axis) for axis in axes)
        side = inner if varies else outer
        side[base] = n
    left = []
    copies = 1
    for axis in axes:
        if any(_varies(base, axis) for base in inner):
            left.append(axis)
        else:
            copies *= shape[axis]
    found = times(product_of(outer), size(copies))
    if not inner:
        return found
    rest = _summed_factors(product_of(inner), tuple(left))
    return times(found, rest)


def _varies(x: Expression, axis: int) -> bool:
    return len(x.shape) >= -axis and x.shape[axis] != 1


def _summed_factors(x: Expression, axes: tuple[int, ...]) -> Expression:
    are_shares = is_call(x, "onehot") or (x.kind == "symbol" and x.head.shares)
    if are_shares and axes == (-1,):
        return ONE
    if is_call(x, "sum"):
        both = {*axes, *x.head.axes}
        axes = tuple(sorted(both))
        x = x.inputs[0]
    whole = _unspaced(x)
    if whole is not None and set(_seen_axes(x)) <= set(axes):  # the order of terms does not matter
        counted = tuple(axis + len(whole.shape) for axis in _seen_axes(whole))
        return summed(whole, counted, whole.shape)
    reduced = list(x.shape)
    for axis in axes:
        if -axis <= len(reduced):
            reduced[axis] = 1
    return applied(Operation("sum", axes), (x,), tuple(reduced))


def _seen_axes(x: Expression) -> tuple[int, ...]:
    """The axes, counted from the back, that are longer than 1."""
    axes = len(x.shape)
    return tuple(i - axes for i, n in enumerate(x.shape) if n != 1)


def _unspaced(x: Expression) -> Expression | None:
    """A product of reshaped parts without that, where all had one shape before."""
    before = set()
    for base, _ in factors(x):
        if not base.shape:
            continue
        if not is_call(base, "reshape"):
            return None
        before.add(base.inputs[0].shape)
    if len(before) != 1:
        return None
    inner = []
    for base, n in factors(x):
        plain = base.inputs[0] if base.shape else base
        inner.append(power(plain, n))
    return times(*inner)


def reshaped(x: Expression, shape: Shape, to: Shape) -> Expression:
    """An expression that is meant to have one shape, under another."""
    if stripped(shape) == stripped(to):
        return x
    if _long(shape) == _long(to):
        return _spaced(x, shape, to)
    x = fitted(x, shape)
    if is_call(x, "reshape"):
        x = x.inputs[0]
    if x.shape == to:
        return x
    return applied(Operation("reshape", to), (x,), to)


def _long(shape: Shape) -> list[int]:
    """The sizes that are not 1."""
    return [n for n in shape if n != 1]


def _spaced(x: Expression, shape: Shape, to: Shape) -> Expression:
    """The same where axes of size 1 come or go: each part for itself."""
    if x.kind in ("sum", "product"):
        return part_by_part(x, lambda part: _spaced(part, shape, to))
    wanted = _place(x.shape, shape, to)
    if stripped(wanted) == stripped(x.shape):
        return x
    inner = x.inputs[0] if is_call(x, "reshape") else x
    return _seen(inner, wanted)


def _seen(x: Expression, wanted: Shape) -> Expression:
    if stripped(x.shape) == stripped(wanted):
        return x
    return applied(Operation("reshape", wanted), (x,), wanted)


def _place(own: Shape, shape: Shape, to: Shape) -> Shape:
    """The shape of a part, where the whole goes from one shape to another."""
    missing = max(0, len(shape) - len(own))
    extra = max(0, len(own) - len(shape))
    padded = (1,) * missing + own[extra:]
    long = (size for size, n in zip(padded, shape, strict=True) if n != 1)
    return tuple(1 if n == 1 else next(long) for n in to)


def transposed(x: Expression, shape: Shape) -> Expression:
    """The last two axes swapped."""
    if not x.shape:
        return x
    if x.kind in ("sum", "product"):
        return part_by_part(x, lambda part: transposed(part, shape))
    x = fitted(x, (1,) * (2 - len(x.shape)) + x.shape)
    if is_call(x, "transpose"):
        return x.inputs[0]
    turned = (*x.shape[:-2], x.shape[-1], x.shape[-2])
    return applied(Operation("transpose"), (x,), turned)


def product(
    a: Expression,
    b: Expression,
    shapes: tuple[Shape, Shape],
    to: Shape,
) -> Expression:
    """The product of two matrices of these shapes."""
    if ZERO in (a, b):
        return ZERO
    number_a, a = taken_out(a)
    number_b, b = taken_out(b)
    shape_a, shape_b = shapes
    matrices = (fitted(a, shape_a), fitted(b, shape_b))
    made = applied(Operation("matmul"), matrices, to)
    return times(number_a, number_b, made)


def taken_out(x: Expression) -> tuple[Expression, Expression]:
    """The single numbers that are factors of every term, and the rest."""
    content = ONCE
    parts = [(x, ONCE)]
    if x.kind == "sum":
        content, base = primitive_part(x)
        parts = list(terms(base))
    (first, _), *others = parts
    shared = {base: n for base, n in factors(first) if base.shape == ()}
    for term, _ in others:
        own = dict(factors(term))
        shared = {base: n for base, n in shared.items() if own.get(base) == n}
    out = product_of(shared)
    inverse = product_of({base: -n for base, n in shared.items()})
    rest = [scaled(c, times(term, inverse)) for term, c in parts]
    return scaled(content, out), plus(*rest)
