"""Products of what a causal mask has set to 0: half of it is not multiplied.

    with_triangles      the graph in which such products are known as triangular

A constant mask that hides all later positions makes weights of attention a lower triangle: scores
of -inf where it is false, whose exponentials are 0, and stay so, multiplied or divided. They are
nan where something infinite or nan meets them, as 0 inf is: that is left out with them, as far as
tiles lie on one side of the diagonal.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.triangles import TriangularMatMul
from pellucid.executors.native.passes.expansion import rewritten
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOATS

EIGHTH = 8  # of k; sizes that it divides are cut where any loop over k begins a turn
LEAST = 32  # of k; chosen: below, a tile is as high as the triangle


class _Above(Enum):
    """What stands above the diagonal of the last two axes."""

    FALSE = auto()
    LEAST = auto()  # -inf
    ZERO = auto()


def with_triangles(graph: Graph) -> Graph:
    """The graph with its triangular products marked."""
    above = _above(graph)
    if _Above.ZERO not in above.values():
        return graph
    turned = {
        node.output.name
        for node in graph.nodes
        if _turns(node) and above.get(node.inputs[0].name) is _Above.ZERO
    }
    lower = {name for name, what in above.items() if what is _Above.ZERO}
    return rewritten(graph, [_marked(node, lower, turned) for node in graph.nodes])


def _marked(node: Node, lower: set[str], upper: set[str]) -> Node:
    if type(node.primitive) is not p.MatMul or node.output.dtype not in FLOATS:
        return node
    left = node.inputs[0]
    size = left.shape[-1]
    if left.name not in lower | upper or size % EIGHTH or size < LEAST:
        return node
    return replace(node, primitive=TriangularMatMul(left.name in lower))


def _turns(node: Node) -> bool:
    """Whether a node exchanges the last two axes, and no others."""
    if not isinstance(node.primitive, p.PermuteDims):
        return False
    axes = node.primitive.axes
    count = len(axes)
    return tuple(axes) == (*range(count - 2), count - 1, count - 2)


def _above(graph: Graph) -> dict[str, _Above]:
    """What is known to stand above diagonals, by value."""
    constants = {value.name: np.asarray(array) for value, array in graph.constants}
    found = {name: _Above.FALSE for name, array in constants.items() if _is_lower(array)}
    plain = dict(constants)  # constants, and what repeats them
    for node in graph.nodes:
        first = node.inputs[0].name if node.inputs else ""
        if isinstance(node.primitive, p.BroadcastTo) and first in plain:
            plain[node.output.name] = plain[first]
        what = _of_node(node, found, plain)
        if what is not None:
            found[node.output.name] = what
    return found


def _is_lower(array: Any) -> bool:
    is_square = array.ndim > 1 and array.shape[-1] == array.shape[-2] > 1
    return bool(is_square and array.dtype.kind == "b" and not np.triu(array, 1).any())


def _of_node(
    node: Node, found: Mapping[str, _Above], constants: Mapping[str, Any]
) -> _Above | None:
    known = [found.get(value.name) for value in node.inputs]
    match node.primitive:
        case p.BroadcastTo():
            source, output = node.inputs[0].shape, node.output.shape
            return known[0] if source[-2:] == output[-2:] else None
        case p.Where():
            return _of_choice(node.inputs, known, constants)
        case p.Subtract() if known[0] is _Above.LEAST:
            return _Above.LEAST
        case p.Exp() if known[0] is _Above.LEAST:
            return _Above.ZERO
        case p.Multiply() if _Above.ZERO in known:
            return _Above.ZERO
        case p.Divide() | p.Negative() if known[0] is _Above.ZERO:
            return _Above.ZERO
    return None


def _of_choice(
    inputs: tuple[Value, ...], known: list[_Above | None], constants: Mapping[str, Any]
) -> _Above | None:
    """Of a choice by a mask that is false there: what is chosen where it is false."""
    if known[0] is not _Above.FALSE:
        return None
    other = constants.get(inputs[2].name)
    if other is None:
        return known[2]
    if not np.any(other):
        return _Above.ZERO
    return _Above.LEAST if np.all(other == -np.inf) else None
