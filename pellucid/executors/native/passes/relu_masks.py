"""Masks found again from what they chose, instead of being kept for the way back.

    masks_from_results      the graph in which gradients ask the result of relu, not its input

relu is where(x <= 0, 0, x), and its gradient needs x <= 0 again. Where y = relu(x) stays in
memory for a product anyway, y <= 0 says the same, for every x, nan too: then no mask is
written and read.
"""

from dataclasses import replace

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import moves, multiplies
from pellucid.graph import Graph, Node, Value


def masks_from_results(graph: Graph) -> Graph:
    """The graph with such masks computed from results."""
    made_by = {node.output.name: node for node in graph.nodes}
    constants = {value.name for value, _ in graph.constants}
    multiplied = _multiplied(graph)
    again: dict[str, Value] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        changed = any(value.name in again for value in node.inputs)
        inputs = tuple(again.get(value.name, value) for value in node.inputs)
        nodes.append(replace(node, inputs=inputs) if changed else node)
        mask = _mask_of(node, made_by, constants)
        if mask is not None and node.output.name in multiplied and mask.name not in again:
            again[mask.name] = Value(f"{mask.name}'", mask.shape, mask.dtype)
            operands = (node.output, made_by[mask.name].inputs[1])
            nodes.append(Node(p.LessEqual(), operands, again[mask.name], node.scope))
    result = Graph(graph.inputs, graph.constants, tuple(nodes), graph.outputs)
    result.check(graph)
    return result


def _mask_of(node: Node, made_by: dict[str, Node], constants: set[str]) -> Value | None:
    """The mask x <= c of a node where(x <= c, c, x), for a constant c."""
    if not isinstance(node.primitive, p.Where):
        return None
    mask, chosen, x = node.inputs
    source = made_by.get(mask.name)
    if source is None or not isinstance(source.primitive, p.LessEqual):
        return None
    same = source.inputs == (x, chosen) and chosen.name in constants
    return mask if same and mask.shape == x.shape == node.output.shape else None


def _multiplied(graph: Graph) -> set[str]:
    """The values that are operands of products, moved or not."""
    found: set[str] = set()
    for node in reversed(graph.nodes):
        is_moved = moves(node) and node.output.name in found
        if multiplies(node) or is_moved:
            found |= {value.name for value in node.inputs}
    return found
