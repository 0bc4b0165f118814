"""The precision that the products of a compiled function are computed in.

    PRECISIONS      their names: float32, and bfloat16, which is asked for
    checked         the name of a precision; an error for an unknown one
    check_inside    an error where a function would lose its own within another one
    rounded         a graph with the operands of its products rounded to bfloat16

In bfloat16 every matrix product and convolution of float32, forward and backward, takes its
operands rounded. Everything else stays float32: the sums of the products, parameters, statistics,
losses, the update. It is one pass over the captured graph, and executors run what they are given.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pellucid import primitives as p
from pellucid.errors import OptionError, closest
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOAT32
from pellucid.primitives.recurrence import Recurrence

PRECISIONS = ("float32", "bfloat16")

PRODUCTS = (p.MatMul, p.Convolution)
# Rounded before they move: what is rounded is then no larger, and shared by all who see it.
MOVEMENTS = (p.Reshape, p.PermuteDims, p.BroadcastTo, p.Windows, p.Flip)
SUFFIX = "~bf16"  # of the names of rounded values


def checked(name: Any) -> str:
    """The name of a precision. Errors: OptionError for any other."""
    if name not in PRECISIONS:
        raise OptionError(
            f"precision is {name!r}. {closest(name, PRECISIONS)} In bfloat16 the operands of "
            "products and convolutions are rounded to 8 bits; sums, parameters and all else stay "
            "float32."
        )
    return str(name)


def check_inside(own: str, outer: str) -> None:
    """Refuse a function of a precision of its own within one of another."""
    if own != outer:
        raise OptionError(
            f"compile: a function compiled in {own} is called within what is captured, or "
            f"differentiated, in {outer}: it becomes a part of that, and would be {outer} too. "
            f"Give the outermost the precision: compile(f, precision={own!r})."
        )


def rounded(graph: Graph) -> Graph:
    """The graph with the float32 operands of its products rounded to bfloat16."""
    work = _Rounding(graph)
    for node in graph.nodes:
        work.add(node)
    result = replace(graph, nodes=_needed(work.nodes, graph.outputs))
    result.check(graph)
    return result


def _needed(nodes: Sequence[Node], outputs: Sequence[Value]) -> tuple[Node, ...]:
    """Without movements of which only the rounded ones are needed."""
    names = {value.name for value in outputs}
    kept = []
    for node in reversed(nodes):
        if node.output.name in names:
            kept.append(node)
            names.update(value.name for value in node.inputs)
    return tuple(reversed(kept))


def _rounds(node: Node) -> bool:
    return isinstance(node.primitive, p.RoundedToBfloat16)


class _Rounding:
    """The new nodes so far, and what has been rounded."""

    def __init__(self, graph: Graph) -> None:
        self.nodes: list[Node] = []
        self._made_by: dict[str, Node] = {node.output.name: node for node in graph.nodes}
        self._rounded: dict[str, Value] = {}

    def add(self, node: Node) -> None:
        """Take over one node of the graph."""
        primitive = node.primitive
        if isinstance(primitive, Recurrence):
            node = self._loop(node, replace(primitive, body=rounded(primitive.body)))
        elif type(primitive) in PRODUCTS and node.output.dtype == FLOAT32:
            operands = tuple(self._operand(value, node.scope) for value in node.inputs)
            node = replace(node, inputs=operands)
        self.nodes.append(node)

    def _loop(self, node: Node, loop: Recurrence) -> Node:
        """A loop whose body rounds; what stays the same in every turn is rounded before it."""
        body = loop.body
        count = loop.constants
        fixed = {
            value.name: of for value, of in zip(body.inputs[:count], node.inputs, strict=False)
        }
        before = [n for n in body.nodes if _rounds(n) and n.inputs[0].name in fixed]
        if not before:
            return replace(node, primitive=loop)
        made = {n.output.name for n in before}
        nodes = tuple(n for n in body.nodes if n.output.name not in made)
        taken = (*body.inputs[:count], *(n.output for n in before), *body.inputs[count:])
        given = [self._operand(fixed[n.inputs[0].name], n.scope) for n in before]
        inputs = (*node.inputs[:count], *given, *node.inputs[count:])
        body = replace(body, inputs=taken, nodes=nodes)
        loop = replace(loop, body=body, constants=count + len(before))
        return replace(node, primitive=loop, inputs=inputs)

    def _operand(self, value: Value, scope: str) -> Value:
        """A value rounded: what it is a movement of is, and moved again."""
        moved: list[Node] = []
        while value.name not in self._rounded:
            maker = self._made_by.get(value.name)
            if maker is None or type(maker.primitive) not in MOVEMENTS:
                break
            moved.append(maker)
            (value,) = maker.inputs
        found = self._rounded.get(value.name)
        if found is None:
            found = self._then(p.RoundedToBfloat16(), value, value, scope)
        for node in reversed(moved):
            found = self._then(node.primitive, found, node.output, node.scope)
        return found

    def _then(self, primitive: Any, operand: Value, of: Value, scope: str) -> Value:
        """A new node: what a value is, rounded."""
        output = replace(of, name=f"{of.name}{SUFFIX}")
        self.nodes.append(Node(primitive, (operand,), output, scope))
        self._rounded[of.name] = output
        return output
