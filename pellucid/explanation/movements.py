"""How movements are read as algebra: other orders of axes, pieces, and what crosses into loops.

Each `..._read` is given a node and what its inputs are, and gives what it is, or None where that
is no algebra.
"""

from pellucid.explanation.algebra import times
from pellucid.explanation.arrays import fitted, reshaped, transposed
from pellucid.explanation.expressions import Expression, Operation, applied, is_call
from pellucid.explanation.stepwise import (
    at_step,
    one_step,
    only_at,
    permuted,
    pinned,
    stacked,
    totalled,
)
from pellucid.graph import Node


def permuted_read(node: Node, x: Expression) -> Expression:
    """The transpose of matrices; other orders of axes part by part."""
    axes = node.primitive.axes
    shape = node.inputs[0].shape
    count = len(axes)
    if count >= 2 and axes == (*range(count - 2), count - 1, count - 2):
        return transposed(x, shape)
    return permuted(x, axes, shape)


def crossing_read(node: Node, x: Expression) -> Expression:
    """What goes into a loop over time, or comes out of it."""
    kind = node.primitive.kind
    steps = node.primitive.steps
    ends = (steps, 1) if node.primitive.reverse else (1, steps)
    if kind == "step":
        return at_step(x, -len(node.inputs[0].shape))
    if kind == "stack":
        return stacked(x, node.output.shape, -len(node.output.shape))
    if kind == "total":
        return totalled(x)
    if kind == "last":
        x = fitted(x, node.output.shape) if len(x.shape) > len(node.output.shape) else x
        return times(only_at(ends[1]), x)
    if kind in ("first", "final"):
        return pinned(x, ends[kind == "final"])
    return x


def sliced_read(node: Node, x: Expression) -> Expression | None:
    """A piece along one axis; one step of what steps have is that step."""
    rule = node.primitive
    shape = node.inputs[0].shape
    cut = [i for i, n in enumerate(shape) if rule.count[i] != n]
    if len(cut) != 1 or rule.step[cut[0]] != 1:
        return None
    axis = cut[0] - len(shape)
    start = rule.start[cut[0]]
    x = fitted(x, shape)
    found = one_step(x, axis, start + 1) if rule.count[axis] == 1 else None
    if found is not None:
        return reshaped(found, found.shape, node.output.shape)
    operation = Operation("piece", (axis, start, start + rule.count[axis]))
    return applied(operation, (x,), node.output.shape)


def padded_read(node: Node, x: Expression) -> Expression | None:
    """Zeros before and after along one axis."""
    rule = node.primitive
    shape = node.inputs[0].shape
    axes = [i for i in range(len(shape)) if rule.before[i] or rule.after[i]]
    if len(axes) != 1 or rule.value or any(rule.interior):
        return None
    (own,) = axes
    widths = (own - len(shape), rule.before[own], rule.after[own])
    return applied(Operation("padded", widths), (fitted(x, shape),), node.output.shape)


def concat_read(node: Node, *parts: Expression) -> Expression:
    """One after the other along an axis."""
    if len(parts) == 1:
        return parts[0]
    shaped = [fitted(x, v.shape) for x, v in zip(parts, node.inputs, strict=True)]
    operation = Operation("concat", (node.primitive.axis - len(node.output.shape),))
    return applied(operation, shaped, node.output.shape)


def split_read(node: Node, x: Expression) -> Expression:
    """Equal pieces along an axis, together: parts are taken out of it."""
    axis = node.primitive.axis - len(node.primitive.piece)
    whole = fitted(x, node.inputs[0].shape)
    return applied(Operation("split", (axis, node.primitive.piece[axis])), (whole,), ())


def part_read(node: Node, x: Expression) -> Expression | None:
    """One of equal pieces."""
    if not is_call(x, "split"):
        return None
    axis, size = x.head.axes
    start = node.primitive.index * size
    operation = Operation("piece", (axis, start, start + size))
    return applied(operation, x.inputs, node.output.shape)
