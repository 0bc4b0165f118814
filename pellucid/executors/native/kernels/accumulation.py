"""Sums that every number is added to as it comes: cumulative ones, and scattered ones.

cumulative_sum      the code of a running total
scatter_add         the code that adds where indices point
"""

from pellucid.executors.native.ir.views import View, row_major
from pellucid.executors.native.kernels.blocked_sums import Blocks, InMemory, Pieces, in_pieces
from pellucid.executors.native.kernels.elements import get, put, walk, with_index, without_axis
from pellucid.executors.native.kernels.failures import check_alone, checked_index
from pellucid.executors.native.kernels.frame import Frame, Slot
from pellucid.executors.native.kernels.walks import Places, Walk, WalkAxis, each
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.schedule.sum_blocks import BLOCK, SumSplit
from pellucid.graph import Node

# ---- running totals --------------------------------------------------------------------------


def cumulative_sum(frame: Frame, node: Node, number: int) -> None:
    """A running total along the axis, for each position of the others; long ones in blocks."""
    del number
    axis = node.primitive.axis
    x = frame.views[node.inputs[0]]
    size = x.shape[axis]
    total = _RunningTotal(frame, x)
    other_axes = without_axis(x.shape, axis)
    with walk(frame, other_axes) as others:
        total.begin(is_long=size > BLOCK)
        pieces = total.pieces(axis)
        with in_pieces(frame.builder, size, 1, pieces) as i:
            indices = with_index(others, axis, i)
            so_far = total.slot.get()
            number_there = get(frame, x, indices)
            reached = total.plus(so_far, number_there)
            put(frame, node.output, indices, reached)


class _RunningTotal:
    """What was added so far; where there are blocks, of the one under way."""

    def __init__(self, frame: Frame, x: View) -> None:
        self.frame = frame
        self.zero = frame.constant(0, x.base.dtype)
        self.slot = Slot(frame, self.zero)
        self.blocks: Blocks | None = None

    def begin(self, *, is_long: bool) -> None:
        """Begin with nothing. A long sum of floats is added in blocks."""
        self.slot.put(self.zero)
        if is_long and self.zero.dtype.kind == "f":
            self.blocks = Blocks(self.frame, self.zero)

    def pieces(self, axis: int) -> Pieces | None:
        """The blocks along an axis, if there are any."""
        if self.blocks is None:
            return None
        return Pieces(SumSplit(axis, BLOCK), self._end_block)

    def _end_block(self) -> None:
        if self.blocks is not None:
            self.blocks.add(self.slot.get())
            self.slot.put(self.zero)

    def plus(self, so_far: Lanes, x: Lanes) -> Lanes:
        """The sum of all numbers, one more added to those so far."""
        total = so_far + x
        self.slot.put(total)
        if self.blocks is None:
            return total
        return self.blocks.and_(total)


# ---- scattered sums --------------------------------------------------------------------------


def scatter_add(frame: Frame, node: Node, number: int) -> None:
    """Zeros, then rows added at their places, in the order of the indices."""
    x, positions = (frame.views[value] for value in node.inputs)
    sums = InMemory.of(frame, node)
    clear(frame, node, sums)
    is_empty = 0 in (*node.output.shape, *x.shape)
    if is_empty:
        size = node.primitive.size
        check_alone(frame, positions, size, number)
    else:
        _add_rows(frame, node, number, sums)


def clear(frame: Frame, node: Node, sums: InMemory) -> None:
    """Begin all sums of a node."""
    output = node.output
    zero = Index(frame.builder, 0)
    size = output.size
    whole = Walk((WalkAxis(size, 1, 0),))
    start = Places(zero, zero)

    def begin(at: Places, width: int) -> None:
        sums.clear(at.y, width)

    each(frame, output.dtype, whole, start, begin)


def _add_rows(frame: Frame, node: Node, number: int, sums: InMemory) -> None:
    """Add each row of x where its index points."""
    axis = node.primitive.axis
    strides = row_major(node.output.shape)
    x, positions = (frame.views[value] for value in node.inputs)
    end = axis + len(positions.shape)
    below = strides[axis + 1 :]
    walk_of_row = Walk.of(x.shape[end:], below, x.strides[end:])
    row = walk_of_row.joined()

    def add(at: Places, width: int) -> None:
        along = row.along
        numbers = frame.load(x.base, at.x, width, along)
        sums.add(at.y, numbers)

    with walk(frame, x.shape[:end]) as indices:
        where = indices[axis:]
        index = get(frame, positions, where)
        size = node.primitive.size
        place = checked_index(frame, index, size, number)
        target = (*indices[:axis], place)
        down = strides[: axis + 1]
        to = frame.element(0, target, down)
        of_row = x.strides[:end]
        at = frame.element(x.offset, indices, of_row)
        start = Places(to, at)
        each(frame, node.output.dtype, row, start, add)
