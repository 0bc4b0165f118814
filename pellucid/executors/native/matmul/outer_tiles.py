"""A tile of a matrix product by outer products: a column of A times a row of B for each k.

Tile            rows by vectors of columns
outer_sums      the sums of a tile, in registers
chains_added    partial sums added, half to half
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.loads_and_stores import ask_for
from pellucid.executors.native.llvm.vectors import Body, Vectors, block_of, carried, summed
from pellucid.executors.native.matmul.cuts import is_far
from pellucid.executors.native.matmul.matrices import Column, Operands, Turned, Walk
from pellucid.executors.native.matmul.tiling import FAR_DEPTH, MOST_STEPS
from pellucid.memory import LINE

# Of k in one turn of the loop: counting must not take cycles from multiplying; up to MOST_STEPS
# where there are so few sums that each must be dealt out over several. Two instead of four made
# code shorter (docs/decisions/0006, "Code is made quickly, or well").
STEPS = 2
AHEAD = 8  # how many k before its use a column of A is asked for, if they lie far apart; chosen
IN_FLIGHT = 8  # multiply-adds that a core works on at a time: two, each for four cycles


Meanwhile = Callable[[Index], None]  # emits what else is done in a turn that begins at some k


@dataclass(frozen=True)
class Tile:
    """Rows by vectors of columns, each with the mask of its lanes; k steps in all.

    At most `depth` of k are computed at a time. A `rare` tile is computed once in a while: its
    code is kept short. The rows of A below are asked for `ahead`, into that cache, if it is not 0.
    """

    rows: int
    masks: tuple[Any, ...]
    k: int
    depth: int
    rare: bool = False
    ahead: int = 0

    @property
    def sums(self) -> int:
        """How many vectors of sums it has."""
        return self.rows * len(self.masks)

    @property
    def steps(self) -> int:
        """How many k one turn of the loop takes: a power of two."""
        is_long = self.rare or self.rows == 1
        steps = STEPS
        if is_long and self.sums >= IN_FLIGHT:
            steps = 1
        while steps < MOST_STEPS and steps * self.sums < IN_FLIGHT:
            steps *= 2
        while steps > max(self.k, 1):
            steps //= 2
        return steps

    @property
    def chains(self) -> int:
        """Over how many partial sums k is dealt out, so that few sums keep the core busy."""
        chains = 1
        while chains < self.steps and chains * self.sums < IN_FLIGHT:
            chains *= 2
        return chains


def outer_sums(
    v: Vectors,
    tile: Tile,
    operands: Operands,
    depth: Interval,
    meanwhile: Sequence[Meanwhile] = (),
) -> list[ir.Value]:
    """The sums over k in `depth` of a[:, k] b[k, :].

    The operands: A from the tile's first row on, and B from its first column on. k runs in
    order in each of the tile's chains, and the chains are added at the end; long sums are added
    in blocks. `meanwhile`: what else is to be done in a turn of the loop.
    """
    turns = _Turns(v, tile, operands, meanwhile)
    steps = tile.steps
    has_rest = tile.k % steps != 0
    whole = depth.end
    if has_rest:
        whole = depth.begin + (depth.length & -steps)
    totals = [v.zero] * (tile.chains * tile.sums)
    block = block_of(tile.depth, steps)
    span = depth.begin.raw, whole.raw
    totals = summed(v, span, steps, totals, turns.of(steps), block)
    if has_rest:
        end = depth.end.raw
        totals = carried(v.b, whole.raw, end, 1, totals, turns.of(1))
    return chains_added(v, totals, tile.sums)


def chains_added(v: Vectors, totals: list[ir.Value], count: int) -> list[ir.Value]:
    """Partial sums, in chains of `count`, added until one chain is left: halves to each other."""
    while len(totals) > count:
        half = len(totals) // 2
        first, second = totals[:half], totals[half:]
        pairs = zip(first, second, strict=True)
        totals = [v.b.fadd(x, y) for x, y in pairs]
    return totals


class _Turns:
    """The body of the loop over k."""

    def __init__(
        self, v: Vectors, tile: Tile, operands: Operands, meanwhile: Sequence[Meanwhile]
    ) -> None:
        self.v = v
        self.tile = tile
        self.meanwhile = meanwhile
        self.left = operands.left
        self.right = operands.right
        self.columns_from = self.left.down(tile.rows)
        self.columns_below_from = self._below()

    def _below(self) -> Walk:
        """The walk along the rows of the tile below: they may come from afar."""
        rows = self.tile.rows
        if self.tile.ahead:
            return self.left.part(rows, 0).down(rows)
        return self.left.down(0)

    def of(self, steps: int) -> Body:
        """What adds `steps` more k at a time, as the body of a loop."""
        return partial(self._turn, steps)

    def _turn(self, steps: int, k: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
        """The totals with the products of `steps` more k, from `k` on."""
        index = Index(self.v.b, k)
        columns = self.columns_from(index, steps)
        rows = self.right.rows_from(index, steps)
        for emit in self.meanwhile:
            emit(index)
        self._ask_for_rows_below(index)
        sums = self.tile.sums
        places = zip(columns, rows, strict=True)
        for step, (column, row) in enumerate(places):
            first = step % self.tile.chains * sums
            chain = slice(first, first + sums)
            totals[chain] = self._step(column, row, totals[chain])
        return totals

    def _ask_for_rows_below(self, k: Index) -> None:
        """Ask for a line of each row of the tile below, where one begins."""
        tile = self.tile
        if not tile.ahead or tile.rare:
            return
        elements_of_line = LINE // self.left.dtype.itemsize
        with self.v.b.if_then(k.is_multiple_of(elements_of_line)):
            (column,) = self.columns_below_from(k, 1)
            for place in column:
                ask_for(self.v.b, place, level=tile.ahead)

    def _step(self, column: Column, row: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
        """The totals after one more k: where its column of A lies, and its row of B begins."""
        v = self.v
        masks = self.tile.masks
        line = list(self.right.vectors(v, row, masks))
        self._ask_for_columns(column[0])
        old = iter(totals)
        new = []
        for place in column:
            element = v.load(place, 0)
            for vector in line:
                new.append(v.fma(element, vector, next(old)))
        return new

    def _ask_for_columns(self, place: ir.Value) -> None:
        """Where the columns of A lie far apart, ask for what later steps and tiles need."""
        left = self.left
        if not is_far(left.strides, left.dtype):
            return
        is_anywhere = isinstance(left, Turned)
        if not is_anywhere:
            later = left.moved(place, AHEAD * left.strides[1])
            ask_for(self.v.b, later)
        if is_anywhere or self.tile.k > FAR_DEPTH:
            # More than the cache keeps, or anywhere: what the tiles after it will need.
            line = LINE // left.dtype.itemsize
            ask_for(self.v.b, left.moved(place, line))
