"""Loops of a graph whose carries are traces: a turn reads one row and writes the next.

    runs_here   whether all of a loop's body has native code; otherwise its rule is called
    Trace       what a carry is between turns
    with_traces the graph with traces, and what is asked of carries as views of them

A trace has a row for what a carry is between two turns: all of them where the graph asks for
that, or two that take turns. Nothing is copied but the first.
"""

from dataclasses import dataclass
from functools import lru_cache

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import Lowering, facts_of, has_code, multiplies
from pellucid.executors.native.ir.pointwise import is_pointwise
from pellucid.executors.native.passes.expansion import rewritten, slice_of_axis
from pellucid.graph import Graph, Node, Shape, Value
from pellucid.primitives.base import FLOATS, DType, Primitive

MOST_STEPS = 100_000  # with 300 bytes in the list of calls for each of their kernels
_LAST, _BEFORE, _AFTER = range(
    3
)  # a record's parts: a carry behind all steps, before and after each


WITHIN = (Lowering.MOVED, Lowering.PART, Lowering.REDUCED)  # of other kernels, but pointwise ones


@dataclass(frozen=True)
class Trace(Primitive):
    """What a carry of a loop is between its turns, (rows, ...)."""

    carry: int
    to: Shape
    of: DType

    def shape(self, *shapes: Shape) -> Shape:
        return self.to

    def dtype(self, *dtypes: DType) -> DType:
        return self.of

    def forward(self, xp: object, x: object) -> None:
        """Traces are made by the turns of a loop: this is never run."""
        raise NotImplementedError("a trace is made by the turns of a loop")


@lru_cache(maxsize=256)
def runs_here(scan: p.Scan) -> bool:
    """Whether all of a loop's body has native code, and its turns are few enough to be listed."""
    if scan.steps > MOST_STEPS:
        return False
    return all(_has_code(node) for node in scan.body.nodes)


def _has_code(node: Node) -> bool:
    """Whether a node of a body has code, within a kernel or by itself."""
    primitive = node.primitive
    if isinstance(primitive, p.Scan):
        return runs_here(primitive)
    if multiplies(node):
        return node.output.dtype in FLOATS
    if facts_of(primitive).lowering in WITHIN:
        return True
    return is_pointwise(node) or has_code(node)


def with_traces(graph: Graph) -> Graph:
    """The graph with a trace for each carry and a part for each result of its native loops."""
    parts: dict[tuple[str, int], Node] = {}  # what is taken out of a record, by which
    loops: dict[str, _TracedLoop] = {}
    for node in graph.nodes:
        if isinstance(node.primitive, p.Part):
            (record,) = node.inputs
            parts[record.name, node.primitive.index] = node
        elif isinstance(node.primitive, p.Scan) and runs_here(node.primitive):
            loops[node.output.name] = _TracedLoop(node, node.primitive)
    nodes: list[Node] = []
    for node in graph.nodes:
        loop = loops.get(node.output.name)
        if loop is not None:
            nodes += [node, *loop.traces(), *loop.results(parts)]
        elif isinstance(node.primitive, p.Part) and node.inputs[0].name in loops:
            nodes += loops[node.inputs[0].name].seen(node)
        else:
            nodes.append(node)
    return rewritten(graph, nodes)


@dataclass(frozen=True)
class _TracedLoop:
    """A loop with traces: the node that gives its record, and its primitive."""

    node: Node
    scan: p.Scan

    def traces(self) -> list[Node]:
        """A node for each trace."""
        nodes = []
        for carry in range(self.scan.carries):
            trace = self._trace(carry)
            primitive = Trace(carry, trace.shape, trace.dtype)
            nodes.append(self._part(primitive, trace))
        return nodes

    def results(self, parts: dict[tuple[str, int], Node]) -> list[Node]:
        """A node for each result that is no carry, whether somebody asks for it or not."""
        record = self.node.output
        first = 3 * self.scan.carries
        nodes = []
        for index, (dtype, shape) in enumerate(self.scan.gives()[first:], first):
            unused = Value(f"{record.name}/y{index}", shape, dtype)
            asked = parts.get((record.name, index))
            nodes.append(asked or self._part(p.Part(index, shape), unused))
        return nodes

    def seen(self, node: Node) -> list[Node]:
        """What is taken out of the record of a carry, as a view of its trace."""
        index = node.primitive.index
        if index >= 3 * self.scan.carries:
            return []  # a result, which stands behind the loop already
        moment, carry = divmod(index, self.scan.carries)
        if moment == _LAST:
            return self._last_row(node, carry)
        is_after = moment == _AFTER
        count = node.output.shape[0]  # 0 where that is not kept
        is_later = is_after != self.scan.reverse and count > 0
        return [self._rows(node, carry, int(is_later), node.output)]

    def _last_row(self, node: Node, carry: int) -> list[Node]:
        """What a carry is behind all steps."""
        output = node.output
        row = Value(f"{output.name}/0", (1, *output.shape), output.dtype)
        place = self._last_place(carry)
        reshape = Node(p.Reshape(output.shape), (row,), output, node.scope)
        return [self._rows(node, carry, place, row), reshape]

    def _last_place(self, carry: int) -> int:
        """The row of a trace that holds what a carry is behind all steps."""
        if not self._is_kept(carry):
            return self.scan.steps % 2
        return 0 if self.scan.reverse else self.scan.steps

    def _rows(self, node: Node, carry: int, first: int, output: Value) -> Node:
        """A view of some rows of a trace, for a node that asks for them."""
        trace = self._trace(carry)
        primitive = slice_of_axis(trace.shape, 0, first, output.shape[0])
        return Node(primitive, (trace,), output, node.scope)

    def _is_kept(self, carry: int) -> bool:
        """Whether the graph asks for what a carry is between all turns."""
        return carry in self.scan.before + self.scan.after

    def _trace(self, carry: int) -> Value:
        """The trace of a carry: a row for each step and one more, or two that take turns."""
        rows = self.scan.steps + 1 if self._is_kept(carry) else 2
        carried = self.scan.carried[carry]
        name = f"{self.node.output.name}/s{carry}"
        return Value(name, (rows, *carried.shape), carried.dtype)

    def _part(self, primitive: Primitive, output: Value) -> Node:
        """A node that takes something out of the record."""
        return Node(primitive, (self.node.output,), output, self.node.scope)
