"""Padding, joining and overlapping sums, plane by plane: threads share the planes.

is_of_planes    whether a node is computed so
plane_units     how many planes there are
emit_planes     the code for some of them

The axes along which nothing is padded, or no windows lie, or those before the axis along which
arrays are joined, count the planes; the others are a plane. It is filled first, unless every
place gets an element, and then each element comes to its place, in an order that does not
depend on threads.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir

from pellucid import primitives as p
from pellucid.executors.native.counting import counted
from pellucid.executors.native.frame import Frame
from pellucid.executors.native.lanes import Lanes
from pellucid.executors.native.views import View, row_major
from pellucid.graph import Node, Shape
from pellucid.primitives.base import DType

I64 = ir.IntType(64)


@dataclass(frozen=True)
class _Walk:
    """Axes to go over: their sizes, and how far each step of one is in y and in x."""

    sizes: Shape
    y: Shape
    x: Shape

    def joined(self) -> "_Walk":
        """The same walk, with axes that have no gaps between them as one."""
        sizes, in_y, in_x = (list(part) for part in (self.sizes, self.y, self.x))
        for i in range(len(sizes) - 1, 0, -1):
            if in_y[i - 1] == sizes[i] * in_y[i] and in_x[i - 1] == sizes[i] * in_x[i]:
                sizes[i - 1 : i + 1] = [sizes[i - 1] * sizes[i]]
                in_y[i - 1 : i + 1], in_x[i - 1 : i + 1] = [in_y[i]], [in_x[i]]
        return _Walk(tuple(sizes), tuple(in_y), tuple(in_x))

    def chosen(self, axes: Sequence[int]) -> "_Walk":
        """The walk over some of the axes."""
        return _Walk(*(tuple(part[i] for i in axes) for part in (self.sizes, self.y, self.x)))


def is_of_planes(node: Node) -> bool:
    """Whether a node is computed plane by plane."""
    return isinstance(node.primitive, p.Pad | p.OverlapAdd | p.Concat)


def plane_units(node: Node) -> int:
    """How many planes there are."""
    return math.prod(node.output.shape[i] for i in _counting(node))


def _counting(node: Node) -> list[int]:
    """The axes that count the planes."""
    primitive, axes = node.primitive, range(len(node.output.shape))
    if isinstance(primitive, p.OverlapAdd):
        return [i for i in axes if i not in primitive.axis]
    if isinstance(primitive, p.Concat):
        return list(range(primitive.axis))
    widths = (primitive.before, primitive.after, primitive.interior)
    return [i for i in axes if not any(width[i] for width in widths)]


def emit_planes(frame: Frame, node: Node) -> None:
    """The code for the planes from `begin` to `end`."""
    strides = row_major(node.output.shape)
    counting = _counting(node)
    plane = [i for i in range(len(strides)) if i not in counting]
    with counted(frame.builder, frame.begin, frame.end) as unit:
        if isinstance(node.primitive, p.Concat):
            _join(frame, node, unit, strides)
            return
        x = frame.views[node.inputs[0]]
        planes = _Walk(node.output.shape, strides, x.strides[: len(strides)]).chosen(counting)
        start = _split(frame, unit, planes, (I64(0), I64(x.offset)))
        sizes = tuple(node.output.shape[i] for i in plane)
        _fill(
            frame, node, start[0], _Walk(sizes, tuple(strides[i] for i in plane), (0,) * len(plane))
        )
        if isinstance(node.primitive, p.Pad):
            _put(frame, node, start, plane, strides)
        else:
            _add(frame, node, start, strides)


def _split(frame: Frame, unit: ir.Value, walk: _Walk, start: tuple[Any, Any]) -> tuple[Any, Any]:
    """Where plane `unit` begins in y and in x."""
    b, (y, x) = frame.builder, start
    rows = list(zip(walk.sizes, walk.y, walk.x, strict=True))
    for n, in_y, in_x in reversed(rows):
        index = b.urem(unit, I64(n))
        unit = b.udiv(unit, I64(n))
        y, x = b.add(y, b.mul(index, I64(in_y))), b.add(x, b.mul(index, I64(in_x)))
    return y, x


@contextmanager
def _over(frame: Frame, walk: _Walk, start: tuple[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Loops over all axes of a walk, last axis fastest; the places in y and in x."""
    b, (y, x) = frame.builder, start
    loops = []
    for n, in_y, in_x in zip(walk.sizes, walk.y, walk.x, strict=True):
        loops.append(counted(b, I64(0), I64(n)))
        index = loops[-1].__enter__()
        y, x = b.add(y, b.mul(index, I64(in_y))), b.add(x, b.mul(index, I64(in_x)))
    yield y, x
    for loop in reversed(loops):
        loop.__exit__(None, None, None)


def _fill(frame: Frame, node: Node, start: ir.Value, plane: _Walk) -> None:
    """A plane full of one number."""
    output = node.output
    number = node.primitive.value if isinstance(node.primitive, p.Pad) else 0
    with np.errstate(over="ignore"):  # a number beyond float32 is inf
        value = Lanes.constant(frame.builder, output.dtype.type(number), output.dtype)

    def fill(y: ir.Value, at: ir.Value, width: int) -> None:
        del at
        frame.store(output, y, value.splat(width))

    _each(frame, output.dtype, plane.joined(), (start, I64(0)), fill)


def _copied(frame: Frame, node: Node, x: View, walk: _Walk, start: tuple[Any, Any]) -> None:
    """The elements of x on a walk, each to its place in y; some of them to many places."""
    walk = walk.joined()
    along = walk.x[-1] if walk.x else 0

    def copy(y: ir.Value, at: ir.Value, width: int) -> None:
        frame.store(node.output, y, frame.load(x.base, at, width, along))

    _each(frame, node.output.dtype, walk, start, copy)


def _each(
    frame: Frame,
    dtype: DType,
    walk: _Walk,
    start: tuple[Any, Any],
    body: Callable[[Any, Any, int], None],
) -> None:
    """`body(y, x, width)` for all places of a joined walk.

    In vectors where places in y lie side by side along the last axis, and those in x do too,
    or are one and the same.
    """
    b = frame.builder
    if not walk.sizes or walk.y[-1] != 1 or walk.x[-1] not in (0, 1):
        with _over(frame, walk, start) as (y, x):
            body(y, x, 1)
        return
    along = walk.x[-1]
    with _over(frame, walk.chosen(range(len(walk.sizes) - 1)), start) as (y, x):

        def some(i: ir.Value, width: int) -> None:
            body(b.add(y, i), b.add(x, b.mul(i, I64(along))), width)

        _row(frame, walk.sizes[-1], frame.target.lanes(dtype), some)


def _row(frame: Frame, size: int, lanes: int, body: Any) -> None:
    """`body(index, width)` along a row: vectors, then single numbers."""
    whole = size // lanes * lanes
    if whole:
        with counted(frame.builder, I64(0), I64(whole), lanes) as i:
            body(i, lanes)
    if whole < size:
        with counted(frame.builder, I64(whole), I64(size)) as i:
            body(i, 1)


def _put(
    frame: Frame, node: Node, start: tuple[Any, Any], plane: list[int], strides: Shape
) -> None:
    """The elements of x at their places in a padded plane."""
    primitive, x = node.primitive, frame.views[node.inputs[0]]
    steps = tuple(s * (n + 1) for s, n in zip(strides, primitive.interior, strict=True))
    first = sum(a * s for a, s in zip(primitive.before, strides, strict=True))
    start = frame.builder.add(start[0], I64(first)), start[1]
    _copied(frame, node, x, _Walk(x.shape, steps, x.strides).chosen(plane), start)


def _join(frame: Frame, node: Node, unit: ir.Value, strides: Shape) -> None:
    """The parts of all inputs in a plane, one after the other."""
    axis, before = node.primitive.axis, 0
    axes = range(len(strides))
    for value in node.inputs:
        x = frame.views[value]
        walk = _Walk(x.shape, strides, x.strides)
        place = (I64(before * strides[axis]), I64(x.offset))
        start = _split(frame, unit, walk.chosen(axes[:axis]), place)
        _copied(frame, node, x, walk.chosen(axes[axis:]), start)
        before += x.shape[axis]


def _add(frame: Frame, node: Node, start: tuple[Any, Any], strides: Shape) -> None:
    """All windows of a plane added up: element by element, as the reference does."""
    primitive, output = node.primitive, node.output
    x = frame.views[node.inputs[0]]
    axes = primitive.axis
    inside = len(x.shape) - len(axes)
    elements = _Walk(
        x.shape[inside:],
        tuple(strides[i] * d for i, d in zip(axes, primitive.dilation, strict=True)),
        x.strides[inside:],
    )
    windows = _Walk(
        tuple(x.shape[i] for i in axes),
        tuple(strides[i] * s for i, s in zip(axes, primitive.stride, strict=True)),
        tuple(x.strides[i] for i in axes),
    )
    with _over(frame, elements, start) as element, _over(frame, windows, element) as (y, at):
        total = frame.load(output, y, 1, 0) + frame.load(x.base, at, 1, 0)
        frame.store(output, y, total)
