"""Products of large matrices the first of which lies transposed: block by block.

ByBlocks    the emission of such a product
blocks      how many of them there are

In x^T dy what a tile needs of A for one k lies side by side, but for the next k a row further
on, in another page and, where rows are a power of two long, in the same set of the cache. So
some rows of A^T, for some of k, are copied tile by tile, once for several panels of columns.
"""

from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64
from pellucid.executors.native.llvm.loads_and_stores import ask_for
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.outer_tiles import STEPS, Meanwhile
from pellucid.executors.native.matmul.packing import pack_tiles, tile_room
from pellucid.executors.native.matmul.panels import Depth, Panel, Panels, Scratch
from pellucid.executors.native.matmul.tiling import Tiling


def blocks(cut: Tiling) -> int:
    """How many blocks: groups of rows, each with some panels of columns."""
    return cut.groups * spans(cut)


def spans(cut: Tiling) -> int:
    """Into how many runs the panels are divided."""
    return -(-cut.panels // cut.span)


class ByBlocks(Panels):
    """Units are a group of rows with a run of panels."""

    def reserve(self, scratch: Scratch) -> None:
        """Memory for the copies of A, too."""
        super().reserve(scratch)
        cut = self.cut
        elements = cut.group * tile_room(cut.depth, cut.rows, cut.lanes)
        self.block = scratch(self.v.kind, -(-elements // cut.lanes) + 1)

    def emit(self, begin: ir.Value, end: ir.Value) -> None:
        """The units from `begin` to `end`."""
        b, v, cut, count = self.b, self.v, self.cut, I64(spans(self.cut))
        with counted(b, begin, end) as unit:
            row = b.mul(b.udiv(unit, count), I64(cut.group))
            last = v.smaller(b.add(row, I64(cut.group)), I64(self.spec.m))
            first = b.mul(b.urem(unit, count), I64(cut.span))
            after = v.smaller(b.add(first, I64(cut.span)), I64(cut.panels))
            self._block((row, last), (first, after))

    def _block(self, rows: tuple[Any, Any], panels: tuple[Any, Any]) -> None:
        """One block: for each part of k a copy of A, and with it all panels."""
        b, v, cut, spec = self.b, self.v, self.cut, self.spec
        if self.is_blocked:
            with counted(b, I64(0), I64(cut.span * cut.group * cut.vectors)) as i:
                b.store(v.zero, v.slot(self.sums, i))
        with counted(b, I64(0), I64(spec.k), cut.depth) as k:
            depth = k, v.smaller(b.add(k, I64(cut.depth)), I64(spec.k))
            pack_tiles(v, self.left.turned(), depth, (*rows, spec.m), cut, self.block)

            with counted(b, *panels) as index:
                column = b.mul(index, I64(cut.columns))

                def body(final: bool) -> None:
                    self._tiles(self.bare(column, final), b.sub(index, panels[0]), rows, depth)

                self.choose(index, cut.panels, spec.n != cut.panels * cut.columns, body)

    def _tiles(
        self, panel: Panel, index: ir.Value, rows: tuple[Any, Any], depth: tuple[Any, Any]
    ) -> None:
        """The tiles of a panel, the `index`th of the block, for some of k."""
        b, right = self.b, self.copied(panel, depth)
        is_last = self.is_last(depth[1])
        with counted(b, *rows, self.cut.rows) as at:
            below = b.sub(at, rows[0])
            place = self._place(index, below)
            ahead = self._next_panel(panel, below, depth[0])
            steps = Depth(I64(0), b.sub(depth[1], depth[0]), is_last, ahead)
            self.tile(panel, (self._tile_of_block(below), right), at, steps, place)
            if not self.is_direct:
                with b.if_then(is_last):
                    self.hand_out(panel, at, place)

    def _next_panel(self, panel: Panel, row: ir.Value, begin: ir.Value) -> Meanwhile | None:
        """Ask for the part of B that is copied next, one line after the other.

        The tile that begins at a row of the block asks for its share of the lines.
        """
        b, cut, lines = self.b, self.cut, len(panel.masks)
        share = -(-cut.depth * lines * cut.rows // cut.group)
        apart = 1 << (cut.depth // share).bit_length() >> 1
        if apart < STEPS:
            return None
        right = self.right.part(b, begin, b.add(panel.column, I64(cut.columns)))
        first = b.mul(b.udiv(row, I64(cut.rows)), I64(share))

        def meanwhile(k: ir.Value) -> None:
            with b.if_then(b.icmp_signed("==", b.and_(k, I64(apart - 1)), I64(0))):
                number = b.add(first, b.udiv(k, I64(apart)))
                column = b.mul(b.urem(number, I64(lines)), I64(cut.lanes))
                ask_for(b, right.at(b, b.udiv(number, I64(lines)), column), level=2)

        return meanwhile

    def _place(self, panel: ir.Value, row: ir.Value) -> ir.Value:
        """Where the sums of a tile are; panels and rows count from the first of the block."""
        if not self.is_blocked:
            return self.sums
        b, cut = self.b, self.cut
        tiles = b.add(b.mul(panel, I64(cut.group)), row)
        return self.v.slot(self.sums, b.mul(tiles, I64(cut.vectors)))

    def _tile_of_block(self, row: ir.Value) -> Matrix:
        """The copy of A for the tile that begins at a row of the block."""
        cut, dtype = self.cut, self.spec.dtype
        room = tile_room(cut.depth, cut.rows, cut.lanes)
        tiles = Matrix(self.block, dtype, (room, 1)).part(self.b, row, 0)
        return Matrix(tiles.pointer, dtype, (1, cut.rows))
