"""Long sums added block by block, as LLVM code: the rounding errors are those of one block.

    Pieces      what is done after each of them
    in_pieces   `with in_pieces(...) as i:` emits the body of a loop that may be cut
    two_sum     a sum with what its rounding has lost
    PairSum     such a sum, to which numbers are added
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
from typing import Any

from llvmlite import ir

from pellucid.executors.native.kernels.frame import Frame, Slot
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index, Number, smaller
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import element_address, load, store
from pellucid.executors.native.llvm.types import zeros
from pellucid.executors.native.schedule.sum_blocks import SumSplit, lost_beside
from pellucid.graph import Node
from pellucid.primitives.base import DType


@dataclass(frozen=True)
class Pieces:
    """A loop cut into pieces: `ended` emits what is done after each."""

    split: SumSplit
    ended: Callable[[], None]


@contextmanager
def in_pieces(b: ir.IRBuilder, end: int, step: int, pieces: Pieces | None) -> Iterator[Index]:
    """Emit a loop over 0, `step`, ... below `end`, in pieces if there are any."""
    if pieces is None:
        with counted(b, 0, end, step) as i:
            yield i
        return
    points = pieces.split.points
    with counted(b, 0, end, points) as first:
        after = first + points
        if end % points:
            after = smaller(after, end)
        with counted(b, first, after, step) as i:
            yield i
        pieces.ended()


def two_sum(x: Lanes, y: Lanes) -> tuple[Lanes, Lanes]:
    """x + y rounded, and what the rounding has lost: nan where the sum is inf or nan."""
    total = x + y
    of_y = total - x
    of_x = total - of_y
    return total, (x - of_x) + (y - of_y)


@dataclass(frozen=True)
class PairSum:
    """A sum of two parts: rounded, and what is missing in that."""

    total: Lanes
    lost: Lanes

    def plus(self, x: Lanes) -> "PairSum":
        """One more number added.

        Each addition errs by a rounding of what is missing alone, so millions do not count.
        """
        total, lost = two_sum(self.total, x)
        lost = lost + self.lost
        # Beside an infinite sum, what was lost is no number.
        is_number = lost == lost  # noqa: PLR0124 (nan alone differs from itself)
        nothing = x.made(zeros(x.value.type))
        lost = lost.where_mask(is_number.value, nothing)
        rounded = total + lost
        return PairSum(rounded, lost - (rounded - total))


class Blocks:
    """The sums of blocks so far, with what was lost, in registers where there are enough."""

    def __init__(self, frame: Frame, zero: Lanes) -> None:
        self.total = Slot(frame, zero)
        self.lost = Slot(frame, zero)
        self._keep(PairSum(zero, zero))

    def add(self, block: Lanes) -> None:
        """Add the sum of one more block."""
        self._keep(self._now().plus(block))

    def and_(self, block: Lanes) -> Lanes:
        """The sum of all blocks, and of one more that is still being added."""
        return self._now().plus(block).total

    def _now(self) -> PairSum:
        total = self.total.get()
        return PairSum(total, self.lost.get())

    def _keep(self, pair: PairSum) -> None:
        self.total.put(pair.total)
        self.lost.put(pair.lost)


@dataclass(frozen=True)
class InMemory:
    """Sums side by side in memory; `lost`: what their additions have lost, if they are long."""

    b: ir.IRBuilder
    dtype: DType
    sums: ir.Value
    lost: ir.Value | None = None

    @classmethod
    def of(cls, frame: Frame, node: Node) -> "InMemory":
        """The sums that are the result of a node."""
        beside = [frame.pointer(value) for value in lost_beside(node)]
        sums = frame.pointer(node.output)
        return cls(frame.builder, node.output.dtype, sums, *beside)

    def further(self, elements: Number) -> "InMemory":
        """The same for the sums `elements` further on in memory."""
        lost = self.lost
        if lost is not None:
            lost = self._at(lost, elements)
        sums = self._at(self.sums, elements)
        return InMemory(self.b, self.dtype, sums, lost)

    def clear(self, element: Number, width: int) -> None:
        """Begin sums: 0, and nothing lost."""
        number = self.dtype.type(0)
        zero = Lanes.constant(self.b, number, self.dtype).splat(width)
        place = self._at(self.sums, element)
        store(self.b, place, zero)
        if self.lost is not None:
            place_of_lost = self._at(self.lost, element)
            store(self.b, place_of_lost, zero)

    def add(self, element: Number, x: Lanes, mask: Any = None) -> None:
        """Add each lane to a sum of its own: those from `element` on."""
        place = self._at(self.sums, element)
        before = load(self.b, place, self.dtype, x.width, mask=mask)
        if self.lost is None:
            store(self.b, place, before + x, mask=mask)
            return
        place_of_lost = self._at(self.lost, element)
        lost = load(self.b, place_of_lost, self.dtype, x.width, mask=mask)
        pair = PairSum(before, lost).plus(x)
        store(self.b, place, pair.total, mask=mask)
        store(self.b, place_of_lost, pair.lost, mask=mask)

    def get(self, element: Number) -> Lanes:
        """A sum."""
        place = self._at(self.sums, element)
        return load(self.b, place, self.dtype, 1)

    def _at(self, base: ir.Value, element: Number) -> ir.Value:
        return element_address(self.b, base, self.dtype, element)
