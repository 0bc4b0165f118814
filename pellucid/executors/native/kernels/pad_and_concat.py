"""Padding, joining and overlapping sums, plane by plane: threads share the planes.

is_of_planes    whether a node is computed so
plane_units     how many planes there are
emit_planes     the code for some of them

Planes are numbered by the axes along which nothing is padded or no windows lie; of joined arrays,
by those before the axis that they are joined along. The other axes make up a plane. Where not
every place gets an element, the plane is filled first; then each element is written to its place,
in an order that does not depend on threads.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import Lowering, facts_of
from pellucid.executors.native.ir.views import View, row_major
from pellucid.executors.native.kernels.blocked_sums import InMemory
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.walks import Walk, each, over
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64, Lanes
from pellucid.graph import Node, Shape


def is_of_planes(node: Node) -> bool:
    """Whether a node is computed plane by plane."""
    return facts_of(node.primitive).lowering is Lowering.PLANES


def plane_units(node: Node) -> int:
    """How many planes there are."""
    return math.prod(node.output.shape[i] for i in _counting(node))


def _counting(node: Node) -> list[int]:
    """The axes that number the planes; the others make up a plane."""
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
    with counted(frame.builder, frame.units.begin, frame.units.end) as unit:
        if isinstance(node.primitive, p.Concat):
            _join(frame, node, unit, strides)
            return
        x = frame.views[node.inputs[0]]
        planes = Walk(node.output.shape, strides, x.strides[: len(strides)]).chosen(counting)
        start = _split(frame, unit, planes, (I64(0), I64(x.offset)))
        sizes = tuple(node.output.shape[i] for i in plane)
        whole = Walk(sizes, tuple(strides[i] for i in plane), (0,) * len(plane)).joined()
        if isinstance(node.primitive, p.Pad):
            _fill(frame, node, start[0], whole)
            _put(frame, node, start, plane, strides)
        else:
            _add(frame, node, start, whole)


def _split(frame: Frame, unit: ir.Value, walk: Walk, start: tuple[Any, Any]) -> tuple[Any, Any]:
    """Where plane number `unit` begins in y and in x."""
    b, (y, x) = frame.builder, start
    rows = list(zip(walk.sizes, walk.y, walk.x, strict=True))
    for n, in_y, in_x in reversed(rows):
        index = b.urem(unit, I64(n))
        unit = b.udiv(unit, I64(n))
        y, x = b.add(y, b.mul(index, I64(in_y))), b.add(x, b.mul(index, I64(in_x)))
    return y, x


def _fill(frame: Frame, node: Node, start: ir.Value, plane: Walk) -> None:
    """A padded plane full of its one number."""
    output = node.output
    with np.errstate(over="ignore"):  # a number beyond float32 is inf
        number = output.dtype.type(node.primitive.value)
    value = Lanes.constant(frame.builder, number, output.dtype)

    def fill(y: ir.Value, at: ir.Value, width: int) -> None:
        del at
        frame.store(output, y, value.splat(width))

    each(frame, output.dtype, plane, (start, I64(0)), fill)


def _copied(frame: Frame, node: Node, x: View, walk: Walk, start: tuple[Any, Any]) -> None:
    """Copy the elements of x on a walk to their places in y; a stride of 0 in x repeats one."""
    walk = walk.joined()
    along = walk.x[-1] if walk.x else 0

    def copy(y: ir.Value, at: ir.Value, width: int) -> None:
        frame.store(node.output, y, frame.load(x.base, at, width, along))

    each(frame, node.output.dtype, walk, start, copy)


def _put(
    frame: Frame, node: Node, start: tuple[Any, Any], plane: list[int], strides: Shape
) -> None:
    """The elements of x at their places in a padded plane."""
    primitive, x = node.primitive, frame.views[node.inputs[0]]
    steps = tuple(s * (n + 1) for s, n in zip(strides, primitive.interior, strict=True))
    first = sum(a * s for a, s in zip(primitive.before, strides, strict=True))
    start = frame.builder.add(start[0], I64(first)), start[1]
    _copied(frame, node, x, Walk(x.shape, steps, x.strides).chosen(plane), start)


def _join(frame: Frame, node: Node, unit: ir.Value, strides: Shape) -> None:
    """The parts of all inputs in a plane, one after the other."""
    axis, before = node.primitive.axis, 0
    axes = range(len(strides))
    for value in node.inputs:
        x = frame.views[value]
        walk = Walk(x.shape, strides, x.strides)
        place = (I64(before * strides[axis]), I64(x.offset))
        start = _split(frame, unit, walk.chosen(axes[:axis]), place)
        _copied(frame, node, x, walk.chosen(axes[axis:]), start)
        before += x.shape[axis]


def _add(frame: Frame, node: Node, start: tuple[Any, Any], plane: Walk) -> None:
    """All windows of a plane added up: element by element, as the reference does."""
    primitive, output = node.primitive, node.output
    strides = row_major(output.shape)
    x = frame.views[node.inputs[0]]
    axes = primitive.axis
    inside = len(x.shape) - len(axes)
    elements = Walk(
        x.shape[inside:],
        tuple(strides[i] * d for i, d in zip(axes, primitive.dilation, strict=True)),
        x.strides[inside:],
    )
    windows = Walk(
        tuple(x.shape[i] for i in axes),
        tuple(strides[i] * s for i, s in zip(axes, primitive.stride, strict=True)),
        tuple(x.strides[i] for i in axes),
    )
    sums = InMemory.of(frame, node)
    each(frame, output.dtype, plane, (start[0], I64(0)), lambda y, _, width: sums.clear(y, width))
    with over(frame, elements, start) as element, over(frame, windows, element) as (y, at):
        sums.add(y, frame.load(x.base, at, 1, 0))
