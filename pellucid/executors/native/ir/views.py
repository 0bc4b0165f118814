"""Views: movement as arithmetic on strides, so that nothing is moved.

    View        where the elements of a value lie in the buffer of another
    Views       the view of every value of a graph (`layout` copies what cannot be one)
    in_bfloat16         which values bfloat16 has
    single_stride       how a convolution reads its weights

A reshape, permutation, broadcast, slice or flip of a value, and its windows, are the same
memory read with other strides. Only where no strides exist, as for the reshape of a transposed
matrix, or where an output needs memory of its own, is a copy made (`layout`).
"""

import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import moves
from pellucid.graph import Graph, Node, Shape, Value

START_BYTES = 8  # of the place where a row begins
# Those of the last row: whoever is there may ask for the rows below. Chosen: more than those of a
# tile.
SPARE_STARTS = 32


@dataclass(frozen=True)
class View:
    """Element i of a value lies at offset + sum of i_k strides_k in the buffer of `base`.

    Offsets and strides count elements; a stride of 0 repeats, a negative one runs backwards.
    """

    base: Value
    offset: int
    strides: tuple[int, ...]
    shape: Shape

    def is_whole(self) -> bool:
        """Whether it is the whole buffer in row-major order."""
        size = math.prod(self.shape)
        if size != math.prod(self.base.shape):
            return False
        return size == 0 or (self.offset == 0 and self.is_row_major())

    def is_row_major(self) -> bool:
        """Whether it visits places side by side; axes of size 1 do not matter."""
        axes = zip(self.shape, self.strides, row_major(self.shape), strict=True)
        return all(size == 1 or own == wanted for size, own, wanted in axes)

    def seen(self, shape: Shape, strides: Iterable[int], skipped: int = 0) -> "View":
        """Another view of the same memory, which begins some elements later."""
        return View(self.base, self.offset + skipped, tuple(strides), shape)


def row_major(shape: Shape) -> tuple[int, ...]:
    """The strides of an array without gaps, last axis fastest.

    >>> row_major((2, 3, 4))
    (12, 4, 1)
    """
    strides: list[int] = []
    stride = 1
    for size in reversed(shape):
        strides.append(stride)
        stride *= size
    return tuple(reversed(strides))


def whole(value: Value, pitch: int | None = None) -> View:
    """The view of a value in its own buffer; `pitch` elements lie from row to row."""
    if pitch is None:
        return View(value, 0, row_major(value.shape), value.shape)
    outer = row_major((*value.shape[:-1], pitch))[:-1]
    return View(value, 0, (*outer, 1), value.shape)


def set_apart(batch: Value) -> View:
    """The view of rows that may lie anywhere, with strides as if a gap followed each.

    Because of that gap, no movement joins the first axis with others.
    """
    inner = batch.shape[1:]
    row = math.prod(inner) + 1
    return View(batch, 0, (row, *row_major(inner)), batch.shape)


def moved(primitive: Any, x: View) -> View | None:
    """The view after a movement; None where no strides describe it."""
    match primitive:
        case p.PermuteDims(axes=axes):
            shape = tuple(x.shape[axis] for axis in axes)
            return x.seen(shape, (x.strides[axis] for axis in axes))
        case p.BroadcastTo(to=to):
            return stretched(x, to)
        case p.Slice():
            return _sliced(primitive, x)
        case p.Flip(axis=axes):
            return _turned(x, axes)
        case p.Windows():
            return windows(primitive, x)
        case p.Reshape(to=to):
            strides = reshaped(x, to)
            return None if strides is None else x.seen(to, strides)
    return None


def _sliced(primitive: p.Slice, x: View) -> View:
    """Some elements of a view along each axis."""
    skipped = sum(map(operator.mul, primitive.start, x.strides))
    strides = map(operator.mul, primitive.step, x.strides)
    return x.seen(primitive.count, strides, skipped)


def _turned(x: View, axes: Shape) -> View:
    """A view that goes backwards along some axes."""
    strides = list(x.strides)
    skipped = 0
    for axis in axes:
        last = max(x.shape[axis] - 1, 0)
        skipped += last * x.strides[axis]
        strides[axis] = -x.strides[axis]
    return x.seen(x.shape, strides, skipped)


def stretched(x: View, shape: Shape) -> View:
    """The view broadcast to a shape: stride 0 along new and repeated axes."""
    new_axes = len(shape) - len(x.shape)
    strides = [0] * new_axes
    for size, wanted, stride in zip(x.shape, shape[new_axes:], x.strides, strict=True):
        is_repeated = size == 1 and wanted != 1
        strides.append(0 if is_repeated else stride)
    return x.seen(shape, strides)


def windows(primitive: p.Windows, x: View) -> View:
    """The windows of a view: elements that are in several are walked over several times."""
    between = list(x.strides)
    inside = []
    axes = zip(primitive.axis, primitive.stride, primitive.dilation, strict=True)
    for axis, stride, dilation in axes:
        between[axis] *= stride
        inside.append(x.strides[axis] * dilation)
    return x.seen(primitive.shape(x.shape), between + inside)


def reshaped(x: View, to: Shape) -> tuple[int, ...] | None:
    """Strides for another shape over the same walk, or None where there are none.

    Axes of both shapes are matched in blocks of equal size; within a block the old axes
    must lie without gaps.
    """
    if math.prod(to) == 0:
        return (0,) * len(to)
    strides = [0] * len(to)
    axes = zip(x.shape, x.strides, strict=True)
    old = [(size, stride) for size, stride in axes if size != 1]
    new = [axis for axis, size in enumerate(to) if size != 1]
    while new:
        size, stride = old.pop()
        block = [new.pop()]
        count = to[block[0]]
        while size != count:
            if size < count:
                outer_size, outer_stride = old.pop()
                if outer_stride != stride * size:
                    return None
                size *= outer_size
            else:
                block.append(new.pop())
                count *= to[block[-1]]
        for axis in block:
            strides[axis] = stride
            stride *= to[axis]
    return tuple(strides)


@dataclass(frozen=True)
class Gaps:
    """Which values lie in memory otherwise than as arrays without gaps, by name.

    `pitches` tells how far apart the rows of some lie, in elements. Those that are `scattered`
    are rows of other values: what is kept of them is where each row begins there, in elements.
    """

    pitches: Mapping[str, int] = field(default_factory=dict)
    scattered: Mapping[str, Value] = field(default_factory=dict)

    def own(self, value: Value) -> View:
        """The view of a value in its own buffer."""
        if value.name in self.scattered:
            return set_apart(value)
        return whole(value, self.pitches.get(value.name))

    def room(self, value: Value) -> int:
        """Bytes of the buffer of a value."""
        if value.name in self.scattered:
            return (value.shape[0] + SPARE_STARTS) * START_BYTES
        elements = value.size
        if value.name in self.pitches:
            elements = math.prod(value.shape[:-1]) * self.pitches[value.name]
        return elements * value.dtype.itemsize


NO_GAPS = Gaps()


def in_bfloat16(graph: Graph) -> frozenset[str]:
    """The values all of whose numbers bfloat16 has: rounded ones, copied and moved."""
    rounded: set[str] = set()
    for node in graph.nodes:
        keeps = moves(node) or isinstance(node.primitive, p.Identity | p.Concat)
        is_kept = keeps and all(value.name in rounded for value in node.inputs)
        if is_kept or isinstance(node.primitive, p.RoundedToBfloat16):
            rounded.add(node.output.name)
    return frozenset(rounded)


class Views:
    """The view of every value of a graph whose movements can all be views."""

    def __init__(self, graph: Graph, gaps: Gaps = NO_GAPS) -> None:
        self.gaps = gaps
        self.in_bfloat16 = in_bfloat16(graph)
        self._own: dict[str, View] = {}
        self._views: dict[str, View] = {}  # those of movements, and others once they are asked for
        for node in graph.nodes:
            if moves(node):
                (x,) = node.inputs
                self._views[node.output.name] = described(node, self[x])

    def __getitem__(self, value: Value) -> View:
        """Where the elements of a value lie."""
        view = self._views.get(value.name)
        if view is None:
            view = self.own(value)
            self._views[value.name] = view
        return view

    def buffer(self, value: Value) -> str:
        """The name of the value in whose buffer a value lies."""
        return self[value].base.name

    def own(self, value: Value) -> View:
        """Where the elements of a value lie in the buffer that is made for it."""
        view = self._own.get(value.name)
        if view is None:
            view = self.gaps.own(value)
            self._own[value.name] = view
        return view

    def set_pitch(self, value: Value, pitch: int) -> None:
        """Let the rows of a value that nobody sees otherwise lie `pitch` elements apart."""
        self._own[value.name] = self._views[value.name] = whole(value, pitch)

    def data_of(self, value: Value) -> Value | None:
        """Of a batch that is not copied, the data that its rows lie in."""
        return self.gaps.scattered.get(self.buffer(value))


def single_stride(view: View, first: int) -> int | None:
    """The one stride of all axes from `first` on; None if no such stride walks over them.

    A single element has none of its own: it counts as one without gaps.
    """
    inner = view.seen(view.shape[first:], view.strides[first:])
    count = math.prod(inner.shape)
    if count == 1:
        return 1
    strides = reshaped(inner, (count,))
    return None if strides is None else strides[0]


def described(node: Node, x: View) -> View:
    """The view that a movement gives, before which `layout` has copied where that must be."""
    view = moved(node.primitive, x)
    if view is None:
        raise AssertionError(f"no strides describe {node}")
    return view
