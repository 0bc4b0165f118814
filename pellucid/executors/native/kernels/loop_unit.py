"""A unit of a loop kernel: what is computed for one row, or one vector of columns.

LoopUnit    vectors along the last loop, and stages over the reduced axes
LONG_NODES  from how many nodes on a body is written once
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.kernels.blocked_sums import Pieces, in_pieces
from pellucid.executors.native.kernels.evaluate import Members
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.levels import Level
from pellucid.executors.native.kernels.reductions import (
    RunningReduction,
    contribution,
    is_rounded,
)
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index, Number
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.vectors import first_lanes, lanes_below
from pellucid.executors.native.llvm.weaving_lanes import repeated_lanes, woven
from pellucid.executors.native.schedule.nest import LoopNest, roots, stages
from pellucid.executors.native.schedule.sum_blocks import SumSplit, split
from pellucid.graph import Node, Value

# Of a body that is not written a second time for the last vector, with its mask. Chosen: the code
# of longer ones is then half as long; few bodies of the benchmarks are (docs/decisions/0016).
LONG_NODES = 64
Levels = list[Level]  # of units that are computed at once
Body = Callable[[Levels], None]


class LoopUnit:
    """The code of some units of a kernel at once."""

    def __init__(self, frame: Frame, kernel: Loop, nest: LoopNest, width: int) -> None:
        self.frame = frame
        self.kernel = kernel
        self.nest = nest
        self.width = width
        self.stage = stages(kernel, frame.views)
        self.members = Members(frame, kernel, nest, self.stage)
        self.last = nest.dims[-1].size
        self.is_long = len(kernel.nodes) > LONG_NODES

    # ---- vectors along the last loop -------------------------------------------------------

    def along(self, outers: Levels, body: Body, pieces: Pieces | None = None) -> None:
        """Run `body` for each vector of the last loop, the masked end included."""
        b = self.frame.builder
        width = self.width
        whole = self.last // width * width

        def vector(i: Number, mask: Any = None) -> None:
            levels = [outer.inner(i, width, mask) for outer in outers]
            body(levels)

        if self.is_long and 0 < whole < self.last and pieces is None:
            with counted(b, 0, self.last, width) as i:
                vector(i, self.below(i))
            return
        if whole == width:
            vector(0)
        elif whole:
            with in_pieces(b, whole, width, pieces) as i:
                vector(i)
        if whole < self.last:
            vector(whole, first_lanes(width, self.last - whole))

    def below(self, start: Index) -> ir.Value:
        """The mask of a vector that begins at `start`: its lanes below the end of the loop."""
        count = self.last - start
        return lanes_below(self.frame.builder, self.width, count)

    def at_points(self, level: Level) -> Levels:
        """A level for each point of the loops that are written out, in their order."""
        levels = []
        for point in product(*self.nest.points):
            at = level
            for loop, i in zip(self.nest.written_out, point, strict=True):
                at = at.at(loop, Index(self.frame.builder, i))
            levels.append(at)
        return levels

    def stores(self, levels: Levels, now: int) -> None:
        """Compute all full members of a stage, then store: a store may overwrite an operand.

        Levels are those of points that are written out, or one.
        """
        _, values = roots(self.kernel, self.frame.views, now)
        members = self.members
        computed = [[members.value(v, level, now) for level in levels] for v in values]
        for value, lanes in zip(values, computed, strict=True):
            self._store(value, lanes, levels)

    def _store(self, value: Value, lanes: Sequence[Lanes], levels: Levels) -> None:
        """Store a member for some points: woven where they lie side by side between its lanes."""
        count = len(self.nest.points[-1]) if self.nest.unrolled else 1
        *_, apart, along = (0, *self.nest.strides[self.members.own_reach(value)])
        if count == 1 or (apart, along) != (1, count):
            for level, each in zip(levels, lanes, strict=True):
                self.members.write(value, each, level)
            return
        for first in range(0, len(levels), count):
            level = levels[first]
            parts = [level.fit(each) for each in lanes[first : first + count]]
            mask = level.mask
            if mask is not None:
                mask = repeated_lanes(self.frame.builder, mask, count)
            element = self.members.own_element(value, level)
            self.frame.store(value, element, woven(parts), mask)

    # ---- reductions ------------------------------------------------------------------------

    def reduced(self, outers: Levels) -> None:
        """All stages of some units: for each a pass over the reduced axes, then outer members."""
        for outer in outers:
            self.members.load_invariant(outer)
        shared = None
        if self.nest.is_single(self.width):
            shared = self._shared(outers)
        elif self.nest.kind == "columns" and self.nest.unrolled:
            shared = [level for outer in outers for level in self._inside(outer)]
        last_stage = max(self.stage.values())
        for now in range(last_stage + 1):
            for outer in outers:
                self.members.outer_members(outer, now)
            reductions, stores = roots(self.kernel, self.frame.views, now)
            if reductions or stores:
                self._stage(outers, reductions, now, shared)
        for outer in outers:
            self._outer_stores(outer)

    def _shared(self, outers: Levels) -> Levels:
        """The only vector of each unit, in which all stages find what earlier ones computed."""
        mask = None
        if self.last != self.width:
            mask = first_lanes(self.width, self.last)
        return [outer.inner(0, self.width, mask) for outer in outers]

    def _inside(self, outer: Level) -> Levels:
        """A level of its own for each point of a unit of columns."""
        inside = Level(outer, outer.indices, outer.width, outer.mask)
        levels = self.at_points(inside)
        for level in levels:
            self.members.load_invariant(level)
        return levels

    def _outer_stores(self, outer: Level) -> None:
        """Store the outer members: one value for each unit."""
        for value in self.kernel.stores:
            if value.name in self.kernel.outer:
                lanes = outer.fit(self.members.known(value, outer))
                self.members.write(value, lanes, outer)

    def _stage(
        self, outers: Levels, reductions: list[Node], now: int, shared: Levels | None
    ) -> None:
        """One pass over the reduced axes."""
        cut = self._cut(reductions)
        running = [self._begun(outer, reductions, cut) for outer in outers]

        def body(levels: Levels) -> None:
            count = len(levels) // len(running)
            for number, own in enumerate(running):
                points = levels[number * count : (number + 1) * count]
                if count == 1:
                    self.members.share(levels[0], points[0])
                for level in points:
                    self._take(own, level, now)
                self.stores(points, now)
                if now == 0 and shared is None:
                    self._claim(points[0])

        if shared is None:
            pieces = None
            if cut is not None:
                pieces = Pieces(cut, partial(_end_block, running))
            dims = range(len(self.nest.dims))
            self._over_reduced(outers, dims, body, pieces)
        else:
            body(shared)
        for outer, own in zip(outers, running, strict=True):
            self._finish(outer, own)

    def _cut(self, reductions: list[Node]) -> SumSplit | None:
        """Where a pass over the reduced axes is cut into blocks, if a sum needs that."""
        is_summed = any(map(is_rounded, reductions))
        if is_summed:
            return split(self.nest.dims, self.width)
        return None

    def _begun(
        self, outer: Level, reductions: list[Node], cut: SumSplit | None
    ) -> list[RunningReduction]:
        """The reductions of a unit, with nothing joined so far."""
        width = outer.width
        if self.nest.kind == "rows":
            width = self.width
        in_blocks = cut is not None
        begun = []
        for node in reductions:
            begun.append(RunningReduction(self.frame, node, width, in_blocks=in_blocks))
        return begun

    def _take(self, running: list[RunningReduction], level: Level, now: int) -> None:
        """What a vector gives to the reductions of its unit."""
        for each in running:
            node = each.node
            (value,) = node.inputs
            x = self.members.operand(node, value, level, now)
            x = contribution(node, level.fit(x))
            if self.nest.kind == "rows" and level.mask is not None:
                x = x.where_mask(level.mask, each.start)
            each.take(x)

    def _finish(self, outer: Level, running: list[RunningReduction]) -> None:
        """The results of a unit's reductions are known from here on."""
        is_folded = self.nest.kind == "rows"
        for each in running:
            name = each.node.output.name
            result = each.folded() if is_folded else each.all()
            outer.values[name] = result

    def _claim(self, level: Level) -> None:
        """Ask early for the cache lines that a later stage writes, as this one only reads."""
        for value in self.kernel.stores:
            is_full = value.name in self.kernel.full
            if is_full and self.stage[value.name] > 0:
                element = self.members.own_element(value, level)
                self.frame.claim(value, element)

    def _over_reduced(
        self, levels: Levels, dims: Sequence[int], body: Body, pieces: Pieces | None
    ) -> None:
        """Nest the loops over the reduced axes, outermost first."""
        all_dims = self.nest.dims
        reduced = [d for d in dims if all_dims[d].reduced]
        if not reduced:
            body(levels)
            return
        first, *inner_loops = reduced
        if first in self.nest.written_out:
            points = [point for level in levels for point in self.at_points(level)]
            self._over_reduced(points, dims[-1:], body, pieces)
            return
        own = None
        if pieces is not None and pieces.split.loop == first:
            own = pieces
        if first == len(self.nest.dims) - 1:
            self.along(levels, body, own)
            return
        size = self.nest.dims[first].size
        with in_pieces(self.frame.builder, size, 1, own) as i:
            inner = [level.at(first, i) for level in levels]
            self._over_reduced(inner, inner_loops, body, pieces)


def _end_block(running: list[list[RunningReduction]]) -> None:
    """End the block of all reductions of all units: add its sums to the totals."""
    for own in running:
        for each in own:
            each.end_block()
