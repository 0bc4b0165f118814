"""What grows with each number, computed behind a maximum instead of for all numbers before it.

    maxima_first    the graph in which maxima come before bias and relu

    max of (x + b) = (max of x) + b,  max of relu(x) = relu(max of x)

Rounding keeps the order of numbers, so both sides have the same bits, for nan, too; of windows of
2 x 2, a quarter is left to compute. They differ where numbers are infinite: with b infinite and
of the other sign, one number of many is nan on the left.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pellucid import primitives as p
from pellucid.executors.native.passes.expansion import asked_for, rewritten
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOATS


def maxima_first(graph: Graph) -> Graph:
    """The graph with such maxima before what grows with each number."""
    finder = _Finder(graph)
    nodes = [new for node in graph.nodes for new in finder.in_place_of(node)]
    if len(nodes) == len(graph.nodes):
        return graph
    return rewritten(graph, asked_for(nodes, graph.outputs))


@dataclass(frozen=True)
class _Step:
    """A node that gives something that grows with x."""

    node: Node
    x: Value

    @property
    def is_relu(self) -> bool:
        """Whether it is where(x <= c, c, x): x is asked for by the mask, too."""
        return isinstance(self.node.primitive, p.Where)


class _Finder:
    """Finds what is asked for by a maximum alone, and writes it behind."""

    def __init__(self, graph: Graph) -> None:
        self.made_by = {node.output.name: node for node in graph.nodes}
        used = [value.name for node in graph.nodes for value in node.inputs]
        returned = [value.name for value in graph.outputs]
        self.uses = Counter(used + returned)
        self.constants = {value.name for value, _ in graph.constants}

    def in_place_of(self, node: Node) -> list[Node]:
        """A maximum and what comes behind it; another node as it is."""
        if not isinstance(node.primitive, p.Max) or node.output.dtype not in FLOATS:
            return [node]
        x = node.inputs[0]
        uses = 1
        behind: list[_Step] = []
        while self.uses[x.name] == uses:
            grown = self._grown_from(x, node.primitive.axis)
            if grown is None:
                break
            step = _Step(self.made_by[x.name], grown)
            behind.insert(0, step)
            x = grown
            uses = step.node.inputs.count(x) + step.is_relu
        return list(_written(node, behind)) if behind else [node]

    def _grown_from(self, y: Value, axis: tuple[int, ...]) -> Value | None:
        """What a value grows with, number by number, and the same way all along some axes."""
        maker = self.made_by.get(y.name)
        if maker is None:
            return None
        match maker.primitive:
            case p.Add():
                pairs = (maker.inputs, maker.inputs[::-1])
                whole = [(a, b) for a, b in pairs if a.shape == y.shape]
                grown = [a for a, b in whole if _is_one(b, y, axis)]
                return grown[0] if grown else None
            case p.Where():
                return self._relu_of(maker)
        return None

    def _relu_of(self, node: Node) -> Value | None:
        """The x of where(x <= c, c, x), for a constant number c."""
        mask, limit, x = node.inputs
        source = self.made_by.get(mask.name)
        if source is None or not isinstance(source.primitive, p.LessEqual):
            return None
        is_relu = source.inputs == (x, limit) and limit.name in self.constants
        is_number = limit.shape == ()
        is_alone = self.uses[mask.name] == 1
        is_whole = x.shape == node.output.shape
        return x if is_relu and is_number and is_alone and is_whole else None


def _is_one(value: Value, y: Value, axis: tuple[int, ...]) -> bool:
    """Whether a value that is broadcast is the same number all along some axes."""
    before = len(y.shape) - len(value.shape)
    return all(i < before or value.shape[i - before] == 1 for i in axis)


def _written(node: Node, behind: Sequence[_Step]) -> Iterator[Node]:
    """The maximum of what all begins with, and behind it what is computed for it alone."""
    x = behind[0].x
    now = Value(f"{node.output.name}/max", node.output.shape, x.dtype)
    yield replace(node, inputs=(x,), output=now)
    for number, step in enumerate(behind):
        result = node.output
        if number < len(behind) - 1:
            result = Value(f"{node.output.name}/grown{number}", now.shape, now.dtype)
        again = {step.x.name: now}
        if step.is_relu:
            mask, limit, _ = step.node.inputs
            again[mask.name] = Value(f"{result.name}/mask", now.shape, mask.dtype)
            yield Node(p.LessEqual(), (now, limit), again[mask.name], step.node.scope)
        inputs = tuple(again.get(value.name, value) for value in step.node.inputs)
        yield Node(step.node.primitive, inputs, result, step.node.scope)
        now = result
