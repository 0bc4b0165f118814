"""Gradients through several values of the way forward, kept as one slope.

    slopes_kept     the graph in which such gradients multiply by what is known beforehand

The gradient of gelu, dy cdf(x) + dy x density(x), asks for x, cdf(x) and density(x): three arrays
that the way forward writes and the way back reads. But it is dy times a slope, and that can be
computed where these values are. So where all that becomes of a product y is linear in y, and asks
for several arrays that are there before, their sum is made first, and one array is kept.

    a y + b y = (a + b) y,  where(c, 0, a y) = where(c, 0, a) y

Each is as exact as the other. They differ in what exceeds all floats: y x is no longer met on the
way, and where y is infinite and c holds, the result is nan instead of 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import is_costly, moves, multiplies
from pellucid.executors.native.ir.pointwise import is_pointwise
from pellucid.executors.native.passes.expansion import Expansion, rewritten
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOATS

FEWEST_ARRAYS = 2  # of those read beside the product: for one, nothing would be saved


def slopes_kept(graph: Graph) -> Graph:
    """The graph with such slopes in place of what they are made of."""
    uses = _Uses.of(graph)
    instead: dict[str, list[Node]] = {}
    gone: set[str] = set()
    for node in graph.nodes:
        if not multiplies(node) or node.output.dtype not in FLOATS:
            continue
        linear = _Linear(node, uses)
        if linear.grow():
            last = linear.nodes[-1].output.name
            instead[last] = linear.with_slope()
            gone |= {node.output.name for node in linear.nodes}
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.output.name not in gone:
            nodes.append(node)
        nodes += instead.get(node.output.name, [])
    return rewritten(graph, nodes) if instead else graph


@dataclass(frozen=True)
class _Uses:
    """Who makes values and who uses them; which are outputs, views of others, constants."""

    made_by: Mapping[str, Node]
    users: Mapping[str, list[Node]]
    outputs: frozenset[str]
    constants: Mapping[str, Any]

    @classmethod
    def of(cls, graph: Graph) -> "_Uses":
        users: dict[str, list[Node]] = {}
        for node in graph.nodes:
            for name in dict.fromkeys(value.name for value in node.inputs):
                users.setdefault(name, []).append(node)
        made_by = {node.output.name: node for node in graph.nodes}
        outputs = frozenset(value.name for value in graph.outputs)
        constants = {value.name: array for value, array in graph.constants}
        return cls(made_by, users, outputs, constants)

    def source(self, value: Value) -> Value:
        """What a value is a view of."""
        node = self.made_by.get(value.name)
        while node is not None and moves(node):
            value = node.inputs[0]
            node = self.made_by.get(value.name)
        return value

    def is_zero(self, value: Value) -> bool:
        """Whether a value is known to be 0 everywhere."""
        array = self.constants.get(self.source(value).name)
        return array is not None and not np.any(array)

    def depend(self, values: Iterable[Value], wanted: str) -> bool:
        """Whether some values need what is wanted there."""
        waiting, seen = [value.name for value in values], set()
        while waiting:
            name = waiting.pop()
            if name == wanted:
                return True
            node = self.made_by.get(name)
            if name not in seen and node is not None:
                seen.add(name)
                waiting += [value.name for value in node.inputs]
        return False


class _Linear:
    """Nodes that make of a product something linear in it, in order."""

    def __init__(self, product: Node, uses: _Uses) -> None:
        self.product = product.output
        self.uses = uses
        self.nodes: list[Node] = []
        self.names = {product.output.name}

    def grow(self) -> bool:
        """Take all that is linear, up to one value that is worth a slope; whether there is one."""
        waiting, best = list(self.uses.users.get(self.product.name, [])), 0
        while waiting:
            node = self._next(waiting)
            if node is None:
                break
            waiting.remove(node)
            self.nodes.append(node)
            self.names.add(node.output.name)
            if not waiting:
                best = len(self.nodes)
            if node.output.name in self.uses.outputs:
                break
            users = self.uses.users.get(node.output.name, [])
            waiting += [user for user in users if user not in waiting]
        del self.nodes[best:]
        return best > 0 and self._is_worth_it()

    def _next(self, waiting: list[Node]) -> Node | None:
        """One whose operands that come of the product are all there; None if another is not linear.

        A value is left once all its users are inside: so nobody else asks for it.
        """
        if not all(map(self._may_be_linear, waiting)):
            return None
        return next(filter(self._is_linear, waiting), None)

    def _may_be_linear(self, node: Node) -> bool:
        product = self.product
        is_alike = node.output.shape == product.shape and node.output.dtype == product.dtype
        return is_alike and isinstance(node.primitive, p.Multiply | p.Add | p.Subtract | p.Where)

    def _is_linear(self, node: Node) -> bool:
        own = [value.name in self.names for value in node.inputs]
        if isinstance(node.primitive, p.Multiply):
            return sum(own) == 1
        if self.product in node.inputs:
            return False
        if isinstance(node.primitive, p.Where):
            sides = zip(own[1:], node.inputs[1:], strict=True)
            return not own[0] and all(mine or self.uses.is_zero(x) for mine, x in sides)
        return all(own)

    def _is_worth_it(self) -> bool:
        """Whether several arrays are read, made by one kernel, it seems, and long before."""
        own = {self.product.name, *(node.output.name for node in self.nodes)}
        others = [x for node in self.nodes for x in node.inputs if x.name not in own]
        arrays = {}
        for value in others:
            source = self.uses.source(value)
            if source.size == self.product.size and source.dtype == self.product.dtype:
                arrays[source.name] = self.uses.made_by.get(source.name)
        makers = [node for node in arrays.values() if node is not None]
        if len(arrays) < FEWEST_ARRAYS or len(makers) < len(arrays):
            return False
        is_fused = all(is_pointwise(node) or multiplies(node) for node in makers)
        if not is_fused or not any(map(is_costly, makers)):
            return False
        return not self.uses.depend(others, self.product.name)

    def with_slope(self) -> list[Node]:
        """What makes the slope, and the product with it in place of the last value."""
        expansion = Expansion(self.nodes[-1])
        slopes: dict[str, Value] = {}
        for node in self.nodes:
            inputs = [slopes.get(value.name, value) for value in node.inputs]
            if self.product in inputs:
                (slope,) = [value for value in inputs if value != self.product]
            else:
                slope = expansion.then(node.primitive, *inputs)
            slopes[node.output.name] = slope
        expansion.then(p.Multiply(), self.product, slope)
        return expansion.finished()
