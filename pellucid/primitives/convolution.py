"""Convolution: the same weights at every position of the last axes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as every
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.primitives.base import SUMMABLE, Primitive, Shape
from pellucid.primitives.contraction import product
from pellucid.primitives.summation import Pairwise
from pellucid.primitives.windows import Windows
from pellucid.sizes import ceil_div

# Windows are laid out a piece at a time, of so many bytes: what stays in the cache.
_PIECE = 1 << 20


@dataclass(frozen=True)
class Convolution(Primitive):
    """Cross-correlation over any number of axes: the kernel is not flipped.

    Shapes: x (batch, group, in, *sizes), w (group, out, in, *kernel)
    -> y (batch, group, out, *counts).

    `stride`: the step of the kernel over x. `before`, `after`: places of zeros around x;
    negative ones cut off. `x_dilation`, `w_dilation`: the distance of neighbouring elements,
    with zeros between. With both dilations each gradient is a convolution again.

    The zeros between elements of x meet no weight where that can be (`phases`): three of four
    products would be with them where a step of 2 along two axes is gone back.
    """

    formula = "y[b, g, o, i] = sum over c, k of w[g, o, c, k] x[b, g, c, i stride + k - before]"
    gradient_formula = "dx = dy * flipped w,  dw = x * dy over the batch; strides become dilations"
    accepts = SUMMABLE
    stride: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    x_dilation: tuple[int, ...]
    w_dilation: tuple[int, ...]

    def shape(self, *shapes: Shape) -> Shape:
        x, w = shapes
        self._check(x, w)
        counts = []
        rows = zip(self.room(x), self.span(w), self.stride, strict=True)
        for axis, (room, span, stride) in enumerate(rows):
            if room < span:
                raise ShapeError(
                    f"convolution: x {x} and w {w}. Axis {axis} of the sizes has {room} places, "
                    f"the kernel needs {span}: pad, or take a smaller kernel."
                )
            counts.append((room - span) // stride + 1)
        return (x[0], x[1], w[1], *counts)

    def _check(self, x: Shape, w: Shape) -> None:
        axes = len(self.stride)
        numbers = (self.stride, self.x_dilation, self.w_dilation)
        if (
            any(len(a) != axes or min(a, default=1) < 1 for a in numbers)
            or len(self.before) != axes
            or len(self.after) != axes
            or len(x) != axes + 3
            or len(w) != axes + 3
            or min((*x[3:], *w[3:]), default=1) < 1
        ):
            raise ShapeError(
                f"{self}: x {x}, w {w}. x is (batch, group, in, *sizes), w (group, out, in, "
                "*kernel); no size is 0; every attribute has one number per size, strides and "
                "dilations from 1 on."
            )
        if (x[1], x[2]) != (w[0], w[2]):
            raise ShapeError(
                f"convolution: x {x} with {x[1]} groups of {x[2]} channels, w {w} for {w[0]} "
                f"groups of {w[2]}. They must agree."
            )

    def room(self, x: Shape) -> Shape:
        """The places along each axis of x: dilated, and padded or cut."""
        sizes = _dilated(x[3:], self.x_dilation)
        return tuple(a + n + z for n, a, z in zip(sizes, self.before, self.after, strict=True))

    def span(self, w: Shape) -> Shape:
        """How far the kernel reaches along each axis."""
        return _dilated(w[3:], self.w_dilation)

    def forward(self, xp: Any, x: Any, w: Any) -> Any:
        y = self.shape(x.shape, w.shape)
        if 0 in (*x.shape, *w.shape):
            return np.zeros(y, x.dtype)
        if any(self._has_phases()):
            return self._by_phases(x, w, y)
        if math.prod(y[3:]) < math.prod(w.shape[3:]):
            return self._by_channels(x, w, y)
        return self._by_samples(x, w, y)

    # ---- where x is dilated ------------------------------------------------------------------

    def _has_phases(self) -> list[bool]:
        """Along which axes x is dilated so that results see every so-many-th tap alone."""
        rows = zip(self.x_dilation, self.stride, self.w_dilation, strict=True)
        return [x > 1 and stride == 1 and w == 1 for x, stride, w in rows]

    def phases(self, x: Shape, w: Shape) -> "tuple[ConvolutionPhase, ...]":
        """The results apart by which taps of the kernel meet elements of x, not zeros between.

        Along an axis where x is dilated by d, these are the taps from (before - i) mod d on, each
        d-th: the same for results i that lie d apart. Each set of results is a convolution of x
        as it is; all have equally many, the last of which may lie outside. Empty: no axis is so.

        Source: W. Shi and others, "Is the deconvolution layer the same as a convolutional
        layer?", 2016, arXiv:1609.07009.
        """
        split = self._has_phases()
        if not any(split):
            return ()
        counts = self.shape(x, w)[3:]
        choices = []
        for axis, taps in enumerate(w[3:]):
            if split[axis]:
                choices.append([*self._along(axis, x[3 + axis], counts[axis], taps)])
            else:
                whole = _Part(0, slice(None), self.before[axis], self.after[axis], taps)
                choices.append([whole])
        pairs = list(zip(split, self.x_dilation, strict=True))
        apart = tuple(d if is_split else 1 for is_split, d in pairs)
        dilation = tuple(1 if is_split else d for is_split, d in pairs)
        return tuple(self._phase(parts, apart, dilation) for parts in every(*choices))

    def _along(self, axis: int, size: int, count: int, taps: int) -> "Iterator[_Part]":
        """The phases along an axis."""
        apart = self.x_dilation[axis]
        results = ceil_div(count, apart)
        for first in range(apart):
            tap = (self.before[axis] - first) % apart
            met = max(0, ceil_div(taps - tap, apart))
            before = (self.before[axis] - first - tap) // apart
            after = results - 1 + met - size - before
            yield _Part(first, slice(tap, None, apart), before, after, met)

    def _phase(
        self, parts: "tuple[_Part, ...]", apart: Shape, dilation: Shape
    ) -> "ConvolutionPhase":
        firsts = tuple(part.first for part in parts)
        taps = tuple(part.taps for part in parts)
        before = tuple(part.before for part in parts)
        after = tuple(part.after for part in parts)
        is_empty = any(part.met == 0 for part in parts)
        rule = Convolution(self.stride, before, after, dilation, self.w_dilation)
        return ConvolutionPhase(firsts, apart, taps, None if is_empty else rule)

    def _by_phases(self, x: Any, w: Any, shape: Shape) -> Any:
        """Each set of results by itself, put where it belongs."""
        y: Any = np.zeros(shape, x.dtype)
        for phase in self.phases(x.shape, w.shape):
            if phase.rule is not None:
                places = zip(phase.firsts, phase.apart, strict=True)
                part = y[(..., *(slice(first, None, step) for first, step in places))]
                found = phase.rule.forward(np, x, w[(..., *phase.taps)])
                part[...] = found[tuple(map(slice, part.shape))]
        return y

    # ---- windows as columns ------------------------------------------------------------------

    def _by_samples(self, x: Any, w: Any, shape: Shape) -> Any:
        """A few samples at a time: w times their windows, laid out as columns."""
        batch, group, out, *counts = shape
        lines = math.prod(w.shape[2:])
        places = math.prod(counts)
        axes = len(counts)
        y = np.empty((batch, group, out, places), x.dtype)
        matrix = np.reshape(w, (group, out, lines))
        step = min(batch, max(1, _PIECE // (group * lines * places * x.itemsize)))
        columns = np.empty((step, group, *w.shape[2:], *counts), x.dtype)
        spread = np.zeros((step, *x.shape[1:3], *self.room(x.shape)), x.dtype)
        order = (0, 1, 2, *range(3 + axes, 3 + 2 * axes), *range(3, 3 + axes))
        for first in range(0, batch, step):
            part = x[first : first + step]
            count = len(part)
            windows = self._windows(part, w.shape, spread[:count])
            np.copyto(columns[:count], windows.transpose(order))
            rows = columns[:count].reshape(count, group, lines, places)
            product(matrix, rows, out=y[first : first + count])
        return y.reshape(shape)

    def _by_channels(self, x: Any, w: Any, shape: Shape) -> Any:
        """A few channels at a time, summed: for kernels with more elements than positions."""
        batch, group, out, *counts = shape
        elements = math.prod(w.shape[3:])
        columns = batch * math.prod(counts)
        axes = len(counts)
        y = Pairwise()
        step = max(1, _PIECE // (group * elements * columns * x.itemsize))
        step = min(x.shape[2], step)
        lines = np.empty((group, batch, *counts, step, *w.shape[3:]), x.dtype)
        spread = np.zeros((batch, group, step, *self.room(x.shape)), x.dtype)
        order = (1, 0, *range(3, 3 + axes), 2, *range(3 + axes, 3 + 2 * axes))
        for first in range(0, x.shape[2], step):
            part = x[:, :, first : first + step]
            count = part.shape[2]
            windows = self._windows(part, w.shape, spread[:, :, :count])
            rest = lines if count == step else lines[(slice(None),) * (2 + axes) + (slice(count),)]
            np.copyto(rest, windows.transpose(order))
            kernels = np.reshape(w[:, :, first : first + count], (group, out, -1))
            y.add(product(kernels, rest.reshape(group, columns, -1).mT))
        return (
            y.total().reshape(group, out, batch, *counts).transpose(2, 0, 1, *range(3, len(shape)))
        )

    def _windows(self, x: Any, w: Shape, spread: Any) -> Any:
        """The windows of a part of x: (batch, group, in, *counts, *kernel).

        `spread`: zeros, where x is to be dilated and padded; what is there of x is written over.
        """
        places: list[slice] = []
        kept: list[slice] = []
        rows = zip(
            x.shape[3:],
            self.before,
            self.x_dilation,
            spread.shape[3:],
            strict=True,
        )
        for n, before, dilation, size in rows:
            first = max(0, -(before // dilation))
            end = max(first, min(n, (size - 1 - before) // dilation + 1))
            kept.append(slice(first, end))
            places.append(slice(before + first * dilation, before + end * dilation, dilation))
        inside = x[(..., *kept)]
        if inside.shape != spread.shape:
            if inside.size:
                spread[(..., *places)] = inside
            inside = spread
        axes = tuple(range(3, x.ndim))
        return Windows(axes, w[3:], self.stride, self.w_dilation).view(inside)

    def backward(self, dy: Any, y: Any, x: Any, w: Any) -> tuple[Any, ...]:
        return self._by_x(dy, x, w), self._by_w(dy, x, w)

    def _by_x(self, dy: Any, x: Any, w: Any) -> Any:
        """Each dy given back through the flipped kernel, out and in channels swapped."""
        axes = tuple(range(3, x.ndim))
        flipped = w.permute_dims((0, 2, 1, *axes)).flip(axis=axes)
        reached = _dilated(dy.shape[3:], self.stride)
        sizes = _dilated(x.shape[3:], self.x_dilation)
        before = tuple(f - 1 - a for f, a in zip(self.span(w.shape), self.before, strict=True))
        after = tuple(n + a - r for n, a, r in zip(sizes, self.before, reached, strict=True))
        rule = Convolution(self.x_dilation, before, after, self.stride, self.w_dilation)
        return dy.apply(rule, flipped)

    def _by_w(self, dy: Any, x: Any, w: Any) -> Any:
        """x with dy as its kernel, samples in the place of channels."""
        axes = tuple(range(3, x.ndim))
        reached = _dilated(dy.shape[3:], self.stride)
        sizes = _dilated(x.shape[3:], self.x_dilation)
        rows = zip(
            self.span(w.shape),
            reached,
            sizes,
            self.before,
            strict=True,
        )
        after = tuple(f - 1 + r - n - a for f, r, n, a in rows)
        rule = Convolution(self.w_dilation, self.before, after, self.x_dilation, self.stride)
        samples = x.permute_dims((2, 1, 0, *axes))
        dw = samples.apply(rule, dy.permute_dims((1, 2, 0, *axes)))
        return dw.permute_dims((1, 2, 0, *axes))


@dataclass(frozen=True)
class ConvolutionPhase:
    """Results from `firsts` on, `apart` from each other along each axis, that meet the same taps.

    `rule` gives them of x and of w at `taps`; None where no tap meets an element: they are 0.
    """

    firsts: Shape
    apart: Shape
    taps: tuple[slice, ...]
    rule: Convolution | None


@dataclass(frozen=True)
class _Part:
    """What a phase is along one axis; `met`: how many taps."""

    first: int
    taps: slice
    before: int
    after: int
    met: int


def _dilated(sizes: Shape, dilation: Shape) -> Shape:
    """How far sizes reach with their elements so far apart."""
    return tuple((n - 1) * d + 1 for n, d in zip(sizes, dilation, strict=True))
