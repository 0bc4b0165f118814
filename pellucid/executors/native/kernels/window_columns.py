"""The windows of a convolution laid out as the rows of a matrix, block by block.

    Axis        how taps and columns lie along one axis of x
    Block       a few columns: whole rows of them, or a part of one row
    Columns     the code that lays out a block

A tap is one place of a kernel, a column one position of it. Row (c, tap) of the matrix holds,
for each column, the number of x that the tap meets there in channel c, or 0 where it meets
padding or the gaps between numbers. What is laid out stays in the cache until it is used.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64, Lanes, scalar_type
from pellucid.executors.native.llvm.loads_and_stores import load, store
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.primitives.base import DType


@dataclass(frozen=True)
class Axis:
    """Along one axis, tap t of column q meets x at (t tap + q column - before) / dilation.

    `size` numbers of x lie there, `stride` elements of memory apart; between them are gaps.
    """

    size: int
    stride: int
    taps: int
    columns: int
    tap: int
    column: int
    before: int
    dilation: int


@dataclass(frozen=True)
class Block:
    """Columns from row `row` on: `rows` rows, in each `run` columns from `first` on."""

    row: ir.Value
    first: ir.Value
    rows: int
    run: int

    @property
    def count(self) -> int:
        """How many columns there are."""
        return self.rows * self.run


class Columns:
    """The layout of some channels of x; `x` points at the first number of the first one."""

    def __init__(self, frame: Frame, dtype: DType, axes: Sequence[Axis]) -> None:
        self.b, self.dtype, self.axes = frame.builder, dtype, tuple(axes)
        self.v = Vectors(self.b, dtype, frame.target.lanes(dtype))

    def lay_out(
        self, x: ir.Value, channels: tuple[int, int], block: Block, to: tuple[ir.Value, int]
    ) -> None:
        """The matrix of a block.

        `channels`: how many, and how far apart; `to`: where its rows go, and how far apart.
        """
        b = self.b
        with ExitStack() as loops:
            c = loops.enter_context(counted(b, I64(0), I64(channels[0])))
            source, line = self.moved(x, b.mul(c, I64(channels[1]))), c
            taps = []
            for axis in self.axes:
                taps.append(loops.enter_context(counted(b, I64(0), I64(axis.taps))))
                line = b.add(b.mul(line, I64(axis.taps)), taps[-1])
            target = self.moved(to[0], b.mul(line, I64(to[1])))
            run = _Run(self, self.axes[-1], taps[-1], block)
            with counted(b, I64(0), I64(block.rows)) as r:
                place = self.moved(target, b.mul(r, I64(block.run)))
                offset, inside = self._row(b.add(block.row, r), taps[:-1])
                with b.if_else(inside) as (met, missed):
                    with met:
                        run.copy(self.moved(source, offset), place)
                    with missed:
                        run.clear(place)

    def _row(self, row: ir.Value, taps: list[ir.Value]) -> tuple[ir.Value, ir.Value]:
        """How far in x a row of columns lies for these taps, and whether it is there at all."""
        b, offset, inside = self.b, I64(0), ir.Constant(ir.IntType(1), 1)
        for axis, tap in zip(self.axes[-2::-1], reversed(taps), strict=True):
            q = b.urem(row, I64(axis.columns))
            row = b.udiv(row, I64(axis.columns))
            at = b.add(b.mul(tap, I64(axis.tap)), b.mul(q, I64(axis.column)))
            at = b.sub(at, I64(axis.before))
            if axis.dilation > 1:
                fits = b.icmp_signed("==", b.srem(at, I64(axis.dilation)), I64(0))
                inside = b.and_(inside, fits)
                at = b.sdiv(at, I64(axis.dilation))
            inside = b.and_(inside, b.icmp_unsigned("<", at, I64(axis.size)))
            offset = b.add(offset, b.mul(at, I64(axis.stride)))
        return offset, inside

    def moved(self, address: ir.Value, elements: ir.Value) -> ir.Value:
        """An address some elements further on."""
        return self.b.gep(address, [elements], source_etype=scalar_type(self.dtype))


class _Run:
    """The columns of one row, for one tap of the last axis."""

    def __init__(self, columns: Columns, axis: Axis, tap: ir.Value, block: Block) -> None:
        self.columns, self.axis, self.length = columns, axis, block.run
        b, v = columns.b, columns.v
        # Where the first column meets x, gaps counted.
        self.start = b.sub(b.mul(tap, I64(axis.tap)), I64(axis.before))
        self.start = b.add(self.start, b.mul(block.first, I64(axis.column)))
        self.low = self.high = None
        if axis.dilation == 1:
            zero, length = I64(0), I64(block.run)
            before = v.larger(b.sub(zero, self.start), zero)
            after = v.larger(b.sub(I64(axis.size), self.start), zero)
            self.low = v.smaller(self._steps(before), length)
            self.high = v.larger(v.smaller(self._steps(after), length), self.low)

    def _steps(self, distance: ir.Value) -> ir.Value:
        """How many columns begin before a distance, which is not negative."""
        b, step = self.columns.b, self.axis.column
        return distance if step == 1 else b.udiv(b.add(distance, I64(step - 1)), I64(step))

    def clear(self, place: ir.Value) -> None:
        """Zeros for all columns."""
        v = self.columns.v
        whole = self.length // v.lanes * v.lanes
        with counted(v.b, I64(0), I64(whole), v.lanes) as i:
            self._store(v.zero, self._moved(place, i), None)
        if whole < self.length:
            self._store(v.zero, self._moved(place, I64(whole)), v.first(self.length - whole))

    def copy(self, source: ir.Value, place: ir.Value) -> None:
        """The numbers of x, and zeros where there are none."""
        if self.axis.dilation > 1:
            self.clear(place)
            self._spread(source, place)
            return
        b = self.columns.b
        count = b.sub(self.high, self.low)
        with b.if_then(b.icmp_signed("<", count, I64(self.length))):
            self.clear(place)
        first = b.add(self.start, b.mul(self.low, I64(self.axis.column)))
        source = self._moved(source, b.mul(first, I64(self.axis.stride)))
        self._line(source, self._moved(place, self.low), count)

    def _line(self, source: ir.Value, place: ir.Value, count: ir.Value) -> None:
        """Copy `count` numbers, as far apart as columns, in vectors: the last one masked."""
        b, v = self.columns.b, self.columns.v
        apart = self.axis.stride * self.axis.column
        whole = b.and_(count, I64(-v.lanes))
        with counted(b, I64(0), whole, v.lanes) as i:
            vector = v.load(self._moved(source, b.mul(i, I64(apart))), apart)
            self._store(vector, self._moved(place, i), None)
        rest = b.sub(count, whole)
        with b.if_then(b.icmp_signed(">", rest, I64(0))):
            mask = v.below(rest)
            vector = v.load(self._moved(source, b.mul(whole, I64(apart))), apart, mask)
            self._store(vector, self._moved(place, whole), mask)

    def _spread(self, source: ir.Value, place: ir.Value) -> None:
        """The numbers of x one by one, each at the column that meets it, if one does."""
        b, v, axis = self.columns.b, self.columns.v, self.axis
        reach = b.add(self.start, I64(self.length * axis.column - 1))
        first = b.sdiv(v.larger(self.start, I64(0)), I64(axis.dilation))
        after = b.add(b.sdiv(v.larger(reach, I64(-axis.dilation)), I64(axis.dilation)), I64(1))
        after = b.select(b.icmp_signed("<", reach, I64(0)), I64(0), after)
        with counted(b, first, v.smaller(after, I64(axis.size))) as i:
            apart = b.sub(b.mul(i, I64(axis.dilation)), self.start)
            met = b.icmp_signed(">=", apart, I64(0))
            if axis.column > 1:
                met = b.and_(met, b.icmp_signed("==", b.srem(apart, I64(axis.column)), I64(0)))
            with b.if_then(met):
                at = self._moved(source, b.mul(i, I64(axis.stride)))
                to = self._moved(place, b.sdiv(apart, I64(axis.column)))
                store(b, to, load(b, at, self.columns.dtype, 1))

    def _store(self, vector: ir.Value, address: ir.Value, mask: Any) -> None:
        store(self.columns.b, address, Lanes(self.columns.b, vector, self.columns.dtype), mask=mask)

    def _moved(self, address: ir.Value, elements: ir.Value) -> ir.Value:
        return self.columns.moved(address, elements)
