"""Subscripts as in NumPy: `x[1]`, `x[:, ::2]`, `x[..., None]`, `x[rows, columns]`, `x[mask]`.

    subscript   the elements of a tensor that a key selects

Only methods of the tensor are used. A subscript with a boolean mask selects as many elements
as the mask has true values, so it needs the values: it cannot be captured.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, PositionError, ShapeError
from pellucid.graph import is_symbolic

_INTEGER = int | np.integer


def subscript(x: Any, key: Any) -> Any:
    """The elements that a key selects.

    Integers, slices, `...` and `None` come first; then the axes with integer arrays are
    gathered, with the rules of NumPy: the arrays broadcast together, and their axes stand
    where they stood if they and the integers were neighbours in the key, else in front.
    Errors: PositionError for a position outside its axis, or for more keys than axes.
    """
    if getattr(key, "dtype", None) == np.dtype(bool) and key.ndim == 0:
        # A mask without axes selects from a tensor without axes: once, or not at all.
        return subscript(x.expand_dims(0), np.asarray(key).reshape(1))
    keys = _masks_to_positions(key if isinstance(key, tuple) else (key,))
    selecting = [i for i, part in enumerate(keys) if isinstance(part, _Positions | _INTEGER)]
    apart = bool(selecting) and selecting[-1] - selecting[0] + 1 != len(selecting)
    x, arrays = _basic(x, _complete(x, keys))
    return _gather(x, arrays, in_front=apart) if arrays else x


def _masks_to_positions(keys: tuple[Any, ...]) -> list[Any]:
    """Boolean masks replaced by the positions of their true values, one array per axis."""
    result: list[Any] = []
    for key in keys:
        if isinstance(key, bool | np.bool_):
            raise DTypeError("subscript: a single bool. Use a mask of the shape of the tensor.")
        if key is None or key is ... or isinstance(key, slice | _INTEGER):
            result.append(key)
            continue
        array = key if hasattr(key, "dtype") else np.asarray(key)
        if array.dtype == np.dtype(bool):
            mask = np.asarray(array)
            result.extend(map(_Positions, np.nonzero(mask), mask.shape))
        else:
            result.append(_Positions(array))
    return result


@dataclass(frozen=True)
class _Positions:
    """An index array; `mask_size` is the size that its mask had on this axis, if it had one."""

    array: Any
    mask_size: int | None = None


def _complete(x: Any, keys: list[Any]) -> list[Any]:
    """The keys with `...` written out, so that each axis of x has its key."""
    used = sum(1 for key in keys if key is not None and key is not ...)
    if used > x.ndim:
        raise PositionError(f"subscript: {used} indices for shape {x.shape}. One per axis at most.")
    dots = [i for i, key in enumerate(keys) if key is ...]
    if len(dots) > 1:
        raise PositionError("subscript: `...` stands twice. It may stand once.")
    place = dots[0] if dots else len(keys)
    rest = keys[place + 1 :]
    return [*keys[:place], *[slice(None)] * (x.ndim - used), *rest]


def _basic(x: Any, keys: list[Any]) -> tuple[Any, dict[int, Any]]:
    """Slices, integers and new axes applied; what is left are arrays by their axis."""
    start = []
    count = []
    step = []
    flips = []
    shape = []
    arrays: dict[int, Any] = {}
    axis = 0
    for key in keys:
        if key is None:
            shape.append(1)
            continue
        size = x.shape[axis]
        if isinstance(key, _INTEGER):
            first = _inside(int(key), size, axis, x.shape)
            number = 1
            stride = 1
        elif isinstance(key, slice):
            first, number, stride = _slice(key, size)
        else:
            first = 0
            number = size
            stride = 1
            arrays[len(shape)] = _checked(x, key, size, axis)
        if stride < 0:
            first = first + (number - 1) * stride
            stride = -stride
            flips.append(axis)
        start.append(first)
        count.append(number)
        step.append(stride)
        if not isinstance(key, _INTEGER):
            shape.append(number)
        axis += 1
    if tuple(count) != x.shape or any(s != 1 for s in step):
        x = x.slice(tuple(start), tuple(count), tuple(step))
    if flips:
        x = x.flip(axis=tuple(flips))
    return (x.reshape(tuple(shape)) if x.shape != tuple(shape) else x), arrays


def _inside(index: int, size: int, axis: int, shape: tuple[int, ...]) -> int:
    if not -size <= index < size:
        raise PositionError(
            f"subscript: position {index} on axis {axis} of shape {shape}. "
            f"Positions go from {-size} to {size - 1}."
        )
    return index % size


def _slice(key: slice, size: int) -> tuple[int, int, int]:
    """First position, number and stride of a slice; an empty one starts at 0."""
    places = range(*key.indices(size))
    return (places.start if places else 0), len(places), (places.step if places else 1)


def _checked(x: Any, key: _Positions, size: int, axis: int) -> Any:
    """The positions as a tensor, refused where known ones leave the axis."""
    if key.mask_size not in (None, size):
        raise ShapeError(
            f"subscript: a mask of size {key.mask_size} on axis {axis} of shape {x.shape}. "
            "A mask has the size of the axis that it selects from."
        )
    positions = x.positions(key.array)
    if not is_symbolic(positions) and positions.size:
        for extreme in (int(positions.array.min()), int(positions.array.max())):
            _inside(extreme, size, axis, x.shape)
    return positions


def _gather(x: Any, arrays: dict[int, Any], *, in_front: bool) -> Any:
    """Integer arrays on some axes: joined to one axis of flat positions, then taken."""
    axes = list(arrays)
    if in_front:
        others = [i for i in range(x.ndim) if i not in arrays]
        x = x.permute_dims((*axes, *others))
        axes = list(range(len(axes)))
    positions = list(arrays.values())
    if len(axes) == 1:
        return x.take(positions[0], axis=axes[0])
    first = axes[0]
    sizes = [x.shape[i] for i in axes]
    flat = None
    for size, given in zip(sizes, positions, strict=True):
        indices = given.astype("int64")
        indices = (indices < 0).where(indices + size, indices)
        flat = indices if flat is None else flat * size + indices
    joined = (*x.shape[:first], math.prod(sizes), *x.shape[first + len(axes) :])
    return x.reshape(joined).take(flat, axis=first)
