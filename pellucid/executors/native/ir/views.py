"""Views: movement as arithmetic on strides, so that nothing is moved.

    View        where the elements of a value lie in the buffer of another
    Views       the view of every value of a graph; what cannot be one is copied
    layout      the graph with the copies put in
    single_stride       how a convolution reads its weights

A reshape, permutation, broadcast, slice or flip of a value, and its windows, are the same
memory read with other strides. Only where no strides exist, as for the reshape of a transposed
matrix, or where an output needs memory of its own, is a copy made: an `identity` node.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import by_channels
from pellucid.executors.native.ir.facts import moves
from pellucid.graph import Graph, Node, Shape, Value

START_BYTES = 8  # of the place where a row begins
SPARE_STARTS = 32  # those of the last row: whoever is there may ask for the rows below


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
        return size == math.prod(self.base.shape) and (
            size == 0 or (self.offset == 0 and same_walk(self, row_major(self.shape)))
        )


def row_major(shape: Shape) -> tuple[int, ...]:
    """The strides of an array without gaps, last axis fastest.

    >>> row_major((2, 3, 4))
    (12, 4, 1)
    """
    strides = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    return tuple(strides)


def same_walk(view: View, strides: tuple[int, ...]) -> bool:
    """Whether these strides visit the same places; axes of size 1 do not matter."""
    return all(n == 1 or a == b for n, a, b in zip(view.shape, view.strides, strides, strict=True))


def whole(value: Value, pitch: int | None = None) -> View:
    """The view of a value in its own buffer; `pitch` elements lie from row to row."""
    if pitch is None:
        return View(value, 0, row_major(value.shape), value.shape)
    return View(value, 0, (*row_major((*value.shape[:-1], pitch))[:-1], 1), value.shape)


def set_apart(batch: Value) -> View:
    """The view of rows that may lie anywhere, with strides as if a gap followed each.

    Because of that gap, no movement joins the first axis with others.
    """
    inner = row_major(batch.shape[1:])
    return View(batch, 0, (math.prod(batch.shape[1:]) + 1, *inner), batch.shape)


def moved(primitive: Any, x: View) -> View | None:
    """The view after a movement; None where no strides describe it."""
    match primitive:
        case p.PermuteDims(axes=axes):
            strides = tuple(x.strides[i] for i in axes)
            return View(x.base, x.offset, strides, tuple(x.shape[i] for i in axes))
        case p.BroadcastTo(to=to):
            return stretched(x, to)
        case p.Slice(start=start, count=count, step=step):
            offset = x.offset + sum(a * s for a, s in zip(start, x.strides, strict=True))
            strides = tuple(a * s for a, s in zip(step, x.strides, strict=True))
            return View(x.base, offset, strides, count)
        case p.Flip(axis=axis):
            offset = x.offset + sum(max(x.shape[i] - 1, 0) * x.strides[i] for i in axis)
            turned = tuple(-s if i in axis else s for i, s in enumerate(x.strides))
            return View(x.base, offset, turned, x.shape)
        case p.Windows():
            return windows(primitive, x)
        case p.Reshape(to=to):
            walked = reshaped(x, to)
            return None if walked is None else View(x.base, x.offset, walked, to)
    return None


def stretched(x: View, shape: Shape) -> View:
    """The view broadcast to a shape: stride 0 along new and repeated axes."""
    extra = len(shape) - len(x.shape)
    strides: list[int] = [0] * extra
    for n, m, stride in zip(x.shape, shape[extra:], x.strides, strict=True):
        strides.append(0 if n == 1 and m != 1 else stride)
    return View(x.base, x.offset, tuple(strides), shape)


def windows(primitive: p.Windows, x: View) -> View:
    """The windows of a view: elements that are in several are walked over several times."""
    strides = list(x.strides)
    for axis, stride in zip(primitive.axis, primitive.stride, strict=True):
        strides[axis] *= stride
    rows = zip(primitive.axis, primitive.dilation, strict=True)
    inside = [x.strides[axis] * dilation for axis, dilation in rows]
    return View(x.base, x.offset, (*strides, *inside), primitive.shape(x.shape))


def reshaped(x: View, to: Shape) -> tuple[int, ...] | None:
    """Strides for another shape over the same walk, or None where there are none.

    Axes of both shapes are matched in blocks of equal size; within a block the old axes
    must lie without gaps.
    """
    if math.prod(to) == 0:
        return (0,) * len(to)
    old = [(n, s) for n, s in zip(x.shape, x.strides, strict=True) if n != 1]
    strides = [0] * len(to)
    new = [i for i, n in enumerate(to) if n != 1]
    while new:
        (size, stride), block = old.pop(), [new.pop()]
        count = to[block[0]]
        while size != count:
            if size < count:
                n, s = old.pop()
                if s != stride * size:
                    return None
                size *= n
            else:
                block.append(new.pop())
                count *= to[block[-1]]
        for i in block:
            strides[i] = stride
            stride *= to[i]
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
        pitch = self.pitches.get(value.name, value.shape[-1] if value.shape else 1)
        return math.prod(value.shape[:-1]) * pitch * value.dtype.itemsize


NO_GAPS = Gaps()


class Views:
    """The view of every value of a graph whose movements can all be views."""

    def __init__(self, graph: Graph, gaps: Gaps = NO_GAPS) -> None:
        self.gaps = gaps
        self._own: dict[str, View] = {}
        self._views: dict[str, View] = {}  # those of movements, and others once they are asked for
        for node in graph.nodes:
            if moves(node):
                view = moved(node.primitive, self[node.inputs[0]])
                if view is None:
                    raise AssertionError(f"layout must copy before {node}")
                self._views[node.output.name] = view

    def __getitem__(self, value: Value) -> View:
        """Where the elements of a value lie."""
        found = self._views.get(value.name)
        if found is None:
            found = self._views[value.name] = self.own(value)
        return found

    def buffer(self, value: Value) -> str:
        """The name of the value in whose buffer a value lies."""
        return self[value].base.name

    def own(self, value: Value) -> View:
        """Where the elements of a value lie in the buffer that is made for it."""
        found = self._own.get(value.name)
        if found is None:
            found = self._own[value.name] = self.gaps.own(value)
        return found

    def data_of(self, value: Value) -> Value | None:
        """Of a batch that is not copied, the data that its rows lie in."""
        return self.gaps.scattered.get(self[value].base.name)


def single_stride(view: View, first: int) -> int | None:
    """The one stride of all axes from `first` on; None if no such stride walks over them.

    A single element has none of its own: it counts as one without gaps.
    """
    shape = view.shape[first:]
    if math.prod(shape) == 1:
        return 1
    rest = View(view.base, 0, view.strides[first:], shape)
    found = reshaped(rest, (math.prod(shape),))
    return None if found is None else found[0]


def _is_readable(node: Node, number: int, view: View) -> bool:
    """Whether a node can read an operand as it lies, and a movement be described by strides."""
    match node.primitive:
        case p.Convolution():
            # Weights are the rows of a matrix.
            first = 3 if by_channels(node) else 2
            return number != 1 or single_stride(view, first) is not None
        case p.Scan(constants=constants, carries=carries):
            return _is_steady(view, number >= constants + carries)
    return not moves(node) or moved(node.primitive, view) is not None


def _is_steady(view: View, is_sliced: bool) -> bool:
    """Whether the elements of a view, or of each slice of it, lie in row-major order."""
    first = int(is_sliced)
    inner = View(view.base, 0, view.strides[first:], view.shape[first:])
    return 0 in view.shape or same_walk(inner, row_major(inner.shape))


def layout(graph: Graph, gaps: Gaps = NO_GAPS) -> Graph:
    """The graph with copies where a movement or an output cannot be a view.

    Each output gets memory of its own: an output that is an input, a constant, part of a
    buffer, or a buffer that another output has already, is copied.
    """
    nodes: list[Node] = []
    views: dict[str, View] = {}

    def copied(value: Value, scope: str) -> Value:
        output = Value(f"{value.name}'{len(nodes)}", value.shape, value.dtype)
        nodes.append(Node(p.Identity(), (value,), output, scope))
        return output

    def view_of(value: Value) -> View:
        return views.get(value.name) or gaps.own(value)

    for node in graph.nodes:
        inputs = tuple(
            value if _is_readable(node, i, view_of(value)) else copied(value, node.scope)
            for i, value in enumerate(node.inputs)
        )
        if moves(node):
            view = moved(node.primitive, view_of(inputs[0]))
            if view is None:
                raise AssertionError(f"a copy that no strides describe: {node}")
            views[node.output.name] = view
        kept = inputs == node.inputs
        nodes.append(node if kept else Node(node.primitive, inputs, node.output, node.scope))
    taken = {v.name for v in graph.inputs} | {v.name for v, _ in graph.constants}
    outputs = []
    for value in graph.outputs:
        view = view_of(value)
        own = view.base.name not in taken and view.is_whole()
        outputs.append(value if own else copied(value, ""))
        taken.add(view_of(outputs[-1]).base.name)
    result = Graph(graph.inputs, graph.constants, tuple(nodes), tuple(outputs))
    result.check(graph)
    return result
