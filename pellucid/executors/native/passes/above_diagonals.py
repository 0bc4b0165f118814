"""What stands above the diagonal of the last two axes, and where nobody looks there.

    Above               what can be known of it
    above_diagonals     what is known, by value, forward from constant masks
    veiled              values that nobody looks at there, backward from who asks for them

A mask that is false above its diagonal makes scores -inf there, their exponentials 0, and these
stay 0, multiplied or divided. And what a mask hides, or what is multiplied by such a 0, may be any
number there: the result is the same but for the sign of a 0, and for an inf, as 0 inf is nan.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.graph import Graph, Node, Value

# What gives a number of its own for each point of its operands, and no nan for 0 in their place.
PASSING = (p.Negative, p.Add, p.Subtract, p.Multiply, p.Where, p.BroadcastTo)


class Above(Enum):
    """What stands above the diagonal of the last two axes."""

    FALSE = auto()
    LEAST = auto()  # -inf
    ZERO = auto()


def above_diagonals(graph: Graph) -> dict[str, Above]:
    """What is known to stand above diagonals, by value."""
    constants = {value.name: np.asarray(array) for value, array in graph.constants}
    above = {name: Above.FALSE for name, array in constants.items() if _is_lower(array)}
    plain = dict(constants)  # constants, and what repeats them
    for node in graph.nodes:
        first = node.inputs[0].name if node.inputs else ""
        if isinstance(node.primitive, p.BroadcastTo) and first in plain:
            plain[node.output.name] = plain[first]
        what = _of_node(node, above, plain)
        if what is not None:
            above[node.output.name] = what
    return above


def _is_lower(array: Any) -> bool:
    is_square = array.ndim > 1 and array.shape[-1] == array.shape[-2] > 1
    return bool(is_square and array.dtype.kind == "b" and not np.triu(array, 1).any())


def _of_node(node: Node, above: Mapping[str, Above], constants: Mapping[str, Any]) -> Above | None:
    known = [above.get(value.name) for value in node.inputs]
    match node.primitive:
        case p.BroadcastTo():
            source, output = node.inputs[0].shape, node.output.shape
            return known[0] if source[-2:] == output[-2:] else None
        case p.Where():
            return _of_choice(node.inputs, known, constants)
        case p.Subtract() if known[0] is Above.LEAST:
            return Above.LEAST
        case p.Exp() if known[0] is Above.LEAST:
            return Above.ZERO
        case p.Multiply() if Above.ZERO in known:
            return Above.ZERO
        case p.Divide() | p.Negative() if known[0] is Above.ZERO:
            return Above.ZERO
    return None


def _of_choice(
    inputs: tuple[Value, ...], known: list[Above | None], constants: Mapping[str, Any]
) -> Above | None:
    """Of a choice by a mask that is false there: what is chosen where it is false."""
    if known[0] is not Above.FALSE:
        return None
    other = constants.get(inputs[2].name)
    if other is None:
        return known[2]
    if not np.any(other):
        return Above.ZERO
    return Above.LEAST if np.all(other == -np.inf) else None


# ---- where nobody looks ------------------------------------------------------------------------


def veiled(graph: Graph, above: Mapping[str, Above]) -> set[str]:
    """The values that nobody looks at above their diagonals, where there may be any number."""
    seen = {value.name for value in graph.outputs}
    for node in reversed(graph.nodes):
        hidden = set(_hidden_by(node, above, seen))
        seen.update(value.name for i, value in enumerate(node.inputs) if i not in hidden)
    return {node.output.name for node in graph.nodes} - seen


def _hidden_by(node: Node, above: Mapping[str, Above], seen: set[str]) -> Iterator[int]:
    """Which operands of a node need not be known above the diagonal for what is seen of it."""
    known = [above.get(value.name) for value in node.inputs]
    is_veiled = node.output.name not in seen
    for i, value in enumerate(node.inputs):
        if value.shape[-2:] != node.output.shape[-2:] or len(value.shape) < 2:
            continue
        others = [what for j, what in enumerate(known) if j != i]
        match node.primitive:
            case p.Where() if i == 1 and known[0] is Above.FALSE:
                yield i
            case p.Multiply() if Above.ZERO in others:
                yield i
            case p.Where() if i == 0:
                pass
            case p.Divide() if i == 0 and is_veiled:
                yield i
            case primitive if isinstance(primitive, PASSING) and is_veiled:
                yield i
