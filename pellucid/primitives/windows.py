"""Windows: neighbouring elements side by side on axes of their own, and the sum back.

Each of the two is the gradient of the other, so both can be differentiated for ever.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from pellucid.errors import ShapeError
from pellucid.primitives.attributes import check_axes
from pellucid.primitives.base import SUMMABLE, Primitive, Shape
from pellucid.primitives.summation import LONG, Pairwise

# Windows of up to so many elements are copied: NumPy then works along the positions of the
# windows instead of inside each, and the largest of 2 x 2 takes 3 ms instead of 42.
_COPIED = 64


@dataclass(frozen=True)
class Windows(Primitive):
    """The windows along some axes: their positions stay there, their elements come last.

    `axis`: the axes, counted from the front, in order. For each of them, windows of `size`
    elements, `dilation` apart, begin every `stride` elements, as long as one fits.
    """

    formula = "y[.. i .., k] = x[.. i stride + k dilation ..]"
    gradient_formula = "dx = overlap_add of dy"
    axis: tuple[int, ...]
    size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        check_numbers(self, x, (self.size, self.stride, self.dilation))
        y = list(x)
        rows = zip(
            self.axis,
            self.size,
            self.stride,
            self.dilation,
            strict=True,
        )
        for axis, size, stride, dilation in rows:
            span = (size - 1) * dilation + 1
            if x[axis] < span:
                raise ShapeError(
                    f"{self.name}: axis {axis} of shape {x} with windows of {size}, {dilation} "
                    f"apart. One window needs {span} places: take a smaller one, or pad."
                )
            y[axis] = (x[axis] - span) // stride + 1
        return (*y, *self.size)

    def forward(self, xp: Any, x: Any) -> Any:
        y = self.view(x)
        if math.prod(self.size) > _COPIED:
            return y
        elements_first = (*range(x.ndim, y.ndim), *range(x.ndim))
        back = (*range(len(self.axis), y.ndim), *range(len(self.axis)))
        return np.ascontiguousarray(y.transpose(elements_first)).transpose(back)

    def view(self, x: Any) -> Any:
        """The windows of a NumPy array without a copy: each element stands in several."""
        strides = list(x.strides)
        # Steps beyond the axis lead nowhere: they are cut, as NumPy's must be 64-bit numbers.
        for axis, stride in zip(self.axis, self.stride, strict=True):
            strides[axis] *= min(stride, x.shape[axis])
        rows = zip(self.axis, self.dilation, strict=True)
        inside = [x.strides[a] * min(d, x.shape[a]) for a, d in rows]
        return as_strided(x, self.shape(x.shape), (*strides, *inside), writeable=False)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        to = tuple(x.shape[axis] for axis in self.axis)
        return (dy.apply(OverlapAdd(self.axis, to, self.stride, self.dilation)),)


@dataclass(frozen=True)
class OverlapAdd(Primitive):
    """Windows put back in place along `axis`, of sizes `to`; where they overlap, they add up.

    The elements of the windows are the last axes of x. Places in no window are 0.
    """

    formula = "y[.. j ..] = sum of x[.. i .., k] over i stride + k dilation = j"
    gradient_formula = "dx = windows of dy"
    accepts = SUMMABLE
    axis: tuple[int, ...]
    to: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]

    def windows(self, x: Shape) -> Windows:
        """The windows that this puts back, for an input of shape x."""
        size = x[len(x) - len(self.axis) :]
        return Windows(self.axis, size, self.stride, self.dilation)

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        y = list(x[: len(x) - len(self.axis)])
        check_numbers(self, tuple(y), (self.to, self.stride, self.dilation))
        for axis, size in zip(self.axis, self.to, strict=True):
            y[axis] = size
        if self.windows(x).shape(tuple(y)) != x:
            raise ShapeError(
                f"overlap_add: windows of shape {x} for sizes {self.to} of axes {self.axis}. An "
                f"array of shape {tuple(y)} has windows {self.windows(x).shape(tuple(y))}."
            )
        return tuple(y)

    def forward(self, xp: Any, x: Any) -> Any:
        y = np.zeros(self.shape(x.shape), x.dtype)
        sums = Pairwise()
        for number, (element, places) in enumerate(self._elements(x.shape), 1):
            y[places] += x[(..., *element)]
            if number % LONG == 0:
                sums.add(y)
                y = np.zeros(y.shape, y.dtype)
        sums.add(y)
        return sums.total()

    def _elements(self, x: Shape) -> Iterator[tuple[Shape, tuple[slice, ...]]]:
        """For each element of a window, where those of all windows lie in y."""
        for element in itertools.product(*map(range, x[len(x) - len(self.axis) :])):
            places = [slice(None)] * (len(x) - len(self.axis))
            rows = zip(self.axis, element, self.stride, self.dilation, strict=True)
            for axis, k, stride, dilation in rows:
                start = k * dilation
                places[axis] = slice(start, start + (x[axis] - 1) * stride + 1, stride)
            yield element, tuple(places)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy.apply(self.windows(x.shape)),)


def check_numbers(primitive: Any, x: Shape, attributes: tuple[Shape, ...]) -> None:
    """Raise unless the axes are there, and each has its numbers from 1 on."""
    check_axes(primitive, x)
    count = len(primitive.axis)
    if any(len(a) != count or min(a, default=1) < 1 for a in attributes):
        raise ShapeError(
            f"{primitive} for shape {x}. Every axis has one number from 1 on of every kind."
        )
