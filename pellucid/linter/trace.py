"""What a loss is computed from, as a graph that can be asked.

    Trace     the nodes between inputs and loss, each computation once
    FEATURES, TARGETS, PARAMETERS
              what a value was computed from: bits of `Trace.sources`

Two nodes that do the same to the same values are one here, so that a formula is recognised
however often its parts were written out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pellucid.graph import Graph, Node, Value

FEATURES = 1
TARGETS = 2
PARAMETERS = 4


@dataclass(eq=False, repr=False)
class Trace:
    """The computation of a loss. `given`: the sources of inputs, by name; others have none.

    `batch`: the samples that it was captured for.
    """

    graph: Graph
    loss: Value
    given: Mapping[str, int]
    batch: int
    nodes: list[Node] = field(init=False, default_factory=list)
    maker: dict[str, Node] = field(init=False, default_factory=dict)
    uses: dict[str, list[Node]] = field(init=False, default_factory=dict)
    sources: dict[str, int] = field(init=False, default_factory=dict)
    constants: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.constants = {value.name: array for value, array in self.graph.constants}
        self.sources = dict(self.given)
        same: dict[str, Value] = {}
        known: dict[Any, Value] = {}
        for node in _between(self.graph.nodes, self.loss):
            inputs = tuple(same.get(value.name, value) for value in node.inputs)
            key = (_identity(node.primitive), *(value.name for value in inputs))
            if key in known:
                same[node.output.name] = known[key]
                continue
            known[key] = node.output
            self._add(Node(node.primitive, inputs, node.output, node.scope))
        self.loss = same.get(self.loss.name, self.loss)

    def _add(self, node: Node) -> None:
        self.nodes.append(node)
        self.maker[node.output.name] = node
        sources = 0
        for value in node.inputs:
            self.uses.setdefault(value.name, []).append(node)
            sources |= self.sources.get(value.name, 0)
        self.sources[node.output.name] = self.sources.get(node.output.name, 0) | sources

    @cached_property
    def read(self) -> frozenset[str]:
        """The names of all values that something is computed from."""
        return frozenset(value.name for node in self.nodes for value in node.inputs)

    def made_by(self, value: Value, *kinds: type) -> Node | None:
        """The node that made a value, if it is of one of these primitives and no subclass."""
        node = self.maker.get(value.name)
        return node if node is not None and type(node.primitive) in kinds else None

    def has(self, value: Value, source: int) -> bool:
        """Whether a value was computed from this source, among others or alone."""
        return bool(self.sources.get(value.name, 0) & source)

    def is_from_data(self, value: Value) -> bool:
        """Whether a value was computed from samples, features or targets."""
        return self.has(value, FEATURES | TARGETS)

    def is_constant(self, value: Value) -> bool:
        """Whether a value depends on nothing that is given or learned."""
        return not self.sources.get(value.name, 0)

    def number(self, value: Value) -> float | None:
        """The number that a constant holds everywhere; None where it is no such constant."""
        array = self.constants.get(value.name)
        if array is None or array.size == 0 or array.dtype.kind not in "fiu":
            return None
        first = array.reshape(-1)[0]
        return float(first) if array.size == 1 or bool((array == first).all()) else None


def _between(nodes: Iterable[Node], loss: Value) -> list[Node]:
    """The nodes that a loss needs, in their order."""
    wanted = {loss.name}
    found = []
    for node in reversed(list(nodes)):
        if node.output.name in wanted:
            found.append(node)
            wanted.update(value.name for value in node.inputs)
    return found[::-1]


def _identity(primitive: Any) -> Any:
    """What makes two uses of a primitive the same; graphs inside are not compared."""
    return id(primitive) if primitive.bodies else primitive
