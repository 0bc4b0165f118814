"""Matrix products: register-tiled kernels for every shape and layout.

tiles               how many independent pieces of work a product is
emit_contraction    the code for a range of them

A tile of C, some rows by some vectors of columns, lives in registers while k runs from 0 to
its end: each step loads the vectors of a row of B, and multiplies and adds each with a
broadcast element of A. Columns that do not fill a vector are masked, or left over for another
kind of kernel, whichever takes least time. The order of every sum follows from sizes and
strides alone, whoever computes it.

B is packed, a panel of columns at a time, where its rows cannot be loaded as vectors, or
where they lie so far apart that each would take a page and cache sets of its own; and so is A,
where it lies transposed and is large (`transposed_blocks`). Where a packed panel would not stay
in the cache, k is cut into blocks, and the sums of a unit wait in memory for the next block.

Source: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication (2008);
Georganas et al., High-Performance Deep Learning via a Single Building BlockOfA (2019).
"""

from typing import Any

from pellucid.executors.native.counting import ceil_div, padded
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.indices import Index, larger, smaller
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.cuts import Contraction, Tiling
from pellucid.executors.native.matmul.matrices import Operands
from pellucid.executors.native.matmul.pairs import ByPairs, units_of
from pellucid.executors.native.matmul.pairs_in_place import ByPairsInPlace, is_in_place
from pellucid.executors.native.matmul.panels import Operand, Panels, Site
from pellucid.executors.native.matmul.tiled_pairs import ByTileRegisters, is_tiled
from pellucid.executors.native.matmul.tiles import Depth, Finish, Panel, TilePosition
from pellucid.executors.native.matmul.tiling import MOST_STEPS, tiling
from pellucid.executors.native.matmul.transposed_blocks import ByBlocks, blocks


def tiles(spec: Contraction, target: Target) -> int:
    """How many units there are: pieces of about the same size, independent of each other."""
    if not spec.m or not spec.n:
        return 0
    if spec.pairs:
        return units_of(spec, _kind(spec, target).cut_of(spec, target))
    cut = tiling(spec, target)
    if spec.block:
        return ceil_div(spec.m, spec.block)
    if cut.packs_a:
        return blocks(cut)
    if _by_rows(spec, cut):
        return cut.groups
    return cut.groups * cut.panels


def _by_rows(spec: Contraction, cut: Tiling) -> bool:
    """Whether a unit is a group of rows with all its columns; else of one panel of columns.

    Where A is transposed, as in the gradient of weights, a thread then works on the same rows of
    the weights, and the same features, from step to step, and finds them in its cache.
    """
    return spec.a_strides[0] == 1 and not cut.packs_b


def emit_contraction(
    site: Site,
    spec: Contraction,
    operands: tuple[Operand, Operand],
    units: Interval,
    finish: Finish,
) -> None:
    """Code for some units.

    `operands`: where A and B begin, or the matrix itself where its rows are scattered; where units
    are blocks of rows, where the panels of B begin.
    """
    if spec.m and spec.n:
        _kind(spec, site.target)(site, spec, operands, finish).emit(units)


def _kind(spec: Contraction, target: Target) -> Any:
    """What emits a product."""
    if spec.pairs:
        in_place = ByPairsInPlace if is_in_place(spec, target) else ByPairs
        return ByTileRegisters if is_tiled(spec, target) else in_place
    return ByBlocks if tiling(spec, target).packs_a else _ByTiles


class _ByTiles(Panels):
    """Groups of rows of one panel, or of all panels, as units."""

    def emit(self, units: Interval) -> None:
        """The units, whichever they are."""
        if self.spec.block:
            self._blocks_of_rows(units)
        elif _by_rows(self.spec, self.cut):
            self._groups_of_rows(units)
        else:
            self._groups_of_panels(units)

    def _blocks_of_rows(self, units: Interval) -> None:
        """Units are blocks of groups with all panels, which lie copied: one serves all blocks."""
        cut = self.cut
        groups = self.spec.block // cut.group
        own = Interval(units.begin * groups, smaller(units.end * groups, cut.groups))
        with counted(self.b, 0, cut.panels) as index:

            def body(final: bool) -> None:
                panel = self.panel(index * cut.columns, final)
                with own.loop() as group:
                    self._unit(panel, group * cut.group)

            self.choose_panel(index, body)

    def _groups_of_rows(self, units: Interval) -> None:
        """Units are groups with all panels."""
        cut = self.cut
        all_panels = counted(self.b, 0, cut.panels)
        with units.loop() as group, all_panels as index:

            def body(final: bool) -> None:
                panel = self.panel(index * cut.columns, final)
                self._unit(panel, group * cut.group)

            self.choose_panel(index, body)

    def _groups_of_panels(self, units: Interval) -> None:
        """Units in order of panels, so that a packed panel serves many groups of rows."""
        cut = self.cut
        groups = self.cut.groups
        after = (units.end + (groups - 1)) // groups
        with counted(self.b, units.begin // groups, after) as index:
            start = index * groups
            first = larger(units.begin - start, 0)
            own = Interval(first, smaller(units.end - start, groups))
            column = index * cut.columns

            def body(final: bool) -> None:
                panel = self.panel(column, final)
                with own.loop() as group:
                    self._unit(panel, group * cut.group)

            self.choose_panel(index, body)

    # ---- a unit ------------------------------------------------------------------------------

    def _unit(self, panel: Panel, row: Index) -> None:
        """A group of rows of a panel."""
        end = smaller(row + self.cut.group, self.spec.m)
        rows = Interval(row, end)
        if panel.width and self.is_blocked:
            self._blocked_tiles(panel, rows)
        elif panel.width:
            self._tiles(panel, rows)
        if panel.remainder is None:
            return
        if self.cut.tail == "inner":
            panel.remainder.inner(rows)
        else:
            panel.remainder.swapped(rows)

    def _tiles(self, panel: Panel, rows: Interval) -> None:
        """The tiles of a unit, each with all of k."""
        right = panel.packed or self.right.part(0, panel.column)
        with rows.loop(self.cut.rows) as row:
            depth = Depth(self._own_k(row, panel.column))
            operands = Operands(self.left.part(row, 0), right)
            position = TilePosition(panel, row, operands, self.sums)
            self.tiles.emit(position, depth)
            if not self.tiles.is_direct:
                self.tiles.hand_out(position)

    def _own_k(self, row: Index, column: Index) -> Interval:
        """All of k, but where a triangle has zeros for all rows of a tile, or nobody looks."""
        k = self.spec.k
        if self.spec.veiled:
            nothing = Index(self.b, 0)
            is_seen = column < row + self.cut.rows
            return Interval(nothing, Index(self.b, k).where(is_seen, nothing))
        if self.spec.lower is None:
            return Interval.of(self.b, 0, k)
        # A turn of the loop over k takes some steps, which begin at a multiple of their number.
        whole = -MOST_STEPS
        if self.spec.lower:
            end = (row + (self.cut.rows + MOST_STEPS - 1)) & whole
            return Interval(Index(self.b, 0), smaller(end, k))
        return Interval(row & whole, Index(self.b, k))

    def _blocked_tiles(self, panel: Panel, rows: Interval) -> None:
        """The tiles of a unit, block by block of k; sums wait in memory."""
        vectors = len(panel.masks)
        rows_of_tiles = padded(self.cut.group, self.cut.rows)
        self.clear_sums(rows_of_tiles * vectors)
        with counted(self.b, 0, self.spec.k, self.cut.depth) as k:
            after = smaller(k + self.cut.depth, self.spec.k)
            right = self.copied(panel, Interval(k, after))
            is_last = after.equals(self.spec.k)
            own_k = Interval.of(self.b, 0, after - k)
            depth = Depth(own_k, is_last)
            with rows.loop(self.cut.rows) as row:
                operands = Operands(self.left.part(row, k), right)

                def position() -> TilePosition:
                    tile = (row - rows.begin) * vectors
                    sums = self.v.slot(self.sums, tile)
                    return TilePosition(panel, row, operands, sums)

                self.tiles.emit(position(), depth)
                with self.b.if_then(is_last):
                    self.tiles.hand_out(position())
