"""Products of bfloat16: parts of both matrices copied as pairs of k, then multiplied pair by pair.

PairCut     how such a product is cut
pair_cut    the cut; pair_units, units_of: how many independent pieces of work it gives
ByPairs     the emission of such a product

Both operands are float32 whose numbers bfloat16 has. Of every result the sum goes from pair to pair
of k in order, each as `llvm.bfloat16` says, in blocks that depend on k alone; an odd k ends with a
pair whose second number is 0. So the bits are the same on every CPU, however the product is cut.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, equal_part, floor_power, padded
from pellucid.executors.native.llvm.bfloat16 import DotProducts
from pellucid.executors.native.llvm.counted_loops import Interval, choose, counted
from pellucid.executors.native.llvm.indices import Index, smaller
from pellucid.executors.native.llvm.types import I64
from pellucid.executors.native.llvm.vectors import Vectors, block_of, carried
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.pair_copies import PairCopies
from pellucid.executors.native.matmul.panels import Operand, Site
from pellucid.executors.native.matmul.tiles import EveryFew, Finish

# Chosen, as for float32: a group of rows and a panel of columns stay in the second level together.
GROUP_ROWS = 144
SPAN = 8  # panels that share the copy of a group
MOST_VECTORS = 2  # of a tile: of more, the rows of B would come too fast for the second level
SPARE = 2  # registers beside sums and a row of B: an element of A, and what LLVM needs
STEPS = 2  # pairs in one turn of the loop
MOST_ROWS = 14  # of a tile


@dataclass(frozen=True)
class PairCut:
    """Tiles of `rows` by `vectors`, in groups of rows with spans of panels; `depth` of k a time."""

    lanes: int
    rows: int
    vectors: int
    group: int
    span: int
    depth: int
    panels: int

    @property
    def columns(self) -> int:
        """How many columns a panel has."""
        return self.vectors * self.lanes


def pair_cut(spec: Contraction, target: Target) -> PairCut:
    """How a product is cut on a CPU."""
    lanes, registers = target.lanes(spec.dtype), target.registers
    width = ceil_div(spec.n, lanes)
    most = MOST_VECTORS
    if target.multiplies_bfloat16:  # few rows: more columns keep the core busy
        most *= max(1, min(4, 7 // spec.m))
    vectors = equal_part(width, most)
    # Where two instructions stand for one, each row of B takes two registers.
    of_row = vectors if target.multiplies_bfloat16 else 2 * vectors
    rows = max(1, min((registers - SPARE - of_row) // vectors, MOST_ROWS, spec.m))
    group = padded(equal_part(spec.m, max(GROUP_ROWS // rows * rows, rows)), rows)
    panels = ceil_div(width, vectors)
    depth = block_of(spec.k, 2) or spec.k
    return PairCut(lanes, rows, vectors, group, equal_part(panels, SPAN), depth, panels)


def pair_units(spec: Contraction, target: Target) -> int:
    """How many groups of rows with a span of panels there are."""
    return units_of(spec, pair_cut(spec, target))


def units_of(spec: Contraction, cut: PairCut) -> int:
    """The same of a product that is cut so."""
    return ceil_div(spec.m, cut.group) * ceil_div(cut.panels, cut.span)


class ByPairs:
    """Units are a group of rows with a span of panels."""

    cut_of = staticmethod(pair_cut)
    copies_of: Callable[..., Any] = PairCopies
    copies: PairCopies

    def __init__(
        self, site: Site, spec: Contraction, operands: tuple[Operand, Operand], finish: Finish
    ) -> None:
        self.b, self.spec, self.finish = site.builder, spec, finish
        self.cut = cut = self.cut_of(spec, site.target)
        self.v = Vectors(self.b, spec.dtype, cut.lanes)
        self.dots = DotProducts(self.b, site.target)
        self.left = self._matrix(operands[0], spec.a_strides)
        self.right = self._matrix(operands[1], spec.b_strides)
        self.copies = self.copies_of(site, self.v, cut.group, cut.vectors, cut.depth)
        self.is_blocked = cut.depth < spec.k
        tiles = cut.group // cut.rows * cut.span if self.is_blocked else 1
        self.sums = site.scratch(self.v.kind, tiles * cut.rows * cut.vectors)

    def _matrix(self, operand: Operand, strides: tuple[int, int]) -> Matrix:
        if isinstance(operand, Matrix):
            return operand
        return Matrix(self.b, operand, self.spec.dtype, strides)

    def emit(self, units: Interval) -> None:
        """Some units."""
        cut = self.cut
        spans = ceil_div(cut.panels, cut.span)
        with units.loop() as unit:
            row = unit // spans * cut.group
            first = unit % spans * cut.span
            rows = Interval(row, smaller(row + cut.group, self.spec.m))
            self._unit(rows, Interval(first, smaller(first + cut.span, cut.panels)))

    def _unit(self, rows: Interval, panels: Interval) -> None:
        """Block by block of k: a copy of the rows, and with it all panels."""
        blocks = ceil_div(self.spec.k, self.cut.depth) if self.spec.k else 1
        last = self.spec.k - (blocks - 1) * self.cut.depth
        with counted(self.b, 0, blocks) as number:
            k = number * self.cut.depth

            def body(final: bool) -> None:
                depth = last if final else self.cut.depth
                a = self._rows(self.left.part(rows.begin, k), rows, depth)
                with panels.loop() as index:
                    self._panel(rows, index, panels, PairBlock(number, k, depth, blocks, a))

            choose(number, blocks, last != self.cut.depth, body)

    def _rows(self, a: Matrix, rows: Interval, depth: int) -> Matrix:
        """Some rows of a block of k, as tiles read them."""
        return self.copies.of_rows(a, rows.length, depth)

    def _columns(self, right: Matrix, depth: int, count: int) -> None:
        """Make some columns of a block of k ready for tiles."""
        self.copies.of_panel(right, depth, count)

    def _panel(self, rows: Interval, index: Index, panels: Interval, block: "PairBlock") -> None:
        cut, n = self.cut, self.spec.n
        column = index * cut.columns

        def body(final: bool) -> None:
            count = n - (cut.panels - 1) * cut.columns if final else cut.columns
            right = self.right.part(block.k, column)
            self._columns(right, block.depth, count)
            masks = tuple(self.v.first(count - start) for start in range(0, count, cut.lanes))
            place = (index - panels.begin) * (cut.group * cut.vectors)
            with rows.loop(cut.rows) as row:
                self._tile(PairTile(row, row - rows.begin, column, place, masks), rows, block)

        choose(index, cut.panels, n != cut.panels * cut.columns, body)

    # ---- a tile ------------------------------------------------------------------------------

    def _tile(self, tile: "PairTile", rows: Interval, block: "PairBlock") -> None:
        """The sums of a tile over a block of k; handed out after the last one."""
        v, b = self.v, self.b
        totals = self._summed(tile, block)
        place = self._place(tile)
        if not self.is_blocked:
            self._keep(self.sums, totals)
            self._hand_out(tile, rows, self.sums)
            return
        with b.if_else(block.number.equals(0)) as (first, later):
            with first:
                self._keep(place, totals)
            with later:
                self._keep(place, [b.fadd(v.kept(place, i), x) for i, x in enumerate(totals)])
        with b.if_then(block.number.equals(block.count - 1)):
            self._hand_out(tile, rows, place)

    def _place(self, tile: "PairTile") -> ir.Value:
        """Where the sums of a tile wait for the next block."""
        return self.v.slot(self.sums, tile.place + tile.below * len(tile.masks))

    def _summed(self, tile: "PairTile", block: "PairBlock") -> list[ir.Value]:
        """The sums of a tile over a block, from 0."""
        pairs = ceil_div(block.depth, 2)
        steps = STEPS if pairs % STEPS == 0 else 1
        columns_from = block.a.part(tile.below, 0).down(self.cut.rows)
        width = len(tile.masks)

        claim = self._claims(tile, block, pairs, steps)

        def turn(pair: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
            index = Index(self.b, pair)
            claim(index)
            for step, places in enumerate(columns_from(index, steps)):
                row = [self.copies.pairs(index + step, j, width) for j in range(width)]
                elements = [self.copies.repeated(place) for place in places]
                products = [(x, y) for x in elements for y in row]
                pairs_of_both = zip(totals, products, strict=True)
                totals = [self.dots.added(total, x, y) for total, (x, y) in pairs_of_both]
            return totals

        nothing = [self.v.zero] * (self.cut.rows * width)
        return carried(self.b, I64(0), I64(pairs), steps, nothing, turn)

    def _claims(
        self, tile: "PairTile", block: "PairBlock", pairs: int, steps: int
    ) -> Callable[[Index], None]:
        """What asks for the memory of the results on the way, one line after the other."""
        width = len(tile.masks)
        count = self.cut.rows * width
        apart = floor_power(pairs // count)
        is_last = block.number.equals(block.count - 1) if self.is_blocked else None
        turns = EveryFew(apart, count, is_last)

        def claim(pair: Index) -> None:
            with self.b.if_then(turns.is_due(pair)):
                number = pair // apart
                row, column = tile.row + number // width, number % width * self.cut.lanes
                self.finish.claim_all(row, tile.column + column, range(1), range(1))

        is_wanted = self.finish.claim is not None and apart >= steps
        return claim if is_wanted else lambda pair: None

    def _keep(self, place: ir.Value, totals: list[ir.Value]) -> None:
        for i, total in enumerate(totals):
            self.v.keep(place, i, total)

    def _hand_out(self, tile: "PairTile", rows: Interval, place: ir.Value) -> None:
        """The finished rows of a tile, vector by vector."""
        v = self.v
        wanted = smaller(rows.end - tile.row, self.cut.rows)
        with counted(self.b, 0, wanted) as i:
            for j, mask in enumerate(tile.masks):
                vector = v.kept(place, i * len(tile.masks) + j)
                column = tile.column + j * self.cut.lanes
                self.finish.store(tile.row + i, column, vector, mask)


@dataclass(frozen=True)
class PairBlock:
    """The `number`th of `count` blocks of k, `depth` from `k` on, with its copy of A."""

    number: Index
    k: Index
    depth: int
    count: int
    a: Matrix


@dataclass(frozen=True)
class PairTile:
    """Rows from `row` on, so many `below` the group's first, by vectors from `column` on."""

    row: Index
    below: Index
    column: Index
    place: Index
    masks: tuple[Any, ...]
