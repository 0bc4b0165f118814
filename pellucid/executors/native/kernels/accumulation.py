"""Sums that every number is added to as it comes: cumulative ones, and scattered ones.

cumulative_sum      the code of a running total
scatter_add         the code that adds where indices point
"""

import math
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.views import row_major
from pellucid.executors.native.kernels.blocked_sums import Blocks, InMemory, Pieces, in_pieces
from pellucid.executors.native.kernels.elements import get, put, walk
from pellucid.executors.native.kernels.failures import check_alone, checked_index
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.walks import Walk, each
from pellucid.executors.native.llvm.lanes import I64, Lanes
from pellucid.executors.native.schedule.sum_blocks import BLOCK, SumSplit
from pellucid.graph import Node


def cumulative_sum(frame: Frame, node: Node, number: int) -> None:
    """A running total along the axis, for each position of the others; long ones in blocks."""
    del number
    axis, b = node.primitive.axis, frame.builder
    x = frame.views[node.inputs[0]]
    others = (*x.shape[:axis], *x.shape[axis + 1 :])
    zero = Lanes.constant(b, x.base.dtype.type(0), x.base.dtype)
    slot = frame.scratch(zero.value.type)
    is_long = x.shape[axis] > BLOCK and zero.dtype.kind == "f"
    with walk(frame, others) as outer:
        b.store(zero.value, slot)
        blocks = Blocks(frame, zero) if is_long else None

        def block_ends() -> None:
            if blocks is not None:
                blocks.add(zero.made(b.load(slot, typ=zero.value.type)))
                b.store(zero.value, slot)

        pieces = Pieces(SumSplit(axis, BLOCK), block_ends) if is_long else None
        with in_pieces(b, x.shape[axis], 1, pieces) as i:
            indices = (*outer[:axis], i, *outer[axis:])
            total = zero.made(b.load(slot, typ=zero.value.type)) + get(frame, x, indices)
            b.store(total.value, slot)
            put(frame, node.output, indices, total if blocks is None else blocks.and_(total))


def scatter_add(frame: Frame, node: Node, number: int) -> None:
    """Zeros, then rows added at their places, in the order of the indices."""
    axis, output = node.primitive.axis, node.output
    x, positions = (frame.views[value] for value in node.inputs)
    end = axis + len(positions.shape)
    sums, strides = InMemory.of(frame, node), row_major(output.shape)
    whole = Walk((math.prod(output.shape),), (1,), (0,))
    zero = I64(0), I64(0)
    each(frame, output.dtype, whole, zero, lambda y, _, width: sums.clear(y, width))
    if 0 in (*output.shape, *x.shape):
        check_alone(frame, positions, node.primitive.size, number)
        return
    row = Walk(x.shape[end:], strides[axis + 1 :], x.strides[end:]).joined()
    along = row.x[-1] if row.x else 0

    def add(y: ir.Value, at: ir.Value, width: int) -> None:
        sums.add(y, frame.load(x.base, at, width, along))

    with walk(frame, x.shape[:end]) as indices:
        index = get(frame, positions, indices[axis:])
        place = checked_index(frame, index, node.primitive.size, number)
        target: tuple[Any, ...] = (*indices[:axis], place)
        to = frame.element(0, target, strides[: axis + 1])
        at = frame.element(x.offset, indices, x.strides[:end])
        each(frame, output.dtype, row, (to, at), add)
