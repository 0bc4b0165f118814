"""A node written as several that give the same, and graphs made of other nodes.

Expansion       nodes that together stand for one node of a graph
slice_of_axis   some places of one axis
rewritten       a graph with other nodes, checked
asked_for       those of some nodes that some values need
MOVED           what shows each number of a value at other places
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from pellucid import primitives as p
from pellucid.graph import Graph, Node, Shape, Value
from pellucid.primitives.base import Primitive

MOVED = (p.Reshape, p.PermuteDims, p.Flip, p.Slice, p.BroadcastTo)


class Expansion:
    """Nodes in place of one node: the last of them gives what that one gave."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._nodes: list[Node] = []

    def then(self, primitive: Primitive, *inputs: Value) -> Value:
        """Add a node: its output."""
        name = f"{self._node.output.name}/{len(self._nodes)}"
        shape = primitive.shape(*(value.shape for value in inputs))
        output = Value(name, shape, self._node.output.dtype)
        self._nodes.append(Node(primitive, inputs, output, self._node.scope))
        return output

    def some(self, value: Value, axis: int, first: int, count: int) -> Value:
        """Some places of an axis of a value: the value itself where these are all."""
        if count == value.shape[axis]:
            return value
        return self.then(slice_of_axis(value.shape, axis, first, count), value)

    def finished(self) -> list[Node]:
        """All nodes, in order."""
        *before, last = self._nodes
        return [*before, replace(last, output=self._node.output)]


def slice_of_axis(shape: Shape, axis: int, first: int, count: int) -> p.Slice:
    """The slice of some places of one axis, all of the others."""
    start = [0] * len(shape)
    counts = list(shape)
    start[axis] = first
    counts[axis] = count
    step = (1,) * len(shape)
    return p.Slice(tuple(start), tuple(counts), step)


def asked_for(
    nodes: Sequence[Node], values: Iterable[Value], given: Container[str] = ()
) -> list[Node]:
    """The nodes that make some values, and all before them, in order; none before those given."""
    needed = {value.name for value in values}
    wanted: list[Node] = []
    for node in reversed(nodes):
        if node.output.name in needed and node.output.name not in given:
            wanted.append(node)
            needed.update(value.name for value in node.inputs)
    return wanted[::-1]


def rewritten(graph: Graph, nodes: Iterable[Node]) -> Graph:
    """A graph that gives the same through other nodes."""
    result = replace(graph, nodes=tuple(nodes))
    result.check(graph)
    return result
