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

from pellucid.executors.native.llvm.indices import Index, Number, raw_number, smaller
from pellucid.executors.native.llvm.lanes import (
    I1,
    I32,
    I64,
    declared,
    lanes_type,
    repeated,
    suffix,
    zeros,
)
from pellucid.executors.native.llvm.loads_and_stores import load
from pellucid.primitives.base import DType

Body = Callable[[ir.Value, list[ir.Value]], list[ir.Value]]

BLOCK = 1024  # of k: nearly so many products are added one after the other


class Vectors:
    """Code that works on vectors of one dtype and width."""

    def __init__(self, b: ir.IRBuilder, dtype: DType, lanes: int) -> None:
        self.b, self.dtype, self.lanes = b, dtype, lanes
        self.kind = lanes_type(dtype, lanes)
        self.zero = zeros(self.kind)
        self._fma = declared(b, f"llvm.fma.{suffix(self.kind)}", self.kind, [self.kind] * 3)

    def fma(self, x: ir.Value, y: ir.Value, total: ir.Value) -> ir.Value:
        """x y + total, rounded once."""
        return self.b.call(self._fma, [x, y, total])

    def load(self, address: ir.Value, stride: int = 1, mask: Any = None) -> ir.Value:
        """A vector from memory; stride 0 repeats one number."""
        return load(self.b, address, self.dtype, self.lanes, stride=stride, mask=mask).value

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
        return None if count >= self.lanes else first_lanes(self.lanes, count)

    def below(self, count: ir.Value) -> ir.Value:
        """The mask of the first lanes, for a count known when the code runs."""
        return lanes_below(self.b, self.lanes, count)

    # ---- across lanes ------------------------------------------------------------------------

    def exchanged(self, x: ir.Value, y: ir.Value, apart: int) -> tuple[ir.Value, ir.Value]:
        """x and y in blocks of `apart` lanes: x0 x1 ..., y0 y1 ... become x0 y0 ..., x1 y1 ..."""
        low, high = _exchange(self.lanes, apart)
        return self.b.shuffle_vector(x, y, low), self.b.shuffle_vector(x, y, high)

    def transposed(self, rows: list[ir.Value]) -> list[ir.Value]:
        """The columns of a square of at most as many rows as lanes; missing rows count as 0."""
        rows = rows + [self.zero] * (self.lanes - len(rows))
        apart = 1
        while apart < self.lanes:
            for i in range(self.lanes):
                if not i & apart:
                    rows[i], rows[i + apart] = self.exchanged(rows[i], rows[i + apart], apart)
            apart *= 2
        return rows

    def sums(self, vectors: list[ir.Value]) -> ir.Value:
        """In lane i the sum over the lanes of vector i, in an order that depends on nothing."""
        rest: list[Any] = vectors + [None] * (self.lanes - len(vectors))
        apart = 1
        while apart < self.lanes:
            for i in range(0, self.lanes, 2 * apart):
                x, y = rest[i], rest[i + apart]
                if x is not None:
                    rest[i] = self.b.fadd(*self.exchanged(x, self.zero if y is None else y, apart))
            apart *= 2
        return rest[0]


@lru_cache(maxsize=256)
def first_lanes(lanes: int, count: int) -> ir.Constant:
    """A mask; made once, as the text of a constant is long."""
    return ir.Constant(ir.VectorType(I1, lanes), [I1(i < count) for i in range(lanes)])


def lanes_below(b: ir.IRBuilder, lanes: int, count: ir.Value) -> ir.Value:
    """A mask of the first lanes, for a count known when the code runs."""
    fewer = b.select(b.icmp_signed("<", count, I64(lanes)), count, I64(lanes))
    numbers = ir.Constant(ir.VectorType(I32, lanes), list(range(lanes)))
    return b.icmp_signed("<", numbers, repeated(b, b.trunc(fewer, I32), lanes))


@lru_cache(maxsize=256)
def _exchange(lanes: int, apart: int) -> tuple[ir.Constant, ir.Constant]:
    """For each lane of both results of an exchange, the lane of the two vectors it comes from."""
    low = [i + lanes - apart if i & apart else i for i in range(lanes)]
    high = [i + lanes if i & apart else i + apart for i in range(lanes)]
    kind = ir.VectorType(I32, lanes)
    return ir.Constant(kind, low), ir.Constant(kind, high)


def carried(
    b: ir.IRBuilder, begin: Any, end: Any, step: int, values: list[ir.Value], body: Body
) -> list[ir.Value]:
    """A loop from `begin` to below `end` that hands values on from each turn to the next."""
    before = b.block
    head, turn, after = (b.append_basic_block(n) for n in ("carried", "turn", "after"))
    b.branch(head)
    b.position_at_end(head)
    index = b.phi(I64)
    index.add_incoming(begin, before)
    held = [b.phi(value.type) for value in values]
    b.cbranch(b.icmp_signed("<", index, end), turn, after)
    b.position_at_end(turn)
    made = body(index, list(held))
    for phi, old, new in zip(held, values, made, strict=True):
        phi.add_incoming(old, before)
        phi.add_incoming(new, b.block)
    index.add_incoming(b.add(index, I64(step)), b.block)
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
    return None if parts <= 1 else -(-count // (parts * step)) * step


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
    b, (begin, end) = v.b, span
    if block is None:
        return carried(b, begin, end, step, totals, body)

    def one(first: ir.Value, before: list[ir.Value]) -> list[ir.Value]:
        after = smaller(Index(b, first) + block, end).raw
        sums = carried(b, first, after, step, [v.zero] * len(before), body)
        return [b.fadd(x, y) for x, y in zip(before, sums, strict=True)]

    return carried(b, begin, end, block, totals, one)
