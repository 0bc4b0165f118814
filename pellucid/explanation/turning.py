"""Expressions turned so that samples are columns, as the course writes them.

    turned      the transpose of an expression, made of transposed symbols

A matrix of the library, samples in rows, stands turned: X for x^T, W[l] of shape (n[l], n[l-1]) for
the weights of a layer; vectors of features stand as columns. Arrays of more than two axes stay as
they are, samples first.
"""

from collections.abc import Collection

from pellucid.explanation.expressions import (
    ONE,
    Expression,
    Operation,
    applied,
    factors,
    product_of,
    sum_of,
    symbol,
    terms,
)
from pellucid.graph import Shape

EACH = (
    "exp", "log", "sigmoid", "tanh", "abs", "sign", "floor", "sin", "cos", "erf", "normal_cdf",
    "larger", "less", "equal", "holds", "where",
)  # fmt: skip
ALONG = ("sum", "max", "min", "prod", "softmax")


def turned(x: Expression, kept: Collection[Expression], *, flip: bool = True) -> Expression:
    """The transpose of an expression, or with `flip` off the expression, of turned symbols.

    `kept`: symbols that stand in the course as they stand in the library.
    """
    if not x.shape and not x.inputs:
        return x
    if len(x.shape) > 2 and flip:
        return turned(x, kept, flip=False)
    if x.kind == "symbol":
        return _symbol(x, kept, flip)
    if x.kind == "sum":
        return sum_of({turned(y, kept, flip=flip): c for y, c in terms(x)}) if x is not ONE else x
    if x.kind == "product":
        return product_of({turned(y, kept, flip=flip): n for y, n in factors(x)})
    return _call(x, kept, flip)


def _symbol(x: Expression, kept: Collection[Expression], flip: bool) -> Expression:
    if len(x.shape) > 2 or not x.shape:
        return x
    if x in kept:
        return transposed(x) if flip else x
    own = symbol(x.head.text, flipped(x.shape), x.head.low, x.head.high)
    return own if flip else transposed(own)


def flipped(shape: Shape) -> Shape:
    """The shape of the transpose; a vector is a row of the library and becomes a column."""
    if len(shape) > 2 or not shape:
        return shape
    return (shape[-1], shape[0] if len(shape) == 2 else 1)


def transposed(x: Expression) -> Expression:
    """The transpose, as it is written."""
    if x.kind == "call" and x.head.name == "transpose":
        return x.inputs[0]
    return applied(Operation("transpose"), (x,), flipped(x.shape))


def _call(x: Expression, kept: Collection[Expression], flip: bool) -> Expression:
    name = x.head.name
    shape = flipped(x.shape) if flip else x.shape
    if name == "transpose" and len(x.shape) == 2:
        return turned(x.inputs[0], kept, flip=not flip)
    if name == "matmul" and len(x.shape) == 2:
        a, b = (turned(y, kept, flip=flip) for y in x.inputs)
        return applied(x.head, (b, a) if flip else (a, b), shape)
    if name in EACH and not x.head.rule:
        return applied(x.head, [turned(y, kept, flip=flip) for y in x.inputs], shape)
    inner = x.inputs[0] if x.inputs else x
    if name in ALONG and flip and len(inner.shape) <= 2 and not x.head.rule:
        axes = tuple(sorted(-3 - axis for axis in x.head.axes))
        return applied(Operation(name, axes), [turned(inner, kept)], shape)
    plain = applied(x.head, [_exact(y, kept) for y in x.inputs], x.shape)
    return transposed(plain) if flip and len(x.shape) in (1, 2) else plain


def _exact(x: Expression, kept: Collection[Expression]) -> Expression:
    """An input with the very shape that an operation asks for."""
    made = turned(x, kept, flip=False)
    if made.shape == x.shape or x.head in ((), None):
        return made
    return applied(Operation("reshape", x.shape), (made,), x.shape)
