"""Contraction: the matrix product, the one place where a network does most of its work."""

from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.primitives.base import SUMMABLE, Primitive, Shape, broadcast


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
        return dy @ b.mT, a.mT @ dy


def product(a: Any, b: Any, out: Any = None) -> Any:
    """NumPy's matrix product, without its warnings.

    OpenBLAS fills the last lanes of its registers with what the stack happens to hold, and drops
    what they give. The value is right; the flags for overflow and invalid operations may be
    raised without a cause, and NumPy would warn.
    """
    with np.errstate(all="ignore"):
        return np.matmul(a, b, out=out)
