"""What code for matrix products is made of: vectors in registers.

Vectors     loads, multiply-adds and shuffles of vectors of one dtype and width
first_lanes, lanes_below        masks, for a count known now, or when the code runs
carried     a loop that hands values on from turn to turn
summed      the same where values are sums, which are added in blocks where they are long
block_of    how long such a block is
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.llvm.functions import declared
from pellucid.executors.native.llvm.indices import Index, Number, raw_number, smaller
from pellucid.executors.native.llvm.loads_and_stores import load
from pellucid.executors.native.llvm.types import (
    I1,
    I32,
    I64,
    lanes_type,
    listed,
    repeated,
    suffix,
    zeros,
)
from pellucid.primitives.base import DType

Body = Callable[[ir.Value, list[ir.Value]], list[ir.Value]]

# Of k: nearly so many products are added one after the other (docs/decisions/0014). Chosen: k is
# mostly shorter in training steps, whose code stays as it was.
BLOCK = 1024


class Vectors:
    """Code that works on vectors of one dtype and width."""

    def __init__(self, b: ir.IRBuilder, dtype: DType, lanes: int) -> None:
        self.b = b
        self.dtype = dtype
        self.lanes = lanes
        self.kind = lanes_type(dtype, lanes)
        self.zero = zeros(self.kind)
        name = f"llvm.fma.{suffix(self.kind)}"
        self._fma = declared(b, name, self.kind, [self.kind] * 3)

    def fma(self, x: ir.Value, y: ir.Value, total: ir.Value) -> ir.Value:
        """x y + total, rounded once."""
        return self.b.call(self._fma, [x, y, total])

    def load(self, address: ir.Value, stride: int = 1, mask: Any = None) -> ir.Value:
        """A vector from memory; stride 0 repeats one number."""
        lanes = load(self.b, address, self.dtype, self.lanes, stride=stride, mask=mask)
        return lanes.value

    def slot(self, base: ir.Value, index: Number) -> ir.Value:
        """The address of one of many vectors that lie side by side."""
        return self.b.gep(base, [raw_number(index)], source_etype=self.kind)

    def kept(self, base: ir.Value, index: Number) -> ir.Value:
        """One of the vectors that lie side by side."""
        return self.b.load(self.slot(base, index), typ=self.kind)

    def keep(self, base: ir.Value, index: Number, vector: ir.Value) -> None:
        """Write one of the vectors that lie side by side."""
        self.b.store(vector, self.slot(base, index))

    def first(self, count: int) -> Any:
        """The mask of the first lanes; None where it would be all of them."""
        if count >= self.lanes:
            return None
        return first_lanes(self.lanes, count)

    def below(self, count: ir.Value) -> ir.Value:
        """The mask of the first lanes, for a count known when the code runs."""
        return lanes_below(self.b, self.lanes, count)

    # ---- across lanes ------------------------------------------------------------------------

    def exchanged(self, x: ir.Value, y: ir.Value, apart: int) -> tuple[ir.Value, ir.Value]:
        """x and y in blocks of `apart` lanes: x0 x1 ..., y0 y1 ... become x0 y0 ..., x1 y1 ..."""
        low, high = _exchange(self.lanes, apart)
        first = self.b.shuffle_vector(x, y, low)
        second = self.b.shuffle_vector(x, y, high)
        return first, second

    def transposed(self, rows: list[ir.Value]) -> list[ir.Value]:
        """The columns of a square of at most as many rows as lanes; missing rows count as 0."""
        missing = self.lanes - len(rows)
        rows = rows + [self.zero] * missing
        apart = 1
        while apart < self.lanes:
            for i in range(self.lanes):
                j = i + apart
                if not i & apart:
                    rows[i], rows[j] = self.exchanged(rows[i], rows[j], apart)
            apart *= 2
        return rows

    def sums(self, vectors: list[ir.Value]) -> ir.Value:
        """In lane i the sum over the lanes of vector i, in an order that depends on nothing."""
        sums: list[Any] = vectors + [None] * (self.lanes - len(vectors))
        apart = 1
        while apart < self.lanes:
            for i in range(0, self.lanes, 2 * apart):
                x = sums[i]
                if x is None:
                    continue
                y = sums[i + apart]
                if y is None:
                    y = self.zero
                halves = self.exchanged(x, y, apart)
                sums[i] = self.b.fadd(*halves)
            apart *= 2
        return sums[0]


@lru_cache(maxsize=256)
def first_lanes(lanes: int, count: int) -> ir.Constant:
    """A mask; made once, as the text of a constant is long."""
    return listed(I1, [I1(lane < count) for lane in range(lanes)])


def lanes_below(b: ir.IRBuilder, lanes: int, count: ir.Value) -> ir.Value:
    """A mask of the first lanes, for a count known when the code runs."""
    fewer = b.trunc(smaller(Index(b, count), lanes).raw, I32)
    numbers = listed(I32, range(lanes))
    return b.icmp_signed("<", numbers, repeated(b, fewer, lanes))


@lru_cache(maxsize=256)
def _exchange(lanes: int, apart: int) -> tuple[ir.Constant, ir.Constant]:
    """For each lane of both results of an exchange, the lane of the two vectors it comes from."""
    low: list[int] = []
    high: list[int] = []
    for lane in range(lanes):
        if lane & apart:  # of the second vector, whose lanes are counted on
            low.append(lane + lanes - apart)
            high.append(lane + lanes)
        else:
            low.append(lane)
            high.append(lane + apart)
    return listed(I32, low), listed(I32, high)


def carried(
    b: ir.IRBuilder, begin: Any, end: Any, step: int, values: list[ir.Value], body: Body
) -> list[ir.Value]:
    """A loop from `begin` to below `end` that hands values on from each turn to the next."""
    before = b.block
    head = b.append_basic_block("carried")
    turn = b.append_basic_block("turn")
    after = b.append_basic_block("after")
    b.branch(head)
    b.position_at_end(head)
    index = b.phi(I64)
    index.add_incoming(begin, before)
    held = [b.phi(value.type) for value in values]
    goes_on = b.icmp_signed("<", index, end)
    b.cbranch(goes_on, turn, after)
    b.position_at_end(turn)
    handed_on = body(index, list(held))
    for phi, old, new in zip(held, values, handed_on, strict=True):
        phi.add_incoming(old, before)
        phi.add_incoming(new, b.block)
    following = b.add(index, I64(step))
    index.add_incoming(following, b.block)
    b.branch(head)
    b.position_at_end(after)
    return list(held)


def block_of(count: int, step: int) -> int | None:
    """How many steps of k make a block: equal ones of nearly `BLOCK`; None where one does.

    A sum that is a little longer than a block stays one: two would take longer.

    >>> block_of(1100, 2), block_of(5000, 2)
    (None, 1000)
    """
    parts = (count + BLOCK // 2) // BLOCK
    if parts <= 1:
        return None
    return ceil_div(count, parts * step) * step


def summed(
    v: Vectors,
    span: tuple[Any, Any],
    step: int,
    totals: list[ir.Value],
    body: Body,
    block: int | None,
) -> list[ir.Value]:
    """`totals` and what a loop over `span` adds to them.

    With a `block`, each block of the span is summed from 0, then added to the total: the rounding
    error grows with the length of a block plus their number, not with the length of the span.
    """
    b = v.b
    begin, end = span
    if block is None:
        return carried(b, begin, end, step, totals, body)

    def one(first: ir.Value, before: list[ir.Value]) -> list[ir.Value]:
        after = smaller(Index(b, first) + block, end).raw
        nothing_yet = [v.zero] * len(before)
        sums = carried(b, first, after, step, nothing_yet, body)
        return [b.fadd(x, y) for x, y in zip(before, sums, strict=True)]

    return carried(b, begin, end, block, totals, one)
