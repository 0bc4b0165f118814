"""Movement: the same elements in another arrangement, without arithmetic."""

import math
from dataclasses import dataclass
from typing import Any

from pellucid.errors import DTypeError, ShapeError
from pellucid.primitives.attributes import check_axes, check_axis
from pellucid.primitives.base import DType, Primitive, Shape, broadcast, holds


@dataclass(frozen=True)
class Reshape(Primitive):
    """The same elements in row-major order under another shape. Nothing is enlarged or moved."""

    formula = "y = the elements of x in the same order, seen with shape to"
    gradient_formula = "dx = dy, seen with the shape of x"
    to: Shape

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        if math.prod(x) != math.prod(self.to) or any(n < 0 for n in self.to):
            raise ShapeError(
                f"reshape: shape {x} holds {math.prod(x)} elements, {self.to} would hold "
                f"{math.prod(self.to)}. A reshape keeps every element and adds none."
            )
        return self.to

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.reshape(x, self.to)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy.reshape(x.shape),)


@dataclass(frozen=True)
class PermuteDims(Primitive):
    """The axes in another order: axis i of y is axis `axes[i]` of x."""

    formula = "y[i_axes] = x[i]"
    gradient_formula = "dx = dy with the axes put back"
    axes: tuple[int, ...]

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        if sorted(self.axes) != list(range(len(x))):
            raise ShapeError(
                f"permute_dims: axes {self.axes} for shape {x}. "
                f"Each of 0 to {len(x) - 1} must stand exactly once."
            )
        return tuple(x[i] for i in self.axes)

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.permute_dims(x, self.axes)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy.permute_dims(tuple(self.axes.index(i) for i in range(len(self.axes)))),)


@dataclass(frozen=True)
class BroadcastTo(Primitive):
    """Axes of size 1, and new axes in front, repeated to the shape `to`."""

    formula = "y = x, repeated along axes of size 1"
    gradient_formula = "dx = sum of dy over the repeated axes"
    to: Shape

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        if min(self.to, default=0) < 0 or broadcast(self.name, (x, self.to)) != self.to:
            raise ShapeError(
                f"broadcast_to: shape {x} does not broadcast to {self.to}. "
                "From the right, each size must equal the wanted one or be 1; none is negative."
            )
        return self.to

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.broadcast_to(x, self.to)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy,)


@dataclass(frozen=True)
class Slice(Primitive):
    """Every `step`-th element from `start` on, `count` of them, on every axis."""

    formula = "y[i] = x[start + i step]"
    gradient_formula = "dx = dy put back in its places, 0 elsewhere"
    start: tuple[int, ...]
    count: tuple[int, ...]
    step: tuple[int, ...]

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        if not self._fits(x):
            raise ShapeError(
                f"slice: start {self.start}, count {self.count}, step {self.step} for shape {x}. "
                "One of each per axis, and the last element taken lies inside."
            )
        return self.count

    def _fits(self, shape: Shape) -> bool:
        if not len(shape) == len(self.start) == len(self.count) == len(self.step):
            return False
        rows = zip(shape, self.start, self.count, self.step, strict=True)
        return all(_lies_inside(*row) for row in rows)

    def forward(self, xp: Any, x: Any) -> Any:
        rows = zip(self.start, self.count, self.step, strict=True)
        return x[tuple(slice(a, a + n * s, s) for a, n, s in rows)]

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        widths = []
        rows = zip(x.shape, self.start, self.count, self.step, strict=True)
        for n, a, count, step in rows:
            end = a + (count - 1) * step + 1 if count else a
            widths.append((a, n - end))
        interior = tuple(step - 1 for step in self.step)
        return (dy.pad(tuple(widths), interior=interior),)


def _lies_inside(size: int, start: int, count: int, step: int) -> bool:
    """Whether elements of an axis of this size are taken, none of them beyond its end."""
    if start < 0 or count < 0 or step < 1:
        return False
    return start + (count - 1) * step < size if count else start <= size


@dataclass(frozen=True)
class Pad(Primitive):
    """`value` put before, after and, `interior` of them, between the elements of each axis."""

    formula = "y[before + i (interior + 1)] = x[i], and value elsewhere"
    gradient_formula = "dx = dy at the places of x"
    before: tuple[int, ...]
    after: tuple[int, ...]
    interior: tuple[int, ...]
    value: float

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        widths = (self.before, self.after, self.interior)
        if any(len(each) != len(x) or min(each, default=0) < 0 for each in widths):
            raise ShapeError(
                f"pad: widths before {self.before}, after {self.after}, interior "
                f"{self.interior} for shape {x}. One width per axis, none negative."
            )
        rows = zip(x, self.before, self.after, self.interior, strict=True)
        return tuple(a + n + max(n - 1, 0) * inside + z for n, a, z, inside in rows)

    def dtype(self, *dtypes: DType) -> DType:
        (x,) = dtypes
        if not holds(x, self.value):
            raise DTypeError(f"pad: value {self.value} for {x}. It must be a number of that kind.")
        return super().dtype(x)

    def forward(self, xp: Any, x: Any) -> Any:
        y = xp.full(self.shape(x.shape), self.value, dtype=x.dtype)
        y[self._places(x.shape)] = x
        return y

    def _places(self, shape: Shape) -> tuple[slice, ...]:
        """Where the elements of x lie in y."""
        places = []
        for n, first, inside in zip(shape, self.before, self.interior, strict=True):
            step = inside + 1
            end = first + (n - 1) * step + 1 if n else first
            places.append(slice(first, end, step))
        return tuple(places)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy[self._places(x.shape)],)


@dataclass(frozen=True)
class Flip(Primitive):
    """The elements in reverse order along each of `axis`."""

    formula = "y[i] = x[n - 1 - i] along axis"
    gradient_formula = "dx = dy, flipped along the same axes"
    axis: tuple[int, ...]

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        check_axes(self, x)
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.flip(x, axis=self.axis)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy.flip(axis=self.axis),)


@dataclass(frozen=True)
class Concat(Primitive):
    """Arrays one after the other along an axis that they already have."""

    formula = "y = x_0, then x_1, ... along axis"
    gradient_formula = "dx_k = the part of dy that x_k filled"
    axis: int

    def shape(self, *shapes: Shape) -> Shape:
        if not shapes:
            raise ShapeError("concat: no arrays. It takes at least one.")
        first = shapes[0]
        check_axis(self, first)
        for other in shapes[1:]:
            rest = [s[: self.axis] + s[self.axis + 1 :] for s in (first, other)]
            if rest[0] != rest[1] or len(first) != len(other):
                raise ShapeError(
                    f"concat: shapes {first} and {other} along axis {self.axis}. "
                    "All other axes must have equal sizes, and be equally many."
                )
        total = sum(s[self.axis] for s in shapes)
        return (*first[: self.axis], total, *first[self.axis + 1 :])

    def forward(self, xp: Any, *inputs: Any) -> Any:
        return xp.concat(inputs, axis=self.axis)

    def backward(self, dy: Any, y: Any, *inputs: Any) -> tuple[Any, ...]:
        parts = []
        start = 0
        for x in inputs:
            end = start + x.shape[self.axis]
            parts.append(dy[(slice(None),) * self.axis + (slice(start, end),)])
            start = end
        return tuple(parts)
