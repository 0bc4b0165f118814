"""Shapes changed, tensors put together and taken apart, by the names of the standard."""

import math
from typing import Any

import numpy as np

from pellucid.creation import arange, concat, stack
from pellucid.errors import OptionError, ShapeError
from pellucid.graph import is_symbolic
from pellucid.primitives.base import Shape, broadcast, normal_axis
from pellucid.standard.operands import array
from pellucid.strict import strict
from pellucid.tensor import Tensor

Axes = int | tuple[int, ...]

# ---- shapes ------------------------------------------------------------------------------


@strict
def reshape(x: Any, /, shape: Shape, *, copy: bool | None = None) -> Tensor:
    """The same elements seen with another shape; one size may be -1: whatever is left.

    `copy` changes nothing: nobody can write into a tensor.
    """
    del copy
    return array(x).reshape(shape)


@strict
def permute_dims(x: Any, /, axes: tuple[int, ...]) -> Tensor:
    """The axes in another order: axis i of the result is axis `axes[i]` of x."""
    return array(x).permute_dims(axes)


@strict
def matrix_transpose(x: Any, /) -> Tensor:
    """The last two axes swapped."""
    return array(x).mT


@strict
def moveaxis(x: Any, source: Axes, destination: Axes, /) -> Tensor:
    """Axes moved to other places; the others keep their order."""
    t = array(x)
    pairs = (_several(source), _several(destination))
    of, to = (tuple(normal_axis("moveaxis", i, t.ndim) for i in axes) for axes in pairs)
    if len(of) != len(to) or len(set(of)) != len(of) or len(set(to)) != len(to):
        raise ShapeError(
            f"moveaxis: axes {source} to {destination}. As many places as axes, each once."
        )
    order = [i for i in range(t.ndim) if i not in of]
    for place, axis in sorted(zip(to, of, strict=True)):
        order.insert(place, axis)
    return t.permute_dims(tuple(order))


@strict
def expand_dims(x: Any, /, axis: int = 0) -> Tensor:
    """A new axis of size 1 at the given place."""
    return array(x).expand_dims(axis)


@strict
def squeeze(x: Any, /, axis: Axes) -> Tensor:
    """x without the given axes, which must have size 1."""
    return array(x).squeeze(axis)


@strict
def broadcast_to(x: Any, /, shape: Shape) -> Tensor:
    """Axes of size 1, and new axes in front, repeated to the given shape."""
    return array(x).broadcast_to(shape)


@strict
def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape that several broadcast to.

    >>> broadcast_shapes((3, 1), (2,))
    (3, 2)
    """
    return broadcast("broadcast_shapes", tuple(tuple(shape) for shape in shapes))


@strict
def broadcast_arrays(*arrays: Any) -> list[Tensor]:
    """Each of them repeated to the shape that all of them broadcast to."""
    parts = [array(x) for x in arrays]
    shape = broadcast_shapes(*(part.shape for part in parts))
    return [part.broadcast_to(shape) for part in parts]


# ---- order -------------------------------------------------------------------------------


@strict
def flip(x: Any, /, *, axis: Axes | None = None) -> Tensor:
    """The elements in reverse order along some axes, or all."""
    return array(x).flip(axis=axis)


@strict
def roll(x: Any, /, shift: Axes, *, axis: Axes | None = None) -> Tensor:
    """The elements moved on along an axis; what leaves at its end comes in at its beginning."""
    t = array(x)
    if axis is None:
        if isinstance(shift, tuple | list):
            raise OptionError(f"roll: shift {shift} without axes. All elements move by one number.")
        return roll(t.flatten(), shift, axis=0).reshape(t.shape)
    axes = _several(axis)
    shifts = _several(shift)
    shifts = shifts if isinstance(shift, tuple | list) else shifts * len(axes)
    if len(shifts) != len(axes):
        raise OptionError(f"roll: shifts {shifts} for axes {axes}. One for each axis.")
    for by, i in zip(shifts, axes, strict=True):
        place = normal_axis("roll", i, t.ndim)
        size = t.shape[place]
        if size:
            first = (slice(None),) * place
            cut = -by % size
            t = concat([t[(*first, slice(cut, None))], t[(*first, slice(cut))]], axis=place)
    return t


def _several(numbers: Axes) -> tuple[int, ...]:
    """Axes, or the one alone, whoever made the number."""
    return tuple(numbers) if isinstance(numbers, tuple | list) else (numbers,)


# ---- repeating ---------------------------------------------------------------------------


@strict
def tile(x: Any, repetitions: tuple[int, ...], /) -> Tensor:
    """x put beside itself as often as asked for along each axis."""
    y = array(x)
    times = tuple(repetitions)
    if any(n < 0 for n in times):
        raise OptionError(f"tile: repetitions {times}. They are not negative.")
    ndim = max(y.ndim, len(times))
    sizes = (1,) * (ndim - y.ndim) + y.shape
    times = (1,) * (ndim - len(times)) + times
    apart = tuple(n for size in sizes for n in (1, size))
    beside = tuple(n for t, size in zip(times, sizes, strict=True) for n in (t, size))
    whole = tuple(t * size for t, size in zip(times, sizes, strict=True))
    return y.reshape(apart).broadcast_to(beside).reshape(whole)


@strict
def repeat(x: Any, repeats: Any, /, *, axis: int | None = None) -> Tensor:
    """Each element `repeats` times, one after the other; `repeats` may hold a number for each.

    Errors: GraphError for repeats that are not known, as the shape depends on them.
    """
    t = array(x)
    if axis is None:
        t = t.flatten()
        axis = 0
    place = normal_axis("repeat", axis, t.ndim)
    counts = array(repeats).known("repeat") if isinstance(repeats, Tensor) else np.asarray(repeats)
    if counts.ndim > 1 or (counts.ndim == 1 and len(counts) not in (1, t.shape[place])):
        raise ShapeError(
            f"repeat: repeats of shape {counts.shape} for {t.shape[place]} elements. One number, "
            "or one for each."
        )
    if counts.size and counts.min() < 0:
        raise OptionError(f"repeat: repeats of {counts.min()}. They are not negative.")
    positions = np.repeat(np.arange(t.shape[place]), counts)
    return t.take(positions, axis=place)


# ---- together and apart ------------------------------------------------------------------


@strict
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The slices along an axis, each without it."""
    t = array(x)
    place = normal_axis("unstack", axis, t.ndim)
    return tuple(t[(*(slice(None),) * place, i)] for i in range(t.shape[place]))


@strict
def meshgrid(*arrays: Any, indexing: str = "xy") -> list[Tensor]:
    """The coordinates of a grid, from those along each of its axes.

    `indexing`: "ij" has the first along the first axis; "xy", as in pictures, along the second.
    """
    if indexing not in ("xy", "ij"):
        raise OptionError(f"meshgrid: indexing {indexing!r}. 'xy' or 'ij'.")
    lines = [array(x) for x in arrays]
    if any(line.ndim != 1 for line in lines):
        raise ShapeError(f"meshgrid: shapes {[x.shape for x in lines]}. Each has one axis.")
    order = list(range(len(lines)))
    if indexing == "xy" and len(lines) > 1:
        order[:2] = [1, 0]
    sizes = tuple(lines[i].size for i in order)
    shapes = [tuple(-1 if i == j else 1 for i in order) for j in range(len(lines))]
    pairs = zip(lines, shapes, strict=True)
    return [line.reshape(shape).broadcast_to(sizes) for line, shape in pairs]


@strict
def tril(x: Any, /, *, k: int = 0) -> Tensor:
    """The last two axes as a matrix, with 0 above its diagonal, or above the k-th."""
    return _triangle("tril", array(x), k, upper=False)


@strict
def triu(x: Any, /, *, k: int = 0) -> Tensor:
    """The last two axes as a matrix, with 0 below its diagonal, or below the k-th."""
    return _triangle("triu", array(x), k, upper=True)


def _triangle(name: str, x: Tensor, k: int, *, upper: bool) -> Tensor:
    if x.ndim < 2:
        raise ShapeError(f"{name}: shape {x.shape}. A matrix has at least two axes.")
    apart = arange(x.shape[-1]) - arange(x.shape[-2]).expand_dims(1)
    kept = apart >= k if upper else apart <= k
    zero = (x & ~x) if x.dtype == bool else x - x
    return kept.where(x, zero if x.dtype.kind != "f" else 0.0)


# ---- elements at positions ---------------------------------------------------------------


@strict
def take(x: Any, indices: Any, /, *, axis: int | None = None) -> Tensor:
    """The slices of x at these positions of an axis; of a tensor with one axis, of that one."""
    t = array(x)
    if axis is None and t.ndim != 1:
        raise OptionError(f"take: no axis for shape {t.shape}. Only one axis goes without saying.")
    return t.take(indices, axis=axis or 0)


@strict
def take_along_axis(x: Any, indices: Any, /, *, axis: int = -1) -> Tensor:
    """For each position of the indices, the element of x there, with that place along the axis.

    Shapes: x and indices alike but for the axis, up to broadcasting -> that of the indices.
    """
    x = array(x)
    places = array(indices)
    if places.ndim != x.ndim:
        raise ShapeError(
            f"take_along_axis: indices of shape {places.shape} for {x.shape}. As many axes as x."
        )
    i = normal_axis("take_along_axis", axis, x.ndim)
    others = (*x.shape[:i], 1, *x.shape[i + 1 :])
    shape = broadcast("take_along_axis", (others, (*places.shape[:i], 1, *places.shape[i + 1 :])))
    x = x.broadcast_to((*shape[:i], x.shape[i], *shape[i + 1 :]))
    places = places.broadcast_to((*shape[:i], places.shape[i], *shape[i + 1 :])).astype("int64")
    size = x.shape[i]
    if not is_symbolic(places) and places.size:
        x[(*(slice(None),) * i, places.max())]  # the error of a position that is not there
        x[(*(slice(None),) * i, places.min())]
    lines = moveaxis(x, i, -1)
    rows = moveaxis(where_negative(places, size), i, -1)
    first = arange(math.prod(lines.shape[:-1])).reshape((*lines.shape[:-1], 1)) * size
    found = lines.flatten().take(rows + first, axis=0)
    return moveaxis(found, -1, i)


def where_negative(places: Tensor, size: int) -> Tensor:
    """Positions counted from the front: those below 0 count from the end."""
    return (places < 0).where(places + size, places)


__all__ = [
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "concat",
    "expand_dims",
    "flip",
    "matrix_transpose",
    "meshgrid",
    "moveaxis",
    "permute_dims",
    "repeat",
    "reshape",
    "roll",
    "squeeze",
    "stack",
    "take",
    "take_along_axis",
    "tile",
    "tril",
    "triu",
    "unstack",
]
