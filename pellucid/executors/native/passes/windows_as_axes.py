"""Windows side by side, as axes of the array that they lie in.

    windows_as_axes     the graph in which pooling works on an array as it lies in memory

Windows that touch but do not overlap are a reshape: an axis of n places becomes n / k windows of
k places. The primitive moves the places behind all other axes; gradients put them back. So
whatever is computed for each place, before windows are taken, within them, and on the way back,
is computed here on the reshaped array, where all of it meets at the same points, and can be one
kernel. What others ask for they see through views: nothing is copied.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pellucid import primitives as p
from pellucid.executors.native.passes.expansion import asked_for, rewritten
from pellucid.executors.native.passes.window_rules import is_dense, places_behind_axes
from pellucid.graph import Graph, Node, Shape, Value
from pellucid.primitives.reduction import Reduction

MOST_PLACES = 9  # of a window. Chosen: kernels hold a vector for each, and so few fit in registers


@dataclass(frozen=True)
class WindowAxes:
    """An array of `shape` whose axes `axis` are cut into windows of `size`.

    Three forms of what is computed for its places: `whole`, of the array's shape; `cut`, where the
    places of a window stand behind the axis that they are from; `windows`, where they come last.
    """

    shape: Shape
    axis: tuple[int, ...]
    size: tuple[int, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """The axes of the form `windows` in the order of the form `cut`."""
        return places_behind_axes(self.axis, len(self.shape))

    @property
    def back(self) -> tuple[int, ...]:
        """The axes of the form `cut` in the order of the form `windows`."""
        return tuple(self.order.index(i) for i in range(len(self.order)))

    def cut_whole(self, shape: Shape) -> Shape:
        """The cut form of what is broadcast to the whole array."""
        cut: list[int] = []
        for axis, n in enumerate(_padded(shape, len(self.shape))):
            size = self.size[self.axis.index(axis)] if axis in self.axis else 0
            cut += [n] if not size else [1, 1] if n == 1 else [n // size, size]
        return tuple(cut)

    def cut_windows(self, shape: Shape) -> Shape:
        """The cut form of what is broadcast to windows, by the sizes of its axes."""
        padded = _padded(shape, len(self.order))
        return tuple(padded[i] for i in self.order)

    def places(self, axis: Sequence[int], *, whole: bool) -> tuple[int, ...]:
        """Which axes of the cut form some axes of another one are."""
        if not whole:
            return tuple(sorted(self.back[i] for i in axis))
        kept = len(self.shape)
        return tuple(i for i, own in enumerate(self.order) if _origin(own, kept, self.axis) in axis)


def windows_as_axes(graph: Graph) -> Graph:
    """The graph with windows side by side as axes."""
    wanted = _wanted(graph)
    if not wanted:
        return graph
    work = _Cutting(wanted)
    for node in graph.nodes:
        work.add(node)
    return rewritten(graph, asked_for(work.nodes, graph.outputs))


def _origin(own: int, kept: int, axis: tuple[int, ...]) -> int:
    """The axis of the whole array that an axis of windows is from."""
    return own if own < kept else axis[own - kept]


def _padded(shape: Shape, rank: int) -> Shape:
    """A shape with axes of size 1 before it."""
    return (1,) * (rank - len(shape)) + shape


# ---- where it begins ---------------------------------------------------------------------


def _wanted(graph: Graph) -> dict[str, WindowAxes]:
    """What is computed in the cut form from the first: windows, and what they are taken from."""
    made_by = {node.output.name: node for node in graph.nodes}
    wanted: dict[str, WindowAxes] = {}
    for node in graph.nodes:
        axes = _axes_of(node)
        if axes is None:
            continue
        wanted[node.output.name] = axes
        waiting = [node.inputs[0]]
        while waiting:
            value = waiting.pop()
            maker = made_by.get(value.name)
            if maker is None or value.name in wanted or not _is_pointwise(maker):
                continue
            if value.shape == axes.shape:
                wanted[value.name] = axes
                waiting += maker.inputs
    return wanted


def _axes_of(node: Node) -> WindowAxes | None:
    """The axes that windows can be, where they lie side by side and leave nothing out."""
    match node.primitive:
        case p.Windows(axis=axis, size=size, stride=stride, dilation=dilation):
            (x,) = node.inputs
            is_apart = stride == size and is_dense(size, dilation)
            has_no_rest = all(x.shape[a] % n == 0 for a, n in zip(axis, size, strict=True))
            is_small = 1 < math.prod(size) <= MOST_PLACES
            if is_apart and has_no_rest and is_small and 0 not in x.shape:
                return WindowAxes(x.shape, axis, size)
    return None


def _is_pointwise(node: Node) -> bool:
    return isinstance(node.primitive, p.Elementwise) and bool(node.inputs)


# ---- the graph ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cut:
    """What a value is in the cut form; `whole`, or of windows."""

    axes: WindowAxes
    value: Value
    whole: bool

    @property
    def is_of_all(self) -> bool:
        """Whether there is a number for each place of the array."""
        return self.value.shape == self.axes.cut_whole(self.axes.shape)


class _Cutting:
    """The new nodes so far, and the values that are known in the cut form."""

    def __init__(self, wanted: dict[str, WindowAxes]) -> None:
        self.wanted = wanted
        self.nodes: list[Node] = []
        self.cuts: dict[str, _Cut] = {}
        self.behind: dict[str, _Cut] = {}  # windows whose places are behind their axes again

    def add(self, node: Node) -> None:
        """Take over a node, in the cut form where it can be."""
        if isinstance(node.primitive, p.Windows) and node.output.name in self.wanted:
            axes = self.wanted[node.output.name]
            self._give(node, _Cut(axes, self._whole(node, node.inputs[0], axes), whole=False))
        elif _is_pointwise(node):
            self._pointwise(node)
        elif isinstance(node.primitive, Reduction) and node.inputs[0].name in self.cuts:
            self._reduced(node)
        else:
            self._noted(node)
            self.nodes.append(node)

    def _noted(self, node: Node) -> None:
        """Note windows that are put back into the array they are from."""
        cut = self.cuts.get(node.inputs[0].name) if node.inputs else None
        match node.primitive:
            case p.PermuteDims(axes=order):
                if cut is not None and not cut.whole and order == cut.axes.order:
                    self.behind[node.output.name] = cut
            case p.Reshape(to=shape):
                put = self.behind.get(node.inputs[0].name)
                if put is not None and shape == put.axes.shape and put.is_of_all:
                    self.cuts[node.output.name] = replace(put, whole=True)

    def _pointwise(self, node: Node) -> None:
        """An elementwise node, in the cut form where an operand is known in it."""
        known = [self.cuts[v.name] for v in node.inputs if v.name in self.cuts]
        axes = self.wanted.get(node.output.name)
        form = known[0] if known else _Cut(axes, node.output, whole=True) if axes else None
        operands = None if form is None else self._operands(node, form)
        if form is None or operands is None:
            self.nodes.append(node)
            return
        y = self._new(node, node.primitive, *operands)
        self._give(node, replace(form, value=y))

    def _operands(self, node: Node, form: _Cut) -> list[Value] | None:
        """The operands of a node in the cut form, if all can be had in it."""
        operands: list[Value] = []
        for value in node.inputs:
            cut = self.cuts.get(value.name)
            if cut is not None:
                if (cut.axes, cut.whole) != (form.axes, form.whole):
                    return None
                operands.append(cut.value)
            elif value.shape == ():
                operands.append(value)
            elif form.whole:
                operands.append(self._whole(node, value, form.axes))
            else:
                # Of windows, what has one number for each window.
                kept = len(form.axes.shape)
                padded = _padded(value.shape, len(form.axes.order))
                if any(n != 1 for n in padded[kept:]):
                    return None
                shape = form.axes.cut_windows(value.shape)
                operands.append(self._new(node, p.Reshape(shape), value))
        return operands

    def _reduced(self, node: Node) -> None:
        """A reduction of what is known in the cut form."""
        cut = self.cuts[node.inputs[0].name]
        primitive: Any = node.primitive
        places = cut.axes.places(primitive.axis, whole=cut.whole)
        y = self._new(node, replace(primitive, axis=places), cut.value)
        if cut.whole:
            self.nodes.append(Node(p.Reshape(node.output.shape), (y,), node.output, node.scope))
        else:
            self._give(node, replace(cut, value=y))

    def _whole(self, node: Node, value: Value, axes: WindowAxes) -> Value:
        """The cut form of an array, or of what is broadcast to it."""
        cut = self.cuts.get(value.name)
        if cut is not None and cut.whole and cut.axes == axes:
            return cut.value
        return self._new(node, p.Reshape(axes.cut_whole(value.shape)), value)

    def _give(self, node: Node, cut: _Cut) -> None:
        """What a node gives is known in the cut form; others see it as it was."""
        output = node.output
        self.cuts[output.name] = cut
        back = p.Reshape(output.shape) if cut.whole else p.PermuteDims(cut.axes.back)
        self.nodes.append(Node(back, (cut.value,), output, node.scope))

    def _new(self, node: Node, primitive: Any, *inputs: Value) -> Value:
        """A new node for an old one: its output."""
        shape = primitive.shape(*(value.shape for value in inputs))
        dtype = primitive.dtype(*(value.dtype for value in inputs))
        output = Value(f"{node.output.name}^{len(self.nodes)}", shape, dtype)
        self.nodes.append(Node(primitive, inputs, output, node.scope))
        return output
