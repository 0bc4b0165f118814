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
    "larger", "less", "equal", "holds", "where", "sum_t", "pinned",
)  # fmt: skip
PLACED = ("piece", "concat", "padded")
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
    if x is ONE:
        return x
    if x.kind == "sum":
        summands = {turned(y, kept, flip=flip): c for y, c in terms(x)}
        return sum_of(summands)
    if x.kind == "product":
        powers = {turned(y, kept, flip=flip): n for y, n in factors(x)}
        return product_of(powers)
    return _call(x, kept, flip)


def _symbol(x: Expression, kept: Collection[Expression], flip: bool) -> Expression:
    if len(x.shape) > 2 or not x.shape:
        return x
    if x in kept:
        return transposed(x) if flip else x
    own = symbol(
        x.head.text,
        flipped(x.shape),
        x.head.low,
        x.head.high,
    )
    return own if flip else transposed(own)


def flipped(shape: Shape) -> Shape:
    """The shape of the transpose; a vector is a row of the library and becomes a column."""
    if len(shape) > 2 or not shape:
        return shape
    rows = shape[0] if len(shape) == 2 else 1
    return (shape[-1], rows)


def transposed(x: Expression) -> Expression:
    """The transpose, as it is written."""
    if x.kind == "call" and x.head.name == "transpose":
        return x.inputs[0]
    return applied(Operation("transpose"), (x,), flipped(x.shape))


def _call(x: Expression, kept: Collection[Expression], flip: bool) -> Expression:
    name = x.head.name
    is_matrix = len(x.shape) == 2
    if name == "transpose" and is_matrix:
        return turned(x.inputs[0], kept, flip=not flip)
    is_each = name in EACH and not x.head.rule
    if is_each or (name == "matmul" and is_matrix):
        shape = flipped(x.shape) if flip else x.shape
        inputs = [turned(y, kept, flip=flip) for y in x.inputs]
        if flip and not is_each:
            inputs.reverse()  # (A B)^T = B^T A^T
        return applied(x.head, inputs, shape)
    if flip and is_matrix and name in PLACED:
        axis, *others = x.head.axes  # -1 is -2 and back
        operation = Operation(name, (-3 - axis, *others))
        return applied(operation, [turned(y, kept) for y in x.inputs], flipped(x.shape))
    inner = x.inputs[0] if x.inputs else x
    if name == "reshape" and not flip and sum(n != 1 for n in inner.shape) <= 1:
        return applied(x.head, [turned(inner, kept)], x.shape)
    is_along = name in ALONG and not x.head.rule
    if is_along and flip and len(inner.shape) <= 2:
        return _along(x, turned(inner, kept))
    exact = [_exact(y, kept) for y in x.inputs]
    plain = applied(x.head, exact, x.shape)
    if flip and len(x.shape) in (1, 2):
        return transposed(plain)
    return plain


def _along(x: Expression, inner: Expression) -> Expression:
    """An operation along axes of a matrix, along those of its transpose: -1 is -2 and back."""
    axes = tuple(sorted(-3 - axis for axis in x.head.axes))
    operation = Operation(x.head.name, axes)
    return applied(operation, [inner], flipped(x.shape))


def _exact(x: Expression, kept: Collection[Expression]) -> Expression:
    """An input with the very shape that an operation asks for."""
    made = turned(x, kept, flip=False)
    if made.shape == x.shape or x.head in ((), None):
        return made
    return applied(Operation("reshape", x.shape), (made,), x.shape)
