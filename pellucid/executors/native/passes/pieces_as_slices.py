"""Pieces of an array are slices of it: nothing is copied into a record.

pieces_as_slices    a rule of simplification
"""

from typing import Any

from pellucid import primitives as p
from pellucid.graph import Node, Value


def pieces_as_slices(
    work: Any, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """A piece of what was split, as a slice."""
    node = work.made_by.get(inputs[0].name) if isinstance(primitive, p.Part) else None
    if node is None or not isinstance(node.primitive, p.Split):
        return None
    axis, piece = node.primitive.axis, node.primitive.piece
    start = tuple(primitive.index * n if i == axis else 0 for i, n in enumerate(piece))
    made: Value = work.made(p.Slice(start, piece, (1,) * len(piece)), node.inputs, like)
    return made
