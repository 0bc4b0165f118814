"""Products of bfloat16 in tile registers: squares of sums, a step of 32 of k at a time.

is_tiled            whether a product is computed so
tiled_cut           how it is cut; tiled_units: how many independent pieces of work it gives
ByTileRegisters     the emission of such a product

The copies and their order are those of `pairs`, the order of sums is not: for every 32 of k from 0
on, those of the first and of the second numbers of pairs stand apart (`llvm.tile_registers`); what
is missing of the last 32 is 0. Blocks of k are added as in `pairs`. So the bits do not depend on
how a product is cut, but differ from those of pairs.
"""

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, equal_part, padded
from pellucid.executors.native.llvm import tile_registers
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.tile_registers import LINE, ROWS
from pellucid.executors.native.llvm.vectors import block_of
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.pairs import ByPairs, PairBlock, PairCut, PairTile, units_of
from pellucid.executors.native.matmul.panels import Operand, Site
from pellucid.executors.native.matmul.tiled_copies import STEP, TiledCopies
from pellucid.executors.native.matmul.tiles import Finish

# Chosen, as there was no such CPU to measure on: with fewer rows the copy of B takes most of the
# time, and half of a tile would be empty.
FEWEST_ROWS = 8
GROUP_ROWS = 128
SPAN = 8  # panels that share the copy of a group
SIDE = 2  # tiles beside and below one another: four of sums, two of each operand, eight in all


def is_tiled(spec: Contraction, target: Target) -> bool:
    """Whether a product of bfloat16 is computed in tile registers."""
    return target.has_tiles and spec.m >= FEWEST_ROWS


def tiled_cut(spec: Contraction, target: Target) -> PairCut:
    """How such a product is cut."""
    lanes = target.lanes(spec.dtype)
    width = ceil_div(spec.n, lanes)
    vectors, rows = min(SIDE, width), ROWS * min(SIDE, ceil_div(spec.m, ROWS))
    group = padded(equal_part(spec.m, GROUP_ROWS), rows)
    panels = ceil_div(width, vectors)
    depth = block_of(spec.k, STEP) or spec.k
    return PairCut(lanes, rows, vectors, group, equal_part(panels, SPAN), depth, panels)


def tiled_units(spec: Contraction, target: Target) -> int:
    """How many groups of rows with a span of panels there are."""
    return units_of(spec, tiled_cut(spec, target))


class ByTileRegisters(ByPairs):
    """Units are those of `ByPairs`; no tile holds anything before them or after."""

    cut_of = staticmethod(tiled_cut)
    copies_of = TiledCopies

    def __init__(
        self, site: Site, spec: Contraction, operands: tuple[Operand, Operand], finish: Finish
    ) -> None:
        super().__init__(site, spec, operands, finish)
        self.registers = tile_registers.TileRegisters(self.b, site.scratch)
        of_tile = self.cut.rows * self.cut.vectors
        self.block_sums = site.scratch(self.v.kind, of_tile) if self.is_blocked else self.sums

    def emit(self, units: Interval) -> None:
        """Some units."""
        self.registers.begin()
        super().emit(units)
        self.registers.end()

    def _tile(self, tile: PairTile, rows: Interval, block: PairBlock) -> None:
        """The sums of a tile over a block of k; handed out after the last one."""
        if self.cut.rows == ROWS:
            self._squares(1, tile, block)
        else:
            with self.b.if_else(rows.end - tile.row > ROWS) as (whole, half):
                with whole:
                    self._squares(SIDE, tile, block)
                with half:
                    self._squares(1, tile, block)
        if not self.is_blocked:
            self._hand_out(tile, rows, self.sums)
            return
        self._add_block(tile, block)
        with self.b.if_then(block.number.equals(block.count - 1)):
            self._hand_out(tile, rows, self._place(tile))

    def _squares(self, tall: int, tile: PairTile, block: PairBlock) -> None:
        """The sums of a block, from 0: `tall` squares below one another, left in memory."""
        wide, tiles = len(tile.masks), self.registers
        sums = [(i, j, i * wide + j) for i in range(tall) for j in range(wide)]
        left, right = SIDE * SIDE, SIDE * SIDE + SIDE
        for _, _, each in sums:
            tiles.zero(each)
        with counted(self.b, 0, ceil_div(block.depth, STEP)) as step:
            for i in range(tall):
                place = block.a.at(tile.below + i * ROWS, step * ROWS)
                tiles.load(left + i, place, self.copies.pitch * block.a.dtype.itemsize)
            for j in range(wide):
                place = self.copies.place_of_pairs(step * ROWS, j, wide)
                tiles.load(right + j, place, wide * LINE)
            for i, j, each in sums:
                tiles.add_products(each, left + i, right + j)
        for i, j, each in sums:
            place = self.v.slot(self.block_sums, i * ROWS * wide + j)
            tiles.store(each, place, wide * LINE)

    def _add_block(self, tile: PairTile, block: PairBlock) -> None:
        """Add the sums of a block to those of the blocks before it."""
        v, b = self.v, self.b
        place = self._place(tile)
        is_first = block.number.equals(0)
        with counted(b, 0, self.cut.rows * len(tile.masks)) as i:
            new = v.kept(self.block_sums, i)
            added: ir.Value = b.fadd(v.kept(place, i), new)
            v.keep(place, i, b.select(is_first, new, added))
