"""Central differences of a run, in float64: what a gradient is compared with.

    Widened     a graph of float32 as the same graph of float64, run once and nudged at will
    Difference  what nudging one number of a value did to the result
    widened     the graph itself, with float64 in the place of float32

    d result / d x_i = (result(x + h e_i) - result(x - h e_i)) / 2h + O(h^2)

The inputs, and with them the counters of the random draws, are those of the run, so that masks of
dropout and everything else that is drawn are the same. Only what depends on the nudged value is
computed again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from pellucid.explanation.trace import Trace
from pellucid.graph import Graph, Node, Value
from pellucid.primitives import StopGradient
from pellucid.primitives.base import FLOAT32, FLOAT64, DType

# The cube root of the spacing of float64 balances the error of the formula with that of rounding.
STEP = float(np.finfo(FLOAT64).eps) ** (1.0 / 3.0)
KINK = 1e-3  # one-sided differences that differ by a larger part lie at both sides of a kink


@dataclass(frozen=True)
class Difference:
    """The number at `place` was raised and lowered by `step`.

    `left`, `right`: the one-sided differences; `central`: their mean. At a kink they differ, and
    the function has no derivative there, but one at each side.
    """

    place: tuple[int, ...]
    step: float
    left: float
    right: float

    @property
    def central(self) -> float:
        """The central difference."""
        return (self.left + self.right) / 2.0

    @property
    def kink(self) -> bool:
        """Whether the slope jumps between the two sides."""
        largest = max(abs(self.left), abs(self.right))
        return abs(self.right - self.left) > KINK * largest


class Widened:
    """A run in float64, whose values can be nudged one number at a time."""

    def __init__(self, trace: Trace) -> None:
        self.graph = widened(trace.graph)
        self._known: dict[str, Any] = {}
        for value in self.graph.inputs:
            array = np.asarray(trace.array(value.name))
            self._known[value.name] = array.astype(value.dtype)
        for value, array in self.graph.constants:
            self._known[value.name] = array
        self._run(self.graph.nodes, self._known)

    def array(self, name: str) -> Any:
        """The numbers of a value, in float64 where the run had floats."""
        return self._known[name]

    def nudge(self, name: str, places: Iterable[Sequence[int]]) -> list[Difference]:
        """What raising and lowering each of these numbers of a value does to the result's sum."""
        after = self._depending(name)
        return [self._nudged(name, tuple(place), after) for place in places]

    def _nudged(
        self,
        name: str,
        place: tuple[int, ...],
        after: Sequence[Node],
    ) -> Difference:
        base = self._known[name]
        number = float(base[place])
        step = STEP * max(1.0, abs(number))
        left = self._slope(name, place, -step, after)
        right = self._slope(name, place, step, after)
        return Difference(place, step, left, right)

    def _slope(
        self, name: str, place: tuple[int, ...], step: float, after: Sequence[Node]
    ) -> float:
        """What the result's sum changes by for each unit of one step."""
        base = self._known[name]
        moved = base.copy()
        moved[place] += step
        rounded = float(moved[place]) - float(base[place])  # the step as it was rounded
        start = self._known[self.graph.outputs[0].name]
        change = self._result(name, moved, after) - start
        return float(change.sum()) / rounded

    def _result(self, name: str, array: Any, after: Sequence[Node]) -> Any:
        known = {**self._known, name: array}
        self._run(after, known)
        return known[self.graph.outputs[0].name]

    def _depending(self, name: str) -> list[Node]:
        """The nodes that compute from a value, directly or not.

        What differentiation treats as a constant stays as it was.
        """
        reached = {name}
        found = []
        for node in self.graph.nodes:
            if isinstance(node.primitive, StopGradient):
                continue
            if any(value.name in reached for value in node.inputs):
                reached.add(node.output.name)
                found.append(node)
        return found

    @staticmethod
    def _run(nodes: Iterable[Node], known: dict[str, Any]) -> None:
        with np.errstate(all="ignore"):
            for node in nodes:
                arguments = [known[value.name] for value in node.inputs]
                result = node.primitive.forward(np, *arguments)
                known[node.output.name] = np.asarray(result)


def widened(graph: Graph) -> Graph:
    """The graph with float64 in the place of float32, also inside loops."""
    known: dict[str, Value] = {}
    for value in graph.inputs:
        known[value.name] = _wide_value(value)
    constants = []
    for value, array in graph.constants:
        wide = _wide_value(value)
        known[value.name] = wide
        constants.append((wide, np.asarray(array).astype(wide.dtype)))
    nodes = []
    for node in graph.nodes:
        inputs = tuple(known[value.name] for value in node.inputs)
        made = _wide_node(node, inputs)
        known[made.output.name] = made.output
        nodes.append(made)
    given = tuple(known[value.name] for value in graph.inputs)
    outputs = tuple(known[value.name] for value in graph.outputs)
    result = Graph(given, tuple(constants), tuple(nodes), outputs)
    result.check()
    return result


def _wide_value(value: Value) -> Value:
    return replace(value, dtype=_wide(value.dtype))


def _wide_node(node: Node, inputs: tuple[Value, ...]) -> Node:
    """The node for wider inputs: its rules say of which dtype its output is."""
    primitive = node.primitive
    changed: dict[str, Any] = {}
    for each in fields(primitive):
        value = getattr(primitive, each.name)
        if isinstance(value, Graph):
            changed[each.name] = widened(value)
        elif isinstance(value, np.dtype):
            changed[each.name] = _wide(value)
    wide = replace(primitive, **changed) if changed else primitive
    shapes = [value.shape for value in inputs]
    dtypes = [value.dtype for value in inputs]
    shape, dtype = wide.output(shapes, dtypes)
    output = Value(node.output.name, shape, dtype)
    return Node(wide, inputs, output, node.scope)


def _wide(dtype: DType) -> DType:
    return FLOAT64 if dtype == FLOAT32 else dtype
