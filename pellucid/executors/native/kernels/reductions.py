"""Reductions: how they begin, what each number gives to one, and how partial results join.

joined          two partial results of a reduction made one
identity        what a reduction starts from; contribution: what a number gives to it
is_rounded      whether it is a sum whose additions round
RunningReduction    a reduction under way
"""

from functools import partial

from pellucid.executors.native.ir.facts import Joining, facts_of
from pellucid.executors.native.kernels.blocked_sums import Blocks
from pellucid.executors.native.kernels.frame import Frame, Slot
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.math.namespace import XP
from pellucid.graph import Node


def joined(node: Node, a: Lanes, b: Lanes) -> Lanes:
    """Two partial results of a reduction made one."""
    xp = XP(a.builder)
    result: Lanes = _joining(node).join(xp, a, b)
    return result


def contribution(node: Node, x: Lanes) -> Lanes:
    """What numbers are joined as: their squares, in a sum of squares."""
    each = _joining(node).each
    if each is None:
        return x
    result: Lanes = each(XP(x.builder), x)
    return result


def identity(frame: Frame, node: Node, width: int) -> Lanes:
    """What a reduction starts from."""
    dtype = node.output.dtype
    number = dtype.type(_joining(node).start(dtype))
    return Lanes.constant(frame.builder, number, dtype).splat(width)


def is_rounded(node: Node) -> bool:
    """Whether a reduction is a sum whose additions round."""
    return _joining(node).adds and node.output.dtype.kind == "f"


def _joining(node: Node) -> Joining:
    """How a reduction begins, and how its partial results become one."""
    joining = facts_of(node.primitive).joining
    if joining is None:
        raise AssertionError(f"{node} is no reduction")
    return joining


class RunningReduction:
    """A reduction under way: its partial results, in registers; long sums in blocks."""

    def __init__(self, frame: Frame, node: Node, width: int, *, in_blocks: bool) -> None:
        self.node = node
        self.builder = frame.builder
        self.start = identity(frame, node, width)
        self.slot = Slot(frame, self.start)
        self.slot.put(self.start)
        self.blocks: Blocks | None = None
        if in_blocks and is_rounded(node):
            self.blocks = Blocks(frame, self.start)

    def take(self, x: Lanes) -> None:
        """Join more numbers to the partial results."""
        so_far = self.slot.get()
        self.slot.put(joined(self.node, so_far, x))

    def end_block(self) -> None:
        """End the block: add its sum to the total."""
        if self.blocks is not None:
            self.blocks.add(self.slot.get())
            self.slot.put(self.start)

    def all(self) -> Lanes:
        """The partial results, of all blocks."""
        now = self.slot.get()
        if self.blocks is None:
            return now
        return self.blocks.and_(now)

    def folded(self) -> Lanes:
        """The one result, of the partial results in all lanes."""
        return self.all().folded(partial(joined, self.node))
