"""Contraction: the matrix product, the one place where a network does most of its work."""

import math
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.primitives.base import FLOATS, SUMMABLE, Primitive, Shape, broadcast
from pellucid.primitives.summation import Pairwise, total

DEPTH = 4096  # of k: more is cut into parts, whose products are added in pairs
PIECE = 1 << 20  # bytes of such products at a time


class MatMul(Primitive):
    """Matrix product of the last two axes; the axes before them are batches and broadcast."""

    name = "matmul"
    formula = "y[i, j] = sum over k of a[i, k] b[k, j]"
    gradient_formula = "da = dy b^T,  db = a^T dy"
    accepts = SUMMABLE

    def shape(self, *shapes: Shape) -> Shape:
        a, b = shapes
        if len(a) < 2 or len(b) < 2 or a[-1] != b[-2]:
            raise ShapeError(
                f"matmul: shapes {a} and {b}. The last size of the first ({a[-1] if a else '-'})"
                f" must equal the last but one of the second ({b[-2] if len(b) > 1 else '-'})."
            )
        return (*broadcast("matmul: batch axes", (a[:-2], b[:-2])), a[-2], b[-1])

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return product(a, b)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        if a.ndim > 2 and b.ndim == 2:  # one sum over all rows, not one matrix a batch
            return dy @ b.mT, as_rows(a).mT @ as_rows(dy)
        return dy @ b.mT, a.mT @ dy


def as_rows(x: Any) -> Any:
    """An array with all axes but the last as one."""
    return x.reshape((math.prod(x.shape[:-1]), x.shape[-1]))


def product(a: Any, b: Any, out: Any = None) -> Any:
    """NumPy's matrix product, without its warnings, and with long sums in parts.

    OpenBLAS fills the last lanes of its registers with what the stack happens to hold, and drops
    what they give. The value is right; the flags for overflow and invalid operations may be
    raised without a cause, and NumPy would warn.
    """
    if a.ndim > 2 and b.ndim == 2 and out is None:  # all rows in one product
        return product(as_rows(a), b).reshape((*a.shape[:-1], b.shape[-1]))
    with np.errstate(all="ignore"):
        if a.shape[-1] <= DEPTH or a.dtype not in FLOATS:
            return np.matmul(a, b, out=out)
        y = _in_parts(a, b)
        if out is None:
            return y
        np.copyto(out, y)
        return out


def _in_parts(a: Any, b: Any) -> Any:
    """A product as the sum over parts of k, as many at a time as fit into a piece of memory."""
    k = a.shape[-1]
    count = k // DEPTH
    left = a[..., : count * DEPTH].reshape(*a.shape[:-1], count, DEPTH).swapaxes(-2, -3)
    right = b[..., : count * DEPTH, :].reshape(*b.shape[:-2], count, DEPTH, b.shape[-1])
    size = math.prod(broadcast("matmul: batch axes", (a.shape[:-2], b.shape[:-2])))
    size *= a.shape[-2] * b.shape[-1] * a.itemsize
    step = max(1, PIECE // max(size, 1))
    sums = Pairwise()
    for first in range(0, count, step):
        part = slice(first, first + step)
        y = np.matmul(left[..., part, :, :], right[..., part, :, :])
        sums.add(total(np, y, (y.ndim - 3,)).squeeze(-3))
    if k % DEPTH:
        sums.add(np.matmul(a[..., count * DEPTH :], b[..., count * DEPTH :, :]))
    return sums.total()
