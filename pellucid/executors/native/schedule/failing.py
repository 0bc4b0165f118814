"""Which kernels can fail in the middle of a step: no variable is updated before they are done.

    failing     the numbers of those kernels, and which of the others must follow one of them
    axis_size   the axis that positions point into

What reads positions can fail, as they may be out of range, and what calls Python. A gradient
adds up at the very positions that its forward pass has read: it need not be waited for.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import has_code
from pellucid.executors.native.ir.kernels import Kernel, Single, TurnedLoop
from pellucid.graph import Graph, Node


class Failing(NamedTuple):
    """The numbers of kernels that can fail first, and pairs of one and another that then cannot."""

    kernels: list[int]
    pairs: list[tuple[int, int]]


class _Check(NamedTuple):
    """What is checked: that positions lie within an axis. Ids are not counted from its end."""

    positions: str
    size: int
    are_ids: bool


def failing(kernels: list[Kernel], graph: Graph) -> Failing:
    """Which kernels can fail; they are in an order in which they can run."""
    constants = {value.name: array for value, array in graph.constants}
    checked_by: dict[_Check, int] = {}
    result = Failing([], [])
    for number, kernel in enumerate(kernels):
        if isinstance(kernel, TurnedLoop) and kernel.body.plan.can_fail:
            result.kernels.append(number)
        if not isinstance(kernel, Single) or not _can_fail(kernel.nodes[0], constants):
            continue  # a loop whose values others compute again has no nodes at all
        node = kernel.nodes[0]
        if not has_code(node):
            result.kernels.append(number)
        elif (check := _check(node)) in checked_by:
            result.pairs.append((checked_by[check], number))
        else:
            result.kernels.append(number)
            if not _is_empty(node):
                checked_by[check] = number
    return result


def axis_size(node: Node) -> int:
    """The size of the axis that a node's positions point into."""
    primitive = node.primitive
    if isinstance(primitive, p.ScatterAdd):
        return primitive.size
    if isinstance(primitive, p.CheckedIds):
        return primitive.count
    if isinstance(primitive, p.Take):
        return node.inputs[0].shape[primitive.axis]
    return 0


def _check(node: Node) -> _Check:
    """What a node asks of its positions, if it has any."""
    are_ids = isinstance(node.primitive, p.CheckedIds)
    return _Check(node.inputs[-1].name, axis_size(node), are_ids)


def _is_empty(node: Node) -> bool:
    """Whether a node has nothing to do, and so looks at no position."""
    return 0 in node.inputs[0].shape or 0 in node.output.shape


def _can_fail(node: Node, constants: Mapping[str, Any]) -> bool:
    """Whether a node calls Python, or reads positions that are not known to be in range."""
    if not isinstance(node.primitive, p.Take | p.ScatterAdd | p.CheckedIds):
        return not has_code(node)
    check = _check(node)
    positions = constants.get(check.positions)
    if positions is None:
        return True
    least = 0 if check.are_ids else -check.size
    is_in_range = (positions >= least) & (positions < check.size)
    return not np.all(is_in_range)
