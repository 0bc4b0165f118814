"""Indexing by arrays of positions: gather, the scatter that is its transpose, checked ids."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, PositionError, ShapeError
from pellucid.primitives.attributes import check_axis
from pellucid.primitives.base import (
    FLOAT32,
    FLOAT64,
    FLOATS,
    INT32,
    INT64,
    INTEGERS,
    NUMBERS,
    UINT8,
    DType,
    Primitive,
    Shape,
    accept,
)
from pellucid.primitives.summation import LONG, scattered

_POSITIONS = (UINT8, INT32, INT64)


@dataclass(frozen=True)
class Take(Primitive):
    """The slices of x at the given positions of one axis; negative ones count from the end."""

    formula = "y[.., i, ..] = x[.., indices[i], ..]"
    gradient_formula = "dx = sum of the dy whose index points at each place"
    axis: int

    def shape(self, *shapes: Shape) -> Shape:
        x, indices = shapes
        check_axis(self, x)
        return (*x[: self.axis], *indices, *x[self.axis + 1 :])

    def dtype(self, *dtypes: DType) -> DType:
        x, indices = dtypes
        _accept_positions(self.name, indices)
        accept(self, x)
        return x

    def forward(self, xp: Any, x: Any, indices: Any) -> Any:
        if 0 in x.shape:
            _check_alone(self.name, indices, x.shape[self.axis])
        try:
            return xp.take(x, indices, axis=self.axis)
        except IndexError:
            raise outside(self.name, x.shape[self.axis], indices) from None

    def backward(self, dy: Any, y: Any, x: Any, indices: Any) -> tuple[Any, ...]:
        return dy.scatter_add(indices, axis=self.axis, size=x.shape[self.axis]), None


@dataclass(frozen=True)
class ScatterAdd(Primitive):
    """Slices of x added up at the given positions of an axis of `size` zeros.

    The axes of `indices` stand in x from `axis` on. In which order numbers are added at one
    place follows from the indices alone.
    """

    formula = "y[.., j, ..] = sum of x[.., i, ..] over the i where indices[i] = j"
    gradient_formula = "dx[.., i, ..] = dy[.., indices[i], ..]"
    accepts = NUMBERS
    axis: int
    size: int

    def shape(self, *shapes: Shape) -> Shape:
        x, indices = shapes
        end = self.axis + len(indices)
        if self.axis < 0 or self.size < 0 or end > len(x) or x[self.axis : end] != indices:
            raise ShapeError(
                f"scatter_add: indices of shape {indices} for values of shape {x} at axis "
                f"{self.axis} of size {self.size}. The shape of the indices must stand there in "
                "the values; neither number is negative."
            )
        return (*x[: self.axis], self.size, *x[end:])

    def dtype(self, *dtypes: DType) -> DType:
        x, indices = dtypes
        _accept_positions(self.name, indices)
        accept(self, x)
        return x

    def forward(self, xp: Any, x: Any, indices: Any) -> Any:
        y = np.zeros(self.shape(x.shape, indices.shape), dtype=x.dtype)
        if 0 in (*x.shape, self.size):
            _check_alone(self.name, indices, self.size)
        try:
            if indices.size > LONG and x.dtype in FLOATS:
                return self._long(y, x, indices)
            np.add.at(y, (slice(None),) * self.axis + (indices,), x)
        except IndexError:
            raise outside(self.name, self.size, indices) from None
        return y

    def _long(self, y: Any, x: Any, indices: Any) -> Any:
        """Add x where the indices say, if many numbers may meet in one place."""
        places = np.arange(self.size)[indices]  # negative ones counted from the end
        where = (slice(None),) * self.axis + (places,)
        most = int(np.bincount(places.reshape(-1)).max())
        if most <= LONG:
            np.add.at(y, where, x)
        elif x.dtype == FLOAT32:
            wide = np.zeros(y.shape, FLOAT64)
            np.add.at(wide, where, x.astype(FLOAT64))
            y = wide.astype(FLOAT32)
        else:
            before = math.prod(y.shape[: self.axis])
            after = math.prod(y.shape[self.axis + 1 :])
            places, sums = scattered(x.reshape(before, -1, after), places.reshape(-1))
            y.reshape(before, self.size, after)[:, places] += sums
        return y

    def backward(self, dy: Any, y: Any, x: Any, indices: Any) -> tuple[Any, ...]:
        return dy.take(indices, axis=self.axis), None


@dataclass(frozen=True)
class CheckedIds(Primitive):
    """Ids as they are, once it is sure that each is one of 0 to count - 1."""

    formula = "y = x, where 0 <= x < count; else an error"
    gradient_formula = "none: integers"
    accepts = INTEGERS
    count: int

    def shape(self, *shapes: Shape) -> Shape:
        if self.count < 0:
            raise ShapeError(f"{self.name}: a count of {self.count}. It is not negative.")
        return shapes[0]

    def forward(self, xp: Any, x: Any) -> Any:
        wrong = (x < 0) | (x >= self.count)
        if wrong.any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise unknown(int(x[place]), place, self.count)
        return x


def unknown(wrong: int, place: Shape, count: int) -> PositionError:
    """The error for an id that is none of 0 to count - 1, and where it stands."""
    return PositionError(
        f"id {wrong} at {place}, and there are {count}. Ids lie between 0 and {count - 1}: "
        "count from 0."
    )


def outside(where: str, size: int, indices: Any) -> PositionError:
    """The error for the first of some indices that leaves its axis, of the given size."""
    wrong = indices[(indices < -size) | (indices >= size)].flat[0]
    return PositionError(
        f"{where}: index {wrong} outside an axis of size {size}. "
        f"Positions go from {-size} to {size - 1}: check the indices before the call."
    )


def _check_alone(name: str, indices: Any, size: int) -> None:
    """Check every index where nothing is moved: NumPy does so for some shapes alone."""
    if indices.size and not (-size <= indices.min() and indices.max() < size):
        raise outside(name, size, indices)


def _accept_positions(name: str, dtype: DType) -> None:
    """Raise unless the dtype can count positions."""
    if dtype not in _POSITIONS:
        raise DTypeError(
            f"{name}: indices of dtype {dtype}. Positions are integers: use astype('int64')."
        )
