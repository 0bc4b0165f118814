"""Products of large matrices the first of which lies transposed: block by block.

ByBlocks    the emission of such a product
blocks      how many of them there are
spans       into how many runs the panels are divided

In x^T dy what a tile needs of A for one k lies side by side, but for the next k a row further
on, in another page and, where rows are a power of two long, in the same set of the cache. So
some rows of A^T, for some of k, are copied tile by tile, once for several panels of columns.
"""

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, floor_power
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.indices import Index, smaller
from pellucid.executors.native.llvm.loads_and_stores import ask_for
from pellucid.executors.native.matmul.cuts import Tiling
from pellucid.executors.native.matmul.matrices import Operands
from pellucid.executors.native.matmul.outer_tiles import STEPS, Meanwhile
from pellucid.executors.native.matmul.packing import BlockOfA, TileCopies, tile_room
from pellucid.executors.native.matmul.panels import Panels, Site
from pellucid.executors.native.matmul.tiles import Depth, Panel, TilePosition


def blocks(cut: Tiling) -> int:
    """How many blocks: groups of rows, each with some panels of columns."""
    return cut.groups * spans(cut)


def spans(cut: Tiling) -> int:
    """Into how many spans the panels are divided."""
    return ceil_div(cut.panels, cut.span)


class ByBlocks(Panels):
    """Units are a group of rows with a run of panels."""

    def reserve(self, site: Site) -> None:
        """Memory for the copies of A, too."""
        super().reserve(site)
        cut = self.cut
        room = tile_room(cut.depth, cut.rows, cut.lanes)
        elements = cut.group * room
        vectors = ceil_div(elements, cut.lanes) + 1
        place = site.scratch(self.v.kind, vectors)
        matrix = self.left.turned()
        self.copies = TileCopies(self.v, matrix, self.spec.m, cut, place)

    def emit(self, units: Interval) -> None:
        """Some units."""
        cut = self.cut
        count = spans(self.cut)
        with units.loop() as unit:
            row = unit // count * cut.group
            last = smaller(row + cut.group, self.spec.m)
            first = unit % count * cut.span
            after = smaller(first + cut.span, cut.panels)
            rows = Interval(row, last)
            self._unit(rows, Interval(first, after))

    def _unit(self, rows: Interval, panels: Interval) -> None:
        """For each part of k a copy of A, and with it all panels."""
        cut = self.cut
        k = self.spec.k
        if self.is_blocked:
            self.clear_sums(cut.span * cut.group * cut.vectors)
        with counted(self.b, 0, k, cut.depth) as begin:
            end = smaller(begin + cut.depth, k)
            block = BlockOfA(rows, Interval(begin, end))
            self.copies.pack(block)
            with panels.loop() as index:
                column = index * cut.columns

                def body(final: bool) -> None:
                    panel = self.bare(column, final)
                    self._tiles(panel, index - panels.begin, block)

                self.choose_panel(index, body)

    def _tiles(self, panel: Panel, index: Index, block: BlockOfA) -> None:
        """The tiles of a panel, the `index`th of the unit, for a block."""
        right = self.copied(panel, block.depth)
        is_last = block.depth.end.equals(self.spec.k)
        with block.rows.loop(self.cut.rows) as row:
            below = row - block.rows.begin
            sums = self._sums_of_tile(index, below)
            ahead = self._next_panel(panel, below, block.depth.begin)
            k = Interval.of(self.b, 0, block.depth.length)
            operands = Operands(self.copies.of_tile(below), right)
            position = TilePosition(panel, row, operands, sums)
            self.tiles.emit(position, Depth(k, is_last, ahead))
            if not self.tiles.is_direct:
                with self.b.if_then(is_last):
                    self.tiles.hand_out(position)

    def _next_panel(self, panel: Panel, row: Index, begin: Index) -> Meanwhile | None:
        """Ask for the part of B that is copied next, one line after the other.

        The tile that begins at a row of the block asks for its share of the lines.
        """
        cut = self.cut
        lines = len(panel.masks)
        share = ceil_div(cut.depth * lines * cut.rows, cut.group)
        apart = floor_power(cut.depth // share)
        if apart < STEPS:
            return None
        right = self.right.part(begin, panel.column + cut.columns)
        first = row // cut.rows * share

        def meanwhile(k: Index) -> None:
            with self.b.if_then(k.is_multiple_of(apart)):
                number = first + k // apart
                column = number % lines * cut.lanes
                line = right.at(number // lines, column)
                ask_for(self.b, line, level=2)

        return meanwhile

    def _sums_of_tile(self, panel: Index, row: Index) -> ir.Value:
        """Where the sums of a tile are; panels and rows count from the first of the unit."""
        if not self.is_blocked:
            return self.sums
        tiles = panel * self.cut.group + row
        return self.v.slot(self.sums, tiles * self.cut.vectors)
