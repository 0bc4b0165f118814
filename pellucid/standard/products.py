"""Products of matrices and vectors, by the names of the standard."""

import math
from collections.abc import Sequence
from typing import Any

from pellucid.errors import ShapeError
from pellucid.primitives.base import normal_axis
from pellucid.standard.operands import pair
from pellucid.strict import strict
from pellucid.tensor import Tensor


@strict
def matmul(x1: Any, x2: Any, /) -> Tensor:
    """The product of matrices; one axis alone is a row on the left, a column on the right."""
    a, b = pair(x1, x2)
    return a @ b


@strict
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Tensor:
    """The sum of products along an axis, counted from the end."""
    a, b = pair(x1, x2)
    if axis >= 0 or -axis > min(a.ndim, b.ndim) or a.shape[axis] != b.shape[axis]:
        raise ShapeError(
            f"vecdot: axis {axis} of shapes {a.shape} and {b.shape}. It counts from the end, below "
            "0, and has one size in both."
        )
    return (a * b).sum(axis=axis).astype(a.dtype)


@strict
def tensordot(
    x1: Any, x2: Any, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
) -> Tensor:
    """The sum of products over some axes of x1 and as many of x2.

    `axes`: how many, the last of x1 and the first of x2; or which of each.
    """
    a, b = pair(x1, x2)
    if isinstance(axes, tuple | list):
        first = tuple(normal_axis("tensordot", i, a.ndim) for i in axes[0])
        second = tuple(normal_axis("tensordot", i, b.ndim) for i in axes[1])
    else:
        first = tuple(range(a.ndim - axes, a.ndim))
        second = tuple(range(axes))
    sizes = [tuple(x.shape[i] for i in chosen) for x, chosen in ((a, first), (b, second))]
    if sizes[0] != sizes[1]:
        raise ShapeError(
            f"tensordot: axes {axes} of shapes {a.shape} and {b.shape}, of sizes {sizes[0]} and "
            f"{sizes[1]}. They must be equal."
        )
    rows = tuple(i for i in range(a.ndim) if i not in first)
    columns = tuple(i for i in range(b.ndim) if i not in second)
    depth = math.prod(sizes[0])
    shape = (*(a.shape[i] for i in rows), *(b.shape[i] for i in columns))
    left = a.permute_dims((*rows, *first)).reshape(math.prod(a.shape[i] for i in rows), depth)
    right = b.permute_dims((*second, *columns)).reshape(
        depth, math.prod(b.shape[i] for i in columns)
    )
    return (left @ right).reshape(shape)
