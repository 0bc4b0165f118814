"""A graph written anew, operation by operation: what simplification works on.

Rewriter        the new nodes so far, and what each old value has become
Operation       a primitive on values of the new graph, which rules may write otherwise
RewriteRules    which rules are asked
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import FACTS
from pellucid.executors.native.passes.expansion import asked_for
from pellucid.graph import Graph, Node, Shape, Value

STRETCHED = (p.BroadcastTo, p.Reshape)


@dataclass(frozen=True)
class Operation:
    """A primitive on values of the new graph; `like` is the old node that it comes from."""

    work: "Rewriter"
    primitive: Any
    inputs: tuple[Value, ...]
    like: Node

    def shape(self) -> Shape:
        """The shape of its result."""
        return self.shape_of(self.inputs)

    def shape_of(self, inputs: tuple[Value, ...]) -> Shape:
        """The shape that its primitive would give of other inputs."""
        shape: Shape = self.primitive.shape(*(value.shape for value in inputs))
        return shape

    def instead(self, primitive: Any, *inputs: Value) -> Value:
        """The value of another operation, which takes part in its place."""
        return self.work.value_of(Operation(self.work, primitive, inputs, self.like))

    def maker(self, value: Value) -> Node | None:
        """The new node that makes a value, if one does."""
        return self.work.made_by.get(value.name)


Rule = Callable[[Operation], Value | None]


class RewriteRules(NamedTuple):
    """Rules, asked in order, for primitives of the library, and for any, a user's own too."""

    of_library: tuple[Rule, ...]
    of_any: tuple[Rule, ...]


class Rewriter:
    """The new nodes so far, and what each old value has become."""

    def __init__(self, graph: Graph, rules: RewriteRules) -> None:
        self.rules = rules
        self.inputs = graph.inputs
        self.renamed: dict[str, Value] = {}
        self.made_by: dict[str, Node] = {}
        self.arrays: dict[str, Any] = {}
        self.nodes: list[Node] = []
        self._numbers: dict[str, Any] = {}  # of stretched ones, or None
        self._merged: dict[Any, Value] = {}
        for value in graph.inputs:
            self.renamed[value.name] = value
        for value, array in graph.constants:
            self.renamed[value.name] = value
            self.arrays[value.name] = array

    def add(self, node: Node) -> None:
        """Take over one node of the old graph."""
        inputs = tuple(self.renamed[value.name] for value in node.inputs)
        operation = Operation(self, node.primitive, inputs, node)
        self.renamed[node.output.name] = self.value_of(operation)

    def value_of(self, operation: Operation) -> Value:
        """What an operation gives: rewritten, folded, merged, or a new node."""
        is_known = type(operation.primitive) in FACTS
        for rule in self.rules.of_library if is_known else self.rules.of_any:
            value = rule(operation)
            if value is not None:
                return value
        key = (operation.primitive, operation.inputs)
        if key not in self._merged:
            self._merged[key] = self._new_node(operation)
        return self._merged[key]

    def _new_node(self, operation: Operation) -> Value:
        """The output of a new node."""
        primitive, inputs = operation.primitive, operation.inputs
        dtype = primitive.dtype(*(value.dtype for value in inputs))
        output = Value(f"%{len(self.nodes)}", operation.shape(), dtype)
        node = Node(primitive, inputs, output, operation.like.scope)
        self.nodes.append(node)
        self.made_by[output.name] = node
        if type(primitive) in STRETCHED:
            self._numbers[output.name] = self.uniform(inputs[0])
        return output

    def constant(self, array: Any) -> Value:
        """A constant, one for equal arrays."""
        array = np.asarray(array)
        key = ("constant", array.dtype, array.shape, array.tobytes())
        if key not in self._merged:
            name = f"%k{len(self.arrays)}"
            self.arrays[name] = array
            self._merged[key] = Value(name, array.shape, array.dtype)
        return self._merged[key]

    def uniform(self, value: Value) -> Any:
        """The one number that all elements are, where that is known; else None."""
        array = self.arrays.get(value.name)
        if array is None:
            return self._numbers.get(value.name)
        return array.reshape(-1)[0] if array.size == 1 else None

    def is_number(self, value: Value, number: float) -> bool:
        """Whether all elements are known to be this number."""
        known = self.uniform(value)
        return known is not None and bool(known == number)

    def graph_of(self, outputs: tuple[Value, ...]) -> Graph:
        """The new graph, with only the nodes and constants that the outputs need."""
        kept = asked_for(self.nodes, outputs)
        needed = {value.name for value in outputs}
        needed.update(value.name for node in kept for value in node.inputs)
        constants = []
        for name, array in self.arrays.items():
            if name in needed:
                value = Value(name, array.shape, array.dtype)
                constants.append((value, array))
        return Graph(self.inputs, tuple(constants), tuple(kept), outputs)
