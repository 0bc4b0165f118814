"""Masks found again from what they chose, instead of being kept for the way back.

    masks_from_results      the graph in which gradients ask the result of relu, not its input

relu is where(x <= 0, 0, x), and its gradient needs x <= 0 again. Where y = relu(x) stays in
memory for a product anyway, y <= 0 says the same, for every x, nan too: then no mask is
written and read.
"""

from dataclasses import replace

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import moves, multiplies
from pellucid.executors.native.passes.expansion import rewritten
from pellucid.graph import Graph, Node, Value


def masks_from_results(graph: Graph) -> Graph:
    """The graph with such masks computed from results."""
    made_by = {node.output.name: node for node in graph.nodes}
    constants = {value.name for value, _ in graph.constants}
    multiplied = _multiplied(graph)
    again: dict[str, Value] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        nodes.append(_renamed(node, again))
        mask = _mask_of(node, made_by, constants)
        if mask is None or mask.name in again:
            continue
        if node.output.name in multiplied:
            _, limit = made_by[mask.name].inputs
            again[mask.name] = Value(f"{mask.name}'", mask.shape, mask.dtype)
            operands = (node.output, limit)
            nodes.append(Node(p.LessEqual(), operands, again[mask.name], node.scope))
    return rewritten(graph, nodes)


def _renamed(node: Node, again: dict[str, Value]) -> Node:
    """A node that asks for what its operands have become."""
    inputs = tuple(again.get(value.name, value) for value in node.inputs)
    return node if inputs == node.inputs else replace(node, inputs=inputs)


def _mask_of(node: Node, made_by: dict[str, Node], constants: set[str]) -> Value | None:
    """The mask x <= c of a node where(x <= c, c, x), for a constant c."""
    if not isinstance(node.primitive, p.Where):
        return None
    mask, chosen, x = node.inputs
    source = made_by.get(mask.name)
    if source is None or not isinstance(source.primitive, p.LessEqual):
        return None
    if source.inputs != (x, chosen) or chosen.name not in constants:
        return None
    is_whole = mask.shape == x.shape == node.output.shape
    return mask if is_whole else None


def _multiplied(graph: Graph) -> set[str]:
    """The values that are operands of products, moved or not."""
    multiplied: set[str] = set()
    for node in reversed(graph.nodes):
        is_moved = moves(node) and node.output.name in multiplied
        if multiplies(node) or is_moved:
            multiplied.update(value.name for value in node.inputs)
    return multiplied
