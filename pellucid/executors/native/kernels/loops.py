"""Loop kernels as LLVM code: one nest for elementwise work, broadcasting and reductions.

    emit_loop       the body of a Loop kernel

The last loop runs along vector lanes; its end is masked. Three kinds of nests:

    plain       no reduction: each row is a run of vectors
    rows        the last loop is reduced: lanes are partial results, joined in a fixed order
    columns     the last loop is kept: each lane is a result of its own, loops run over rows

A unit is a row, or one vector of columns or of a plain line. Threads share units, never a sum, so
the bits do not depend on who computes a unit. Long sums are added in blocks (`blocked_sums`).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.levels import Indices, Level
from pellucid.executors.native.kernels.loop_unit import Levels, LoopUnit
from pellucid.executors.native.llvm.counted_loops import Interval, choose, counted
from pellucid.executors.native.llvm.indices import Index, unraveled
from pellucid.executors.native.llvm.vectors import first_lanes
from pellucid.executors.native.schedule.granularity import rows_at_once
from pellucid.executors.native.schedule.nest import LoopNest


def emit_loop(
    frame: Frame, kernel: Loop, nest: LoopNest, width: int, within: Sequence[Interval] = ()
) -> None:
    """The code of a kernel for some units.

    Where these are some turns of its first loops, those `within` intervals, all loops are nested:
    no index is found by dividing.
    """
    _LoopCode(frame, kernel, nest, width, within).emit()


class _LoopCode:
    """The emission of one kernel."""

    def __init__(
        self, frame: Frame, kernel: Loop, nest: LoopNest, width: int, within: Sequence[Interval]
    ) -> None:
        self.frame = frame
        self.nest = nest
        self.within = within
        self.width = width
        self.unit = LoopUnit(frame, kernel, nest, width)
        self.members = self.unit.members
        self.last = nest.dims[-1].size
        self.at_once = rows_at_once(kernel, nest, frame.target, width)

    def emit(self) -> None:
        nothing_known = (None,) * len(self.nest.dims)
        entry = Level(None, nothing_known, 1)
        self.members.load_invariant(entry)
        if self.nest.kind == "rows":
            self._rows(entry)
            return
        is_plain = self.nest.kind == "plain"
        if is_plain and len(self.nest.dims) > 1:
            outer = self.nest.dims[: -1 - self.nest.unrolled]
            with self._each([dim.size for dim in outer]) as indices:
                self._row(entry, indices)
            return
        blocks = ceil_div(self.last, self.width)
        with self._each([*self.nest.kept[:-1], blocks]) as indices:
            self._block(entry, indices, blocks)

    @contextmanager
    def _each(self, sizes: Sequence[int]) -> Iterator[list[Index]]:
        """The units: the index of each loop around them."""
        if not self.within:
            with self.frame.units.loop() as unit:
                yield _indices(unit, sizes)
            return
        with ExitStack() as loops:
            inner = [Interval.of(self.frame.builder, 0, n) for n in sizes[len(self.within) :]]
            yield [loops.enter_context(each.loop()) for each in (*self.within, *inner)]

    # ---- plain rows ----------------------------------------------------------------------

    def _row(self, entry: Level, indices: list[Index]) -> None:
        """One row of a plain nest, or some: vectors from its start to its end."""
        missing = (None,) * (self.nest.unrolled + 1)
        first = Level(entry, (*indices, *missing), 1)
        rows = self.unit.at_points(first)
        for row in rows:
            self.members.load_invariant(row)

        def body(levels: Levels) -> None:
            self.unit.stores(levels, 0)

        self.unit.along(rows, body)

    # ---- vectors of columns, and of a single plain line --------------------------------------

    def _block(self, entry: Level, indices: list[Index], blocks: int) -> None:
        """One vector of the last loop: whole, or masked where it is the last."""
        *outer, block = indices
        start = block * self.width
        remainder = self.last % self.width
        if remainder and blocks > 1 and self.unit.is_long:
            self._columns(entry, outer, start, self.unit.below(start))
            return

        def emit(final: bool) -> None:
            mask = first_lanes(self.width, remainder) if final else None
            self._columns(entry, outer, start, mask)

        choose(block, blocks, remainder != 0, emit)

    def _columns(self, entry: Level, outer: list[Index], start: Index, mask: Any) -> None:
        """One vector of columns from `start` on, or of a plain line."""
        indices = self._kept([*outer, start])
        level = Level(entry, indices, self.width, mask)
        if self.nest.kind == "plain":
            self.unit.stores([level], 0)
        else:
            self.unit.reduced([level])

    # ---- reductions ------------------------------------------------------------------------

    def _rows(self, entry: Level) -> None:
        """Rows of a nest whose last loop is reduced: several at once, then the rest one by one."""
        begin = self.frame.units.begin
        after = self.frame.units.end
        for at_once in range(self.at_once, 0, -1):
            count = after - begin
            end = begin + (count - count % at_once)
            with counted(self.frame.builder, begin, end, at_once) as unit:
                units = [unit + i for i in range(at_once)]
                rows = [self._level_of_row(entry, each) for each in units]
                self.unit.reduced(rows)
            begin = end

    def _level_of_row(self, entry: Level, unit: Index) -> Level:
        dims = self.nest.dims
        sizes = [dim.size for dim in dims if not dim.reduced]
        indices = _indices(unit, sizes)
        return Level(entry, self._kept(indices), 1)

    def _kept(self, indices: Sequence[Index]) -> Indices:
        """The index of each loop, from those of the loops that are not reduced."""
        kept = iter(indices)
        dims = self.nest.dims
        return tuple(None if dim.reduced else next(kept) for dim in dims)


def _indices(unit: Index, sizes: Sequence[int]) -> list[Index]:
    """The index of each loop from the number of a unit, last loop fastest."""
    last_first = list(unraveled(unit, sizes))
    return last_first[::-1]
