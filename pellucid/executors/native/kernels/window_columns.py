"""The windows of a convolution laid out as the rows of a matrix, block by block.

    Axis        how taps and columns lie along one axis of x
    ColumnBlock       a few columns: whole rows of them, or a part of one row
    Channels    how the channels of x lie; Rows: how the rows of the matrix do
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
from pellucid.executors.native.llvm.indices import Index, Number, larger, smaller
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import element_address, load, store
from pellucid.executors.native.llvm.types import I1
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
class ColumnBlock:
    """Columns from row `row` on: `rows` rows, in each `run` columns from `first` on."""

    row: Index
    first: Number
    rows: int
    run: int

    @property
    def count(self) -> int:
        """How many columns there are."""
        return self.rows * self.run


@dataclass(frozen=True)
class Channels:
    """How many channels of x are laid out; `x` points at the first one, others are `apart`."""

    x: ir.Value
    count: int
    apart: int


@dataclass(frozen=True)
class Rows:
    """Where the rows of the matrix go: the first one, and from each to the next."""

    place: ir.Value
    pitch: int


class Columns:
    """The layout of some channels of x."""

    def __init__(self, frame: Frame, dtype: DType, axes: Sequence[Axis]) -> None:
        self.b = frame.builder
        self.dtype = dtype
        self.axes = tuple(axes)
        lanes = frame.target.lanes(dtype)
        self.v = Vectors(self.b, dtype, lanes)

    def lay_out(self, channels: Channels, block: ColumnBlock, to: Rows) -> None:
        """The matrix of a block."""
        with ExitStack() as loops:
            all_channels = counted(self.b, 0, channels.count)
            channel = loops.enter_context(all_channels)
            source = self.moved(channels.x, channel * channels.apart)
            number = channel
            taps = []
            for axis in self.axes:
                loop = counted(self.b, 0, axis.taps)
                tap = loops.enter_context(loop)
                number = number * axis.taps + tap
                taps.append(tap)
            target = self.moved(to.place, number * to.pitch)
            self._fill(block, source, target, taps)

    def _fill(
        self, block: ColumnBlock, source: ir.Value, target: ir.Value, taps: list[Index]
    ) -> None:
        """One row of the matrix: a channel of x, as some taps meet it."""
        *outer, last = taps
        run = _Run(self, self.axes[-1], last, block)
        with counted(self.b, 0, block.rows) as row:
            place = self.moved(target, row * block.run)
            at = Index(self.b, block.row) + row
            offset, inside = self._met(at, outer)
            with self.b.if_else(inside) as (met, missed):
                with met:
                    run.copy(self.moved(source, offset), place)
                with missed:
                    run.clear(place)

    def _met(self, row: Index, taps: list[Index]) -> tuple[Index, ir.Value]:
        """The element of x at which a row begins for these taps, and whether it is inside x."""
        b = self.b
        offset = Index(self.b, 0)
        inside = I1(1)
        outer_axes = self.axes[-2::-1]
        outer_taps = reversed(taps)
        for axis, tap in zip(outer_axes, outer_taps, strict=True):
            column = row % axis.columns
            row = row // axis.columns
            at = tap * axis.tap + column * axis.column - axis.before
            if axis.dilation > 1:
                is_number = at.signed_remainder(axis.dilation).equals(0)
                inside = b.and_(inside, is_number)
                at = at.signed_quotient(axis.dilation)
            inside = b.and_(inside, at.is_within(axis.size))
            offset = offset + at * axis.stride
        return offset, inside

    def moved(self, address: ir.Value, elements: Number) -> ir.Value:
        """An address some elements further on."""
        return element_address(self.b, address, self.dtype, elements)


class _Run:
    """The columns of one row, for one tap of the last axis."""

    def __init__(self, columns: Columns, axis: Axis, tap: Index, block: ColumnBlock) -> None:
        self.b = columns.b
        self.v = columns.v
        self.moved = columns.moved
        self.axis = axis
        self.length = block.run
        # Where the first column meets x, gaps counted.
        own = tap * axis.tap - axis.before
        first = Index(self.b, block.first)
        self.start = own + first * axis.column
        if axis.dilation == 1:
            self.low, self.high = self._inside()

    def _inside(self) -> tuple[Index, Index]:
        """From which column on, and up to which, numbers of x are met."""
        before = larger(0 - self.start, 0)
        after = larger(self.axis.size - self.start, 0)
        low = smaller(self._columns_within(before), self.length)
        high = smaller(self._columns_within(after), self.length)
        return low, larger(high, low)

    def _columns_within(self, distance: Index) -> Index:
        """How many columns begin within the first `distance` positions, which is at least 0."""
        step = self.axis.column
        if step == 1:
            return distance
        return (distance + (step - 1)) // step

    # ---- zeros -------------------------------------------------------------------------------

    def clear(self, place: ir.Value) -> None:
        """Zeros for all columns."""
        v = self.v
        whole = self.length // v.lanes * v.lanes
        with counted(self.b, 0, whole, v.lanes) as i:
            self._store(v.zero, self.moved(place, i))
        if whole < self.length:
            end = self.moved(place, whole)
            self._store(v.zero, end, v.first(self.length - whole))

    # ---- numbers -----------------------------------------------------------------------------

    def copy(self, source: ir.Value, place: ir.Value) -> None:
        """Copy the numbers of x, and write zeros where a tap falls beside them."""
        if self.axis.dilation > 1:
            self.clear(place)
            self._spread(source, place)
            return
        count = self.high - self.low
        with self.b.if_then(count < self.length):
            self.clear(place)
        first = self.start + self.low * self.axis.column
        source = self.moved(source, first * self.axis.stride)
        target = self.moved(place, self.low)
        self._line(source, target, count)

    def _line(self, source: ir.Value, place: ir.Value, count: Index) -> None:
        """Copy `count` numbers of x with the stride of columns, in vectors, the last one masked."""
        lanes = self.v.lanes
        whole = count & -lanes
        with counted(self.b, 0, whole, lanes) as i:
            self._vector(source, place, i)
        remainder = count - whole
        with self.b.if_then(remainder > 0):
            mask = self.v.below(remainder)
            self._vector(source, place, whole, mask)

    def _vector(self, source: ir.Value, place: ir.Value, i: Index, mask: Any = None) -> None:
        """Copy the numbers of a vector, from the `i`th on."""
        apart = self.axis.stride * self.axis.column
        vector = self.v.load(self.moved(source, i * apart), apart, mask)
        self._store(vector, self.moved(place, i), mask)

    def _spread(self, source: ir.Value, place: ir.Value) -> None:
        """Write the numbers of x one by one, each to the column whose tap falls on it, if any."""
        axis = self.axis
        first_and_after = self._reached()
        with counted(self.b, *first_and_after) as i:
            apart = i * axis.dilation - self.start
            met = apart >= 0
            if axis.column > 1:
                is_column = apart.signed_remainder(axis.column).equals(0)
                met = self.b.and_(met, is_column)
            with self.b.if_then(met):
                at = self.moved(source, i * axis.stride)
                to = self.moved(place, apart.signed_quotient(axis.column))
                number = load(self.b, at, self.v.dtype, 1)
                store(self.b, to, number)

    def _reached(self) -> tuple[Index, Index]:
        """The first of the numbers of x that columns reach, and the one after the last."""
        dilation = self.axis.dilation
        length = self.length * self.axis.column
        reach = self.start + (length - 1)
        first = larger(self.start, 0).signed_quotient(dilation)
        last = larger(reach, -dilation).signed_quotient(dilation)
        after = last + 1
        nothing = Index(self.b, 0)
        after = nothing.where(reach < 0, after)
        return first, smaller(after, self.axis.size)

    def _store(self, vector: ir.Value, address: ir.Value, mask: Any = None) -> None:
        lanes = Lanes(self.b, vector, self.v.dtype)
        store(self.b, address, lanes, mask=mask)
