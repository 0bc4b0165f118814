"""The tiles of a panel: what is computed, and handed out.

Finish      what is done with the results of a product
Panel       some columns of the result
Depth       a range of k
TilePosition    where a tile lies
Tiles       the emission of tiles
EveryFew    when something is done on the way through k
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, floor_power
from pellucid.executors.native.llvm.counted_loops import Interval, choose, counted
from pellucid.executors.native.llvm.indices import Index, smaller
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.matmul.cuts import Contraction, Tiling
from pellucid.executors.native.matmul.matrices import Matrix, Operands
from pellucid.executors.native.matmul.outer_tiles import Meanwhile, Tile, outer_sums
from pellucid.executors.native.matmul.remainder import RemainderColumns

SHORT_DEPTH = 64  # of k; chosen: sums of shorter tiles that are light need not wait in memory


@dataclass(frozen=True)
class Finish:
    """What is done with a product.

    `store(row, column, vector, mask)` is called, while code is generated, with each finished
    vector of C; it emits what is done with it. `claim(row, column, rows, columns)`, if there is
    one, emits what can be done long before for the results of some rows, at some columns counted
    from there, such as to ask for their memory.
    """

    store: Callable[[Index, Index, ir.Value, Any], None]
    claim: Callable[[Index, Index, range, range], None] | None = None

    def claim_all(self, row: Index, column: Index, rows: range, columns: range) -> None:
        """Ask for the memory of results, where that is wanted."""
        if self.claim is not None:
            self.claim(row, column, rows, columns)


@dataclass(frozen=True)
class Panel:
    """A panel of columns being computed.

    `width` columns, in vectors with `masks`, belong to tiles; `packed` is a copy of them, if
    there is one for all of k. `remainder` are the columns after them.
    """

    column: Index
    width: int
    masks: tuple[Any, ...]
    packed: Matrix | None
    remainder: RemainderColumns | None


@dataclass(frozen=True)
class Depth:
    """A range of k, counted from where the operands of a tile begin.

    Where k is cut into blocks, `is_last` tells whether this is the last one. `meanwhile` emits
    what else is done on the way.
    """

    k: Interval
    is_last: ir.Value | None = None
    meanwhile: Meanwhile | None = None


@dataclass(frozen=True)
class TilePosition:
    """Where a tile lies: in a panel, from a row on. Its operands, and memory for its sums."""

    panel: Panel
    row: Index
    operands: Operands
    sums: ir.Value


@dataclass(frozen=True)
class Tiles:
    """The emission of tiles. The rows of A below one are asked for `ahead`, into that cache."""

    v: Vectors
    spec: Contraction
    cut: Tiling
    finish: Finish
    ahead: int

    @property
    def is_blocked(self) -> bool:
        """Whether k is cut into blocks: sums wait in memory for the next one."""
        return self.cut.depth < self.spec.k

    @property
    def is_direct(self) -> bool:
        """Whether results are handed out straight from registers."""
        is_short = self.spec.light and self.spec.k <= SHORT_DEPTH
        return is_short and not self.is_blocked

    # ---- sums --------------------------------------------------------------------------------

    def emit(self, position: TilePosition, depth: Depth) -> None:
        """One tile, for a range of k; the last tile may have fewer rows."""
        rows = self.cut.rows
        short = self.spec.m % self.cut.rows

        def body(final: bool) -> None:
            height = short if final else rows
            masks = position.panel.masks
            tile = Tile(height, masks, self.spec.k, self.cut.depth, final, self.ahead)
            self._emit(tile, position, depth)

        number = position.row // rows
        choose(number, ceil_div(self.spec.m, rows), short != 0, body)

    def _emit(self, tile: Tile, position: TilePosition, depth: Depth) -> None:
        """The sums of a tile, to where they wait or are handed out."""
        v = self.v
        meanwhile = self._meanwhile(tile, position, depth)
        totals = outer_sums(v, tile, position.operands, depth.k, meanwhile)
        if self.is_blocked:
            # Added to what the blocks before gave, not summed on from there: shorter sums.
            before = [v.kept(position.sums, i) for i in range(tile.sums)]
            pairs = zip(before, totals, strict=True)
            totals = [v.b.fadd(x, y) for x, y in pairs]
        if self.is_direct:
            self._hand_out_directly(position, totals)
            return
        for i, total in enumerate(totals):
            v.keep(position.sums, i, total)

    # ---- what is done on the way -------------------------------------------------------------

    def _meanwhile(self, tile: Tile, position: TilePosition, depth: Depth) -> list[Meanwhile]:
        """What is emitted into the loop of a tile."""
        emitters = [self._claims(tile, position, depth)]
        if not tile.rare:
            emitters.append(depth.meanwhile)
        return [emit for emit in emitters if emit is not None]

    def _claims(self, tile: Tile, position: TilePosition, depth: Depth) -> Meanwhile | None:
        """Ask early for the cache lines of the results of a tile, and of columns left over beside.

        Where k is long enough, one line after the other is asked for while the loop over k runs,
        by what is returned: all at once would hold up what the tile itself loads.
        """
        if self.finish.claim is None:
            return None
        panel = position.panel
        lanes = self.cut.lanes
        vectors = len(panel.masks) + (panel.remainder is not None)
        count = tile.rows * vectors
        steps = min(self.spec.k, self.cut.depth)
        apart = floor_power(steps // count)
        if apart >= tile.steps:
            turns = EveryFew(apart, count, depth.is_last)
            return partial(self._claim_one, position, vectors, turns)
        if not self.is_blocked:
            columns = range(0, vectors * lanes, lanes)
            self.finish.claim_all(position.row, panel.column, range(tile.rows), columns)
        return None

    def _claim_one(self, position: TilePosition, vectors: int, turns: "EveryFew", k: Index) -> None:
        """Ask for one cache line at this k, if one is due; a row has `vectors` of them."""
        with self.v.b.if_then(turns.is_due(k)):
            number = k // turns.apart
            across = number % vectors * self.cut.lanes
            row = position.row + number // vectors
            column = position.panel.column + across
            self.finish.claim_all(row, column, range(1), range(1))

    # ---- results -----------------------------------------------------------------------------

    def _hand_out_directly(self, position: TilePosition, totals: list[ir.Value]) -> None:
        """The finished rows of a tile straight from registers."""
        panel = position.panel
        lanes = self.cut.lanes
        vectors = len(panel.masks)
        for i, vector in enumerate(totals):
            down, across = divmod(i, vectors)
            column = panel.column + across * lanes
            row = position.row + down
            self.finish.store(row, column, vector, panel.masks[across])

    def hand_out(self, position: TilePosition) -> None:
        """The finished rows of a tile, vector by vector: the code is there once for all rows."""
        v = self.v
        panel = position.panel
        row = position.row
        rows = smaller(self.spec.m - row, self.cut.rows)
        with counted(v.b, 0, rows) as i:
            first = i * len(panel.masks)
            for j, mask in enumerate(panel.masks):
                vector = v.kept(position.sums, first + j)
                column = panel.column + j * self.cut.lanes
                self.finish.store(row + i, column, vector, mask)


@dataclass(frozen=True)
class EveryFew:
    """Something done `count` times on the way through k: whenever k is a multiple of `apart`."""

    apart: int
    count: int
    is_last: ir.Value | None

    def is_due(self, k: Index) -> ir.Value:
        """Whether it is done at this k; where k is cut into blocks, in the last one alone."""
        is_turn = k.is_multiple_of(self.apart)
        due = k.b.and_(is_turn, k < self.count * self.apart)
        if self.is_last is None:
            return due
        return k.b.and_(due, self.is_last)
