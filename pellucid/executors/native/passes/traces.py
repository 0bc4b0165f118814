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
from pellucid.graph import Graph, Node, Shape, Value
from pellucid.primitives.base import FLOATS, DType, Primitive

MOST_STEPS = 100_000  # with 300 bytes in the list of calls for each of their kernels


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
    """Whether all of a loop's body has native code, and its turns can be listed."""
    return scan.steps <= MOST_STEPS and all(_has_code(node) for node in scan.body.nodes)


def _has_code(node: Node) -> bool:
    primitive = node.primitive
    if isinstance(primitive, p.Scan):
        return runs_here(primitive)
    if multiplies(node):
        return node.output.dtype in FLOATS
    plain = facts_of(primitive).lowering in {
        Lowering.MOVED,
        Lowering.PART,
        Lowering.REDUCED,
    }
    return plain or is_pointwise(node) or has_code(node)


def with_traces(graph: Graph) -> Graph:
    """The graph with a trace for each carry and a part for each result of its native loops."""
    parts: dict[tuple[str, int], Node] = {}
    loops: dict[str, p.Scan] = {}
    for node in graph.nodes:
        if isinstance(node.primitive, p.Part):
            parts[node.inputs[0].name, node.primitive.index] = node
        elif isinstance(node.primitive, p.Scan) and runs_here(node.primitive):
            loops[node.output.name] = node.primitive
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.output.name in loops:
            nodes += [node, *_gives(node, parts)]
        elif not isinstance(node.primitive, p.Part) or node.inputs[0].name not in loops:
            nodes.append(node)
        elif node.primitive.index < 3 * loops[node.inputs[0].name].carries:
            nodes += _seen(node, loops[node.inputs[0].name])
    result = Graph(graph.inputs, graph.constants, tuple(nodes), graph.outputs)
    result.check(graph)
    return result


def _rows(scan: p.Scan, carry: int) -> int:
    """The rows of a trace."""
    return scan.steps + 1 if carry in scan.before + scan.after else 2


def _trace(record: Value, scan: p.Scan, carry: int) -> Value:
    of = scan.carried[carry]
    return Value(f"{record.name}/s{carry}", (_rows(scan, carry), *of.shape), of.dtype)


def _gives(node: Node, parts: dict[tuple[str, int], Node]) -> list[Node]:
    """The traces and results of a loop."""
    scan, record, made = node.primitive, node.output, []
    for k in range(scan.carries):
        trace = _trace(record, scan, k)
        kind = Trace(k, trace.shape, trace.dtype)
        made.append(Node(kind, (record,), trace, node.scope))
    for j, (dtype, shape) in enumerate(scan.gives()[3 * scan.carries :], 3 * scan.carries):
        unused = Node(
            p.Part(j, shape), (record,), Value(f"{record.name}/y{j}", shape, dtype), node.scope
        )
        made.append(parts.get((record.name, j), unused))
    return made


def _seen(node: Node, scan: p.Scan) -> list[Node]:
    """A carry behind all steps, before or after each, as a view of its trace."""
    index, (record,), output = node.primitive.index, node.inputs, node.output
    carry = index % scan.carries
    trace = _trace(record, scan, carry)
    rest = trace.shape[1:]

    def rows(first: int, count: int, seen: Value) -> Node:
        start, step = (first,) + (0,) * len(rest), (1,) * len(trace.shape)
        return Node(p.Slice(start, (count, *rest), step), (trace,), seen, node.scope)

    if index >= scan.carries:
        later = (index >= 2 * scan.carries) != scan.reverse
        count = output.shape[0]  # 0 where that is not kept
        return [rows(int(later and count > 0), count, output)]
    row = Value(f"{output.name}/0", (1, *rest), output.dtype)
    kept = carry in scan.before + scan.after
    last = scan.steps % 2 if not kept else 0 if scan.reverse else scan.steps
    return [rows(last, 1, row), Node(p.Reshape(rest), (row,), output, node.scope)]
