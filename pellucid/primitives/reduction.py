"""Reductions: many values of some axes become one; the axes stay, with size 1.

The largest or smallest of nothing does not exist and is an error; the sum of nothing is 0
and the product 1. Sums of uint8 are refused: they would wrap at 256. Several equal extremes
share the gradient equally; argmax and argmin give the first position.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.errors import ShapeError
from pellucid.primitives.attributes import check_axes, check_axis
from pellucid.primitives.base import INT64, NUMBERS, SUMMABLE, DType, Primitive, Shape
from pellucid.primitives.summation import running, total


@dataclass(frozen=True)
class Reduction(Primitive):
    """Several axes reduced to size 1. `axis`: counted from the front, in order, each once."""

    accepts: ClassVar[tuple[DType, ...]] = NUMBERS
    axis: tuple[int, ...]

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        check_axes(self, x)
        return tuple(1 if i in self.axis else n for i, n in enumerate(x))


class Sum(Reduction):
    """Sum over `axis`; 0 for empty axes."""

    accepts = SUMMABLE
    formula = "y = sum of x over axis"
    gradient_formula = "dx = dy, repeated along axis"

    def forward(self, xp: Any, x: Any) -> Any:
        return total(xp, x, self.axis)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy.broadcast_to(x.shape),)


class Extreme(Reduction):
    """The largest or smallest over `axis`; nan if any is. Ties share the gradient equally."""

    def shape(self, *shapes: Shape) -> Shape:
        y = super().shape(*shapes)
        refuse_empty(self.name, shapes[0], self.axis)
        return y

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        reached = (x == y).astype(x.dtype)
        share = dy / reached.sum(axis=self.axis, keepdims=True)
        return (share * reached,)


class Max(Extreme):
    """The largest over `axis`; nan if any is. Ties share the gradient equally."""

    formula = "y = max of x over axis"
    gradient_formula = "dx = dy [x = y] / number of x equal to y"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.max(x, axis=self.axis, keepdims=True)


class Min(Extreme):
    """The smallest over `axis`; nan if any is. Ties share the gradient equally."""

    formula = "y = min of x over axis"
    gradient_formula = "dx = dy [x = y] / number of x equal to y"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.min(x, axis=self.axis, keepdims=True)


class Prod(Reduction):
    """Product over `axis`; 1 for empty axes.

    The gradient is the product of all *other* elements, formed without a division, so that
    it is right, and differentiable again, where elements are 0.
    """

    accepts = SUMMABLE
    formula = "y = product of x over axis"
    gradient_formula = "dx = dy times the product of the other elements"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.prod(x, axis=self.axis, keepdims=True, dtype=x.dtype)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        count = math.prod(x.shape[i] for i in self.axis)
        if count < 2:
            return (dy.broadcast_to(x.shape),)
        kept = tuple(i for i in range(x.ndim) if i not in self.axis)
        order = kept + self.axis
        rows = x.permute_dims(order)
        flat = rows.reshape((*(x.shape[i] for i in kept), count))
        back = tuple(order.index(i) for i in range(x.ndim))
        return (dy * product_of_others(flat).reshape(rows.shape).permute_dims(back),)


@dataclass(frozen=True)
class ArgExtreme(Primitive):
    """The position of an extreme along one axis, kept with size 1; the first at a tie."""

    accepts = NUMBERS
    result = INT64
    gradient_formula = "none: a position is flat wherever it is continuous"
    axis: int

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        check_axis(self, x)
        refuse_empty(self.name, x, (self.axis,))
        return (*x[: self.axis], 1, *x[self.axis + 1 :])


class Argmax(ArgExtreme):
    """Position of the largest along `axis`; the first at a tie, the first nan if there is one."""

    formula = "y = the first i where x_i = max x"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.argmax(x, axis=self.axis, keepdims=True)


class Argmin(ArgExtreme):
    """Position of the smallest along `axis`; the first at a tie, the first nan if there is one."""

    formula = "y = the first i where x_i = min x"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.argmin(x, axis=self.axis, keepdims=True)


@dataclass(frozen=True)
class CumulativeSum(Primitive):
    """Running sum along one axis: each output is the sum of the inputs up to it."""

    formula = "y_i = x_0 + ... + x_i"
    gradient_formula = "dx_i = dy_i + dy_{i+1} + ... + dy_last"
    accepts = SUMMABLE
    axis: int

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        check_axis(self, x)
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return running(xp, x, self.axis)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        axis = self.axis
        return (dy.flip(axis=axis).cumulative_sum(axis=axis).flip(axis=axis),)


def refuse_empty(name: str, shape: Shape, axes: tuple[int, ...]) -> None:
    """Raise where one of the axes has no elements to choose from."""
    for axis in axes:
        if shape[axis] == 0:
            raise ShapeError(
                f"{name}: axis {axis} of shape {shape} is empty. "
                "Nothing has no largest or smallest element."
            )


def product_of_others(x: Any) -> Any:
    """For each element of the last axis, at least two, the product of all others there.

    Pairs of neighbours are multiplied until one product is left; going back down, each
    element takes what its pair got times its partner: O(n) products, no division.
    """
    levels = []
    rows = x.shape[:-1]
    while x.shape[-1] > 1:
        padding = ((0, 0),) * len(rows) + ((0, x.shape[-1] % 2),)
        padded = x.pad(padding, value=1.0)
        even = padded[..., 0::2]
        odd = padded[..., 1::2]
        levels.append((even, odd, x.shape[-1]))
        x = even * odd
    others = 1.0
    for even, odd, count in reversed(levels):
        left = others * odd
        right = others * even
        pairs = _beside_zeros(left, (0, 1)) + _beside_zeros(right, (1, 0))
        others = pairs.reshape((*rows, 2 * even.shape[-1]))[..., :count]
    return others


def _beside_zeros(x: Any, zeros: tuple[int, int]) -> Any:
    """Each element with so many zeros before and after it, along a new last axis."""
    column = x.reshape((*x.shape, 1))
    return column.pad(((0, 0),) * x.ndim + (zeros,))
