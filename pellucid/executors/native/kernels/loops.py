"""Loop kernels as LLVM code: one nest for elementwise work, broadcasting and reductions.

    emit_loop       the body of a Loop kernel

The last loop runs along vector lanes; its end is masked. Three kinds of nests:

    plain       no reduction: each row is a run of vectors
    rows        the last loop is reduced: lanes are partial results, joined in a fixed order
    columns     the last loop is kept: each lane is a result of its own, loops run over rows

A unit is a row, or one vector of columns or of a plain line. Threads share units, never a sum, so
the bits do not depend on who computes a unit. Long sums are added in blocks (`blocked_sums`).
"""

import functools
from collections.abc import Callable
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.kernels import Loop, own_reach
from pellucid.executors.native.kernels.blocked_sums import Blocks, Pieces, in_pieces
from pellucid.executors.native.kernels.evaluate import (
    Level,
    Members,
    contribution,
    identity,
    is_rounded,
    joined,
)
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.vectors import first_lanes, lanes_below
from pellucid.executors.native.schedule.granularity import rows_at_once
from pellucid.executors.native.schedule.nest import LoopNest, roots, stages
from pellucid.executors.native.schedule.sum_blocks import SumSplit, split
from pellucid.graph import Node

I64 = ir.IntType(64)
LONG_NODES = 64  # of a body that is not written a second time for the last vector, with its mask
Levels = list[Level]  # of units that are computed at once
Body = Callable[[Levels], None]


def emit_loop(frame: Frame, kernel: Loop, nest: LoopNest, width: int) -> None:
    """The code of a kernel for the units from `begin` to `end`."""
    _LoopCode(frame, kernel, nest, width).emit()


class _LoopCode:
    """The emission of one kernel."""

    def __init__(self, frame: Frame, kernel: Loop, nest: LoopNest, width: int) -> None:
        self.frame, self.kernel, self.nest, self.width = frame, kernel, nest, width
        self.stage = stages(kernel, frame.views)
        self.members = Members(frame, kernel, nest, self.stage)
        self.last = nest.dims[-1].size
        self.at_once = rows_at_once(kernel, nest, frame.target, width)
        self.is_long = len(kernel.nodes) > LONG_NODES

    def emit(self) -> None:
        b = self.frame.builder
        entry = Level(None, (None,) * len(self.nest.dims), 1)
        self.members.load_invariant(entry)
        if self.nest.kind == "rows":
            self._rows(entry)
            return
        with counted(b, self.frame.units.begin, self.frame.units.end) as unit:
            if self.nest.kind == "plain" and len(self.nest.dims) > 1:
                self._row(entry, unit)
            else:
                self._block(entry, unit)

    # ---- plain rows ----------------------------------------------------------------------

    def _row(self, entry: Level, unit: ir.Value) -> None:
        """One row of a plain nest: vectors from its start to its end."""
        indices = self._split(unit, [dim.size for dim in self.nest.dims[:-1]])
        row = Level(entry, (*indices, None), 1)
        self.members.load_invariant(row)
        self._along([row], lambda inner: self._stores(inner[0], 0))

    def _along(self, outers: Levels, body: Body, pieces: Pieces | None = None) -> None:
        """Run `body` for each vector of the last loop, the masked end included."""
        whole = self.last // self.width * self.width

        def vectors(i: ir.Value, mask: Any) -> None:
            body([outer.inner(i, self.width, mask) for outer in outers])

        if self.is_long and 0 < whole < self.last and pieces is None:
            with counted(self.frame.builder, I64(0), I64(self.last), self.width) as i:
                vectors(i, self._below(i))
            return
        if whole == self.width:
            vectors(I64(0), None)
        elif whole:
            with in_pieces(self.frame.builder, whole, self.width, pieces) as i:
                vectors(i, None)
        if whole < self.last:
            vectors(I64(whole), first_lanes(self.width, self.last - whole))

    def _below(self, start: ir.Value) -> ir.Value:
        """The mask of a vector that begins at `start`: its lanes below the end of the loop."""
        b = self.frame.builder
        return lanes_below(b, self.width, b.sub(I64(self.last), start))

    def _stores(self, level: Level, now: int) -> None:
        """Compute all full members of a stage, then store: a store may overwrite an operand."""
        values = roots(self.kernel, self.frame.views, now)[1]
        computed = [(value, self.members.value(value, level, now)) for value in values]
        for value, lanes in computed:
            element = self.members.element(own_reach(self.kernel, self.frame.views, value), level)
            self.frame.store(value, element, level.fit(lanes), level.mask)

    # ---- vectors of columns, and of a single plain line --------------------------------------

    def _block(self, entry: Level, unit: ir.Value) -> None:
        """One vector of the last loop: whole, or masked where it is the last."""
        b = self.frame.builder
        blocks = -(-self.last // self.width)
        *outer, block = self._split(unit, [*self.nest.kept[:-1], blocks])
        start = b.mul(block, I64(self.width))
        rest = self.last % self.width
        if not rest:
            self._columns(entry, outer, start, None)
        elif blocks == 1:
            self._columns(entry, outer, start, first_lanes(self.width, rest))
        elif self.is_long:
            self._columns(entry, outer, start, self._below(start))
        else:
            with b.if_else(b.icmp_signed("<", block, I64(blocks - 1))) as (full, end):
                with full:
                    self._columns(entry, outer, start, None)
                with end:
                    self._columns(entry, outer, start, first_lanes(self.width, rest))

    def _columns(self, entry: Level, outer: list[Any], start: ir.Value, mask: Any) -> None:
        kept = iter([*outer, start])
        indices = tuple(None if dim.reduced else next(kept) for dim in self.nest.dims)
        level = Level(entry, indices, self.width, mask)
        if self.nest.kind == "plain":
            self._stores(level, 0)
        else:
            self._reduced([level])

    # ---- reductions ------------------------------------------------------------------------

    def _rows(self, entry: Level) -> None:
        """Rows of a nest whose last loop is reduced: several at once, then the rest one by one."""
        b, begin = self.frame.builder, self.frame.units.begin
        for at_once in range(self.at_once, 0, -1):
            count = b.sub(self.frame.units.end, begin)
            end = b.add(begin, b.sub(count, b.urem(count, I64(at_once))))
            with counted(b, begin, end, at_once) as unit:
                units = [b.add(unit, I64(i)) for i in range(at_once)]
                self._reduced([Level(entry, self._kept_indices(u), 1) for u in units])
            begin = end

    def _reduced(self, outers: Levels) -> None:
        """All stages of some units: for each a pass over the reduced axes, then outer members."""
        for outer in outers:
            self.members.load_invariant(outer)
        shared = None
        if self.nest.is_single(self.width):
            mask = None if self.last == self.width else first_lanes(self.width, self.last)
            shared = [outer.inner(I64(0), self.width, mask) for outer in outers]
        for now in range(max(self.stage.values()) + 1):
            for outer in outers:
                self.members.outer_members(outer, now)
            reductions, stores = roots(self.kernel, self.frame.views, now)
            if reductions or stores:
                self._stage(outers, reductions, now, shared)
        for outer in outers:
            self._outer_stores(outer)

    def _outer_stores(self, outer: Level) -> None:
        """Store the outer members: one value for each unit."""
        for value in self.kernel.stores:
            if value.name in self.kernel.outer:
                reach = own_reach(self.kernel, self.frame.views, value)
                lanes = outer.fit(self.members.known(value, outer))
                self.frame.store(value, self.members.element(reach, outer), lanes, outer.mask)

    def _stage(
        self, outers: Levels, reductions: list[Node], now: int, shared: Levels | None
    ) -> None:
        """One pass over the reduced axes."""
        rows = self.nest.kind == "rows"
        width = self.width if rows else outers[0].width
        cut = self._cut(reductions)
        totals = [
            [_Total(self.frame, n, width, in_blocks=cut is not None) for n in reductions]
            for _ in outers
        ]

        def body(levels: Levels) -> None:
            for level, own in zip(levels, totals, strict=True):
                self.members.share(levels[0], level)
                for total in own:
                    node = total.node
                    x = self.members.operand(node, node.inputs[0], level, now)
                    x = contribution(node, level.fit(x))
                    masked = rows and level.mask
                    total.take(x.where_mask(level.mask, total.start) if masked else x)
                self._stores(level, now)
                if now == 0 and shared is None:
                    self._claim(level)

        if shared is not None:
            body(shared)
        else:
            pieces = None if cut is None else Pieces(cut, functools.partial(_end_block, totals))
            self._over_reduced(outers, list(range(len(self.nest.dims))), body, pieces)
        for outer, own in zip(outers, totals, strict=True):
            for total in own:
                lanes = total.all()
                outer.values[total.node.output.name] = (
                    lanes.folded(functools.partial(joined, total.node)) if rows else lanes
                )

    def _cut(self, reductions: list[Node]) -> SumSplit | None:
        """Where a pass over the reduced axes is cut into blocks, if a sum needs that."""
        is_summed = any(map(is_rounded, reductions))
        return split(self.nest.dims, self.width) if is_summed else None

    def _claim(self, level: Level) -> None:
        """Ask early for the cache lines that a later stage writes, as this one only reads."""
        for value in self.kernel.stores:
            if value.name in self.kernel.full and self.stage[value.name] > 0:
                reach = own_reach(self.kernel, self.frame.views, value)
                self.frame.claim(value, self.members.element(reach, level))

    def _over_reduced(
        self, levels: Levels, dims: list[int], body: Body, pieces: Pieces | None
    ) -> None:
        """Nest the loops over the reduced axes, outermost first."""
        reduced = [d for d in dims if self.nest.dims[d].reduced]
        if not reduced:
            body(levels)
            return
        first, rest = reduced[0], reduced[1:]
        own = pieces if pieces is not None and pieces.split.loop == first else None
        if first == len(self.nest.dims) - 1:
            self._along(levels, body, own)
            return
        with in_pieces(self.frame.builder, self.nest.dims[first].size, 1, own) as i:
            self._over_reduced([level.at(first, i) for level in levels], rest, body, pieces)

    # ---- indices ---------------------------------------------------------------------------

    def _kept_indices(self, unit: ir.Value) -> tuple[Any, ...]:
        kept = iter(self._split(unit, [d.size for d in self.nest.dims if not d.reduced]))
        return tuple(None if dim.reduced else next(kept) for dim in self.nest.dims)

    def _split(self, unit: ir.Value, sizes: list[int]) -> list[ir.Value]:
        """The index of each loop from the number of a unit, last loop fastest."""
        b, indices = self.frame.builder, []
        for size in reversed(sizes):
            indices.append(b.urem(unit, I64(size)))
            unit = b.udiv(unit, I64(size))
        return indices[::-1]


def _end_block(totals: list[list["_Total"]]) -> None:
    """End the block of all reductions of all units: add its sums to the totals."""
    for own in totals:
        for total in own:
            total.end_block()


class _Total:
    """A reduction under way: its partial results, in registers; long sums in blocks."""

    def __init__(self, frame: Frame, node: Node, width: int, *, in_blocks: bool) -> None:
        self.node, self.builder = node, frame.builder
        self.start = identity(frame, node, width)
        self.slot = frame.scratch(self.start.value.type)
        self._put(self.start)
        self.blocks = Blocks(frame, self.start) if in_blocks and is_rounded(node) else None

    def take(self, x: Lanes) -> None:
        """Join more numbers to the partial results."""
        self._put(joined(self.node, self._now(), x))

    def end_block(self) -> None:
        """End the block: add its sum to the total."""
        if self.blocks is not None:
            self.blocks.add(self._now())
            self._put(self.start)

    def all(self) -> Lanes:
        """The partial results, of all blocks."""
        return self._now() if self.blocks is None else self.blocks.and_(self._now())

    def _now(self) -> Lanes:
        return self.start.made(self.builder.load(self.slot, typ=self.start.value.type))

    def _put(self, lanes: Lanes) -> None:
        self.builder.store(lanes.value, self.slot)
