"""Copies where no strides exist: a graph all of whose movements are views.

layout      the graph with the copies put in, `identity` nodes
"""

from dataclasses import replace

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import by_channels
from pellucid.executors.native.ir.facts import moves
from pellucid.executors.native.ir.views import (
    NO_GAPS,
    Gaps,
    View,
    described,
    moved,
    single_stride,
)
from pellucid.graph import Graph, Node, Value


def _is_readable(node: Node, number: int, view: View) -> bool:
    """Whether a node can read an operand as it lies, and a movement be described by strides."""
    match node.primitive:
        case p.Convolution():
            # Weights are the rows of a matrix.
            first = 3 if by_channels(node) else 2
            return number != 1 or single_stride(view, first) is not None
        case p.Scan(constants=constants, carries=carries):
            return _is_steady(view, number >= constants + carries)
    if not moves(node):
        return True
    return moved(node.primitive, view) is not None


def _is_steady(view: View, is_sliced: bool) -> bool:
    """Whether the elements of a view, or of each slice of it, lie in row-major order."""
    first = int(is_sliced)
    inner = view.seen(view.shape[first:], view.strides[first:])
    return 0 in view.shape or inner.is_row_major()


def layout(graph: Graph, gaps: Gaps = NO_GAPS) -> Graph:
    """The graph with copies where a movement or an output cannot be a view.

    Each output gets memory of its own: an output that is an input, a constant, part of a
    buffer, or a buffer that another output has already, is copied.
    """
    copying = _Copying(gaps)
    for node in graph.nodes:
        copying.add(node)
    taken = {value.name for value in graph.inputs}
    taken.update(value.name for value, _ in graph.constants)
    outputs = tuple(copying.output(value, taken) for value in graph.outputs)
    result = Graph(graph.inputs, graph.constants, tuple(copying.nodes), outputs)
    result.check(graph)
    return result


class _Copying:
    """Nodes so far, with copies between them, and the views that movements are."""

    def __init__(self, gaps: Gaps) -> None:
        self.gaps = gaps
        self.nodes: list[Node] = []
        self.views: dict[str, View] = {}

    def add(self, node: Node) -> None:
        """Take over a node, after copies of what it cannot read as it lies."""
        operands: list[Value] = []
        for number, value in enumerate(node.inputs):
            is_readable = _is_readable(node, number, self._view(value))
            operands.append(value if is_readable else self._copied(value, node.scope))
        inputs = tuple(operands)
        if moves(node):
            (x,) = inputs
            self.views[node.output.name] = described(node, self._view(x))
        is_same = inputs == node.inputs
        self.nodes.append(node if is_same else replace(node, inputs=inputs))

    def output(self, value: Value, taken: set[str]) -> Value:
        """An output in memory of its own, which is `taken` then."""
        view = self._view(value)
        if view.base.name in taken or not view.is_whole():
            value = self._copied(value, "")
        taken.add(self._view(value).base.name)
        return value

    def _copied(self, value: Value, scope: str) -> Value:
        """A copy of a value."""
        output = Value(f"{value.name}'{len(self.nodes)}", value.shape, value.dtype)
        self.nodes.append(Node(p.Identity(), (value,), output, scope))
        return output

    def _view(self, value: Value) -> View:
        """Where the elements of a value lie."""
        return self.views.get(value.name) or self.gaps.own(value)
