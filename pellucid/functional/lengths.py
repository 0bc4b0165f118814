"""Lengths of the rows of a batch: sequences of unequal lengths, filled up to one.

length_mask      which steps are there
masked_mean      the mean over them
check_lengths    refuse lengths that do not fit a batch
"""

from pellucid.creation import arange
from pellucid.errors import DTypeError, ShapeError
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.graph import is_symbolic
from pellucid.primitives.base import BOOL, INT64, INTEGERS
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor


@strict
def length_mask(lengths: TensorLike, steps: int) -> Tensor:
    """Whether each step of each row is there: true for the first `length` of them.

    It is the `mask` of `nn.MultiHeadAttention`; as the `weights` of a loss it leaves out the
    steps behind the ends. Recurrent layers take the lengths themselves.

    Shapes: lengths (batch,) integers -> (batch, steps) bool.
    Errors: DTypeError for lengths that are not integers; ShapeError for other axes, or a known
    length outside 0 to steps.

    >>> length_mask([1, 3], 3)
    tensor([[ True, False, False],
            [ True,  True,  True]], bool)
    """
    given = lengths if isinstance(lengths, Tensor) else tensor(lengths)
    if given.ndim != 1:
        raise ShapeError(
            f"length_mask: lengths of shape {given.shape}. There is one number for each row: "
            "shape (batch,)."
        )
    check_lengths("length_mask: ", given, (given.shape[0], steps))
    return given.astype(INT64).expand_dims(1) > arange(steps)


def check_lengths(where: str, lengths: Tensor, shape: tuple[int, ...]) -> None:
    """Refuse lengths that do not fit rows and steps, the first two numbers of a shape."""
    rows, steps = shape[:2]
    if lengths.dtype not in INTEGERS:
        raise DTypeError(f"{where}lengths of {lengths.dtype}. They count steps: integers.")
    if lengths.shape != (rows,):
        raise ShapeError(
            f"{where}lengths of shape {lengths.shape} for x of shape {shape}. There is one for "
            f"each of the {rows} rows."
        )
    known = None if is_symbolic(lengths) else lengths.array
    if known is not None and known.size and not 0 <= known.min() <= known.max() <= steps:
        raise ShapeError(
            f"{where}lengths from {known.min()} to {known.max()} for x of shape {shape}. A row "
            f"has from 0 to {steps} steps."
        )


@strict
def masked_mean(x: TensorLike, mask: TensorLike) -> Tensor:
    """The mean over the steps that are there: what all of a sequence says, as one row.

        y = sum of x over the steps whose mask is true / their number;  0 where there are none

    Whatever stands at the others, nan too, reaches neither y nor gradients.
    Shapes: x (batch, steps, ...), mask (batch, steps) bool -> (batch, ...).
    Errors: DTypeError for a mask that is not of booleans; ShapeError where they do not fit.

    >>> masked_mean([[[1.0], [3.0], [9.0]]], [[True, True, False]])
    tensor([[2.]], float32)
    """
    y = as_floats("masked_mean", x)
    there = mask if isinstance(mask, Tensor) else tensor(mask)
    if there.dtype != BOOL:
        raise DTypeError(
            f"masked_mean: mask of {there.dtype}. It is true for the steps that are there: "
            "booleans, as functional.length_mask(lengths, steps) gives them."
        )
    if there.ndim != 2 or y.shape[:2] != there.shape:
        raise ShapeError(
            f"masked_mean: x of shape {y.shape}, mask of shape {there.shape}. They are (batch, "
            "steps, ...) and (batch, steps)."
        )
    shape = (*there.shape, *(1,) * (y.ndim - 2))
    total = there.reshape(shape).where(y, 0.0).sum(axis=1)
    count = there.astype(y.dtype).sum(axis=1)
    per_row = count.maximum(1.0).reshape(shape[0], *shape[2:])
    return total / per_row
