"""Padding and overlapping sums, plane by plane: threads share the planes.

is_of_planes    whether a node is computed so
plane_units     how many planes there are
emit_planes     the code for some of them

The axes along which nothing is padded, or no windows lie, count the planes; the others are
a plane. A plane is filled first, and then each element of x comes to its place, in an order
that does not depend on threads.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid import primitives as p
from pellucid.executors.native.counting import counted
from pellucid.executors.native.frame import Frame
from pellucid.executors.native.lanes import Lanes
from pellucid.executors.native.views import row_major
from pellucid.graph import Node, Shape

I64 = ir.IntType(64)


@dataclass(frozen=True)
class _Walk:
    """Axes to go over: their sizes, and how far each step of one is in y and in x."""

    sizes: Shape
    y: Shape
    x: Shape

    def chosen(self, axes: Sequence[int]) -> "_Walk":
        """The walk over some of the axes."""
        return _Walk(*(tuple(part[i] for i in axes) for part in (self.sizes, self.y, self.x)))


def is_of_planes(node: Node) -> bool:
    """Whether a node is computed plane by plane."""
    return isinstance(node.primitive, p.Pad | p.OverlapAdd)


def plane_units(node: Node) -> int:
    """How many planes there are."""
    return math.prod(node.output.shape[i] for i in _counting(node))


def _counting(node: Node) -> list[int]:
    """The axes that count the planes."""
    primitive, axes = node.primitive, range(len(node.output.shape))
    if isinstance(primitive, p.OverlapAdd):
        return [i for i in axes if i not in primitive.axis]
    widths = (primitive.before, primitive.after, primitive.interior)
    return [i for i in axes if not any(width[i] for width in widths)]


def emit_planes(frame: Frame, node: Node) -> None:
    """The code for the planes from `begin` to `end`."""
    b, output = frame.builder, node.output
    x = frame.views[node.inputs[0]]
    strides = row_major(output.shape)
    axes = range(len(output.shape))
    counting = _counting(node)
    plane = [i for i in axes if i not in counting]
    planes = _Walk(output.shape, strides, x.strides[: len(strides)]).chosen(counting)
    with counted(b, frame.begin, frame.end) as unit:
        start = _split(frame, unit, planes, (I64(0), I64(x.offset)))
        _fill(frame, node, start[0], [output.shape[i] for i in plane], [strides[i] for i in plane])
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


def _fill(frame: Frame, node: Node, start: ir.Value, sizes: list[int], strides: list[int]) -> None:
    """A plane full of one number; axes without gaps between them are one."""
    output = node.output
    number = node.primitive.value if isinstance(node.primitive, p.Pad) else 0
    value = Lanes.constant(frame.builder, output.dtype.type(number), output.dtype)
    sizes, strides = list(sizes), list(strides)
    while len(sizes) > 1 and strides[-2] == sizes[-1] * strides[-1]:
        sizes[-2:], strides[-2:] = [sizes[-2] * sizes[-1]], [strides[-1]]
    walk = _Walk(tuple(sizes), tuple(strides), (0,) * len(sizes))
    if not sizes or strides[-1] != 1:
        with _over(frame, walk, (start, I64(0))) as (y, _):
            frame.store(output, y, value)
        return
    with _over(frame, walk.chosen(range(len(sizes) - 1)), (start, I64(0))) as (y, _):

        def fill(i: ir.Value, width: int) -> None:
            frame.store(output, frame.builder.add(y, i), value.splat(width))

        _row(frame, sizes[-1], frame.target.lanes(output.dtype), fill)


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
    """The elements of x at their places in a plane of y."""
    primitive, output = node.primitive, node.output
    x = frame.views[node.inputs[0]]
    steps = tuple(s * (n + 1) for s, n in zip(strides, primitive.interior, strict=True))
    first = sum(a * s for a, s in zip(primitive.before, strides, strict=True))
    start = frame.builder.add(start[0], I64(first)), start[1]
    walk = _Walk(x.shape, steps, x.strides).chosen(plane)
    if not plane or walk.y[-1] != 1 or walk.x[-1] != 1:
        with _over(frame, walk, start) as (y, at):
            frame.store(output, y, frame.load(x.base, at, 1, 0))
        return
    with _over(frame, walk.chosen(range(len(plane) - 1)), start) as (y, at):

        def copy(i: ir.Value, width: int) -> None:
            number = frame.load(x.base, frame.builder.add(at, i), width, 1)
            frame.store(output, frame.builder.add(y, i), number)

        _row(frame, walk.sizes[-1], frame.target.lanes(output.dtype), copy)


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
