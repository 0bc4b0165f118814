"""Long sums added block by block, as LLVM code: the rounding errors are those of one block.

    Pieces      what is done after each of them
    in_pieces   `with in_pieces(...) as i:` emits the body of a loop that may be cut
    two_sum     a sum with what its rounding has lost
    added       one more number added to such a sum
    Blocks      a sum under way: the block that is being added, and the blocks before it
    InMemory    sums that wait in memory for more numbers, one after the other

Added one after the other, n numbers may err by n roundings. Here that happens within a block
alone: the sums of blocks are added as pairs of a number and what was lost. The order of all
additions follows from sizes, so the bits depend on nothing else. Short sums are one block,
and have no pair.

Source: Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B; Dekker, Numerische
Mathematik 18, 1971, for sums of two parts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64, Lanes, scalar_type, zeros
from pellucid.executors.native.llvm.loads_and_stores import load, store
from pellucid.executors.native.schedule.sum_blocks import SumSplit, lost_beside
from pellucid.graph import Node
from pellucid.primitives.base import DType


@dataclass(frozen=True)
class Pieces:
    """A loop cut into pieces: `ended` emits what is done after each."""

    split: SumSplit
    ended: Callable[[], None]


@contextmanager
def in_pieces(b: ir.IRBuilder, end: int, step: int, pieces: Pieces | None) -> Iterator[ir.Value]:
    """Emit a loop over 0, `step`, ... below `end`, in pieces if there are any."""
    if pieces is None:
        with counted(b, I64(0), I64(end), step) as i:
            yield i
        return
    points = pieces.split.points
    with counted(b, I64(0), I64(end), points) as first:
        after = b.add(first, I64(points))
        if end % points:
            after = b.select(b.icmp_signed("<", after, I64(end)), after, I64(end))
        with counted(b, first, after, step) as i:
            yield i
        pieces.ended()


def two_sum(x: Lanes, y: Lanes) -> tuple[Lanes, Lanes]:
    """x + y rounded, and what the rounding has lost: nan where the sum is inf or nan."""
    total = x + y
    of_y = total - x
    return total, (x - (total - of_y)) + (y - of_y)


def added(pair: tuple[Lanes, Lanes], x: Lanes) -> tuple[Lanes, Lanes]:
    """One more number added to a sum of two parts: the sum rounded, and what is missing in it.

    Each addition errs by a rounding of what is missing alone, so millions of them do not count.
    """
    total, lost = two_sum(pair[0], x)
    lost = lost + pair[1]
    # Beside an infinite sum, what was lost is no number.
    is_number = lost == lost  # noqa: PLR0124 (nan alone differs from itself)
    lost = lost.where_mask(is_number.value, x.made(zeros(x.value.type)))
    rounded = total + lost
    return rounded, lost - (rounded - total)


class Blocks:
    """The sums of blocks so far, with what was lost, in registers where there are enough."""

    def __init__(self, frame: Frame, zero: Lanes) -> None:
        self.builder, self.zero = frame.builder, zero
        kind = zero.value.type
        self.kind, self.slots = kind, (frame.scratch(kind), frame.scratch(kind))
        for slot in self.slots:
            self.builder.store(zero.value, slot)

    def add(self, block: Lanes) -> None:
        """Add the sum of one more block."""
        for slot, lanes in zip(self.slots, added(self._now(), block), strict=True):
            self.builder.store(lanes.value, slot)

    def and_(self, block: Lanes) -> Lanes:
        """The sum of all blocks, and of one more that is still being added."""
        return added(self._now(), block)[0]

    def _now(self) -> tuple[Lanes, Lanes]:
        high, low = (self.builder.load(slot, typ=self.kind) for slot in self.slots)
        return self.zero.made(high), self.zero.made(low)


@dataclass(frozen=True)
class InMemory:
    """Sums side by side in memory; `lost`: what their additions have lost, if they are long."""

    builder: ir.IRBuilder
    dtype: DType
    sums: ir.Value
    lost: ir.Value | None = None

    @classmethod
    def of(cls, frame: Frame, node: Node) -> "InMemory":
        """The sums that are the result of a node."""
        beside = [frame.pointer(value) for value in lost_beside(node)]
        return cls(frame.builder, node.output.dtype, frame.pointer(node.output), *beside)

    def further(self, elements: ir.Value) -> "InMemory":
        """The same for the sums `elements` further on in memory."""
        lost = None if self.lost is None else self._at(self.lost, elements)
        return InMemory(self.builder, self.dtype, self._at(self.sums, elements), lost)

    def clear(self, element: ir.Value, width: int) -> None:
        """Begin sums: 0, and nothing lost."""
        zero = Lanes.constant(self.builder, self.dtype.type(0), self.dtype).splat(width)
        for base in (self.sums, self.lost):
            if base is not None:
                store(self.builder, self._at(base, element), zero)

    def add(self, element: ir.Value, x: Lanes, mask: ir.Value | None = None) -> None:
        """Add each lane to a sum of its own: those from `element` on."""
        place = self._at(self.sums, element)
        before = load(self.builder, place, self.dtype, x.width, mask=mask)
        if self.lost is None:
            store(self.builder, place, before + x, mask=mask)
            return
        missing = self._at(self.lost, element)
        lost = load(self.builder, missing, self.dtype, x.width, mask=mask)
        total, lost = added((before, lost), x)
        store(self.builder, place, total, mask=mask)
        store(self.builder, missing, lost, mask=mask)

    def get(self, element: ir.Value) -> Lanes:
        """A sum."""
        return load(self.builder, self._at(self.sums, element), self.dtype, 1)

    def _at(self, base: ir.Value, element: ir.Value) -> ir.Value:
        return self.builder.gep(base, [element], source_etype=scalar_type(self.dtype))
