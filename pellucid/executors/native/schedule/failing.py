"""Which kernels can fail in the middle of a step: no variable is updated before they are done.

    failing     the numbers of those kernels, and which of the others must follow one of them
    axis_size   the axis that positions point into

What reads positions can fail, as they may be out of range, and what calls Python. A gradient
adds up at the very positions that its forward pass has read: it need not be waited for.
"""

from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import has_code
from pellucid.executors.native.ir.kernels import Kernel, Single, TurnedLoop
from pellucid.graph import Graph, Node


def failing(kernels: list[Kernel], graph: Graph) -> tuple[list[int], list[tuple[int, int]]]:
    """The numbers of kernels that can fail first, and pairs of one and another that then cannot.

    `kernels` are in an order in which they can run.
    """
    constants = {value.name: array for value, array in graph.constants}
    seen: dict[tuple[str, int, bool], int] = {}
    found, pairs = [], []
    for number, kernel in enumerate(kernels):
        if isinstance(kernel, TurnedLoop) and kernel.body.plan.can_fail:
            found.append(number)
        if not isinstance(kernel, Single) or not _can_fail(kernel.nodes[0], constants):
            continue  # a loop whose values others compute again has no nodes at all
        node = kernel.nodes[0]
        # Ids that are positions from the end are positions, but no ids.
        place = node.inputs[-1].name, axis_size(node), isinstance(node.primitive, p.CheckedIds)
        if has_code(node) and place in seen:
            pairs.append((seen[place], number))
            continue
        found.append(number)
        if has_code(node) and 0 not in (*node.inputs[0].shape, *node.output.shape):
            seen[place] = number
    return found, pairs


def axis_size(node: Node) -> int:
    """The size of the axis that a node's positions point into."""
    if isinstance(node.primitive, p.ScatterAdd):
        return node.primitive.size
    if isinstance(node.primitive, p.CheckedIds):
        return node.primitive.count
    return node.inputs[0].shape[node.primitive.axis] if isinstance(node.primitive, p.Take) else 0


def _can_fail(node: Node, constants: dict[str, Any]) -> bool:
    """Whether a node calls Python, or reads positions that are not known to be in range."""
    if not isinstance(node.primitive, p.Take | p.ScatterAdd | p.CheckedIds):
        return not has_code(node)
    positions, size = constants.get(node.inputs[-1].name), axis_size(node)
    least = 0 if isinstance(node.primitive, p.CheckedIds) else -size
    return positions is None or not np.all((positions >= least) & (positions < size))
