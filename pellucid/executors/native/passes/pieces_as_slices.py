"""Pieces of an array are slices of it: nothing is copied into a record.

pieces_as_slices    a rule of simplification
"""

from pellucid import primitives as p
from pellucid.executors.native.passes.expansion import slice_of_axis
from pellucid.executors.native.passes.rewriter import Operation
from pellucid.graph import Value


def pieces_as_slices(operation: Operation) -> Value | None:
    """A piece of what was split, as a slice."""
    part = operation.primitive
    if not isinstance(part, p.Part):
        return None
    node = operation.maker(operation.inputs[0])
    if node is None or not isinstance(node.primitive, p.Split):
        return None
    axis, sizes = node.primitive.axis, node.primitive.piece
    (whole,) = node.inputs
    first = part.index * sizes[axis]
    return operation.instead(slice_of_axis(whole.shape, axis, first, sizes[axis]), whole)
