"""Products of few rows of bfloat16, by the order of pairs, from where both matrices lie.

is_in_place         whether a product is computed so
in_place_cut        how it is cut
ByPairsInPlace      the emission of such a product

To copy all of B as pairs would take longer than to multiply few rows by it. Products of two
bfloat16 are exact in float32, so a multiply-add of the second numbers of a pair and one of the
first give the same bits as the instruction for pairs.
"""

import itertools
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, equal_part
from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.types import I64
from pellucid.executors.native.llvm.vectors import block_of, carried
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.pairs import SPARE, ByPairs, PairBlock, PairCut, PairTile

SUMS = 16  # at a time; of fewer each would wait for the one before, and for B
FEWEST_VECTORS = 2  # of a tile


def is_in_place(spec: Contraction, target: Target) -> bool:
    """Whether a product has rows for one tile alone, and B rows that are loaded as vectors."""
    return spec.m <= _room(target) // FEWEST_VECTORS and spec.b_strides[1] == 1


def _room(target: Target) -> int:
    """How many registers sums may take, beside a vector of B and what is spare."""
    return target.registers - SPARE - 1


def in_place_cut(spec: Contraction, target: Target) -> PairCut:
    """How such a product is cut: all rows, and as many columns as keep a core busy."""
    lanes = target.lanes(spec.dtype)
    width = ceil_div(spec.n, lanes)
    most = min(_room(target) // spec.m, max(FEWEST_VECTORS, SUMS // spec.m))
    vectors = equal_part(width, most)
    panels = ceil_div(width, vectors)
    depth = block_of(spec.k, 2) or spec.k
    return PairCut(lanes, spec.m, vectors, spec.m, 1, depth, panels)


def _none(*_: Any) -> None:
    """No memory for copies."""


class ByPairsInPlace(ByPairs):
    """Units are panels, with all rows; nothing is copied."""

    cut_of = staticmethod(in_place_cut)
    copies_of = staticmethod(_none)

    def _rows(self, a: Matrix, rows: Interval, depth: int) -> Matrix:
        """Some rows of a block of k, as they lie."""
        del rows, depth
        return a

    def _columns(self, right: Matrix, depth: int, count: int) -> None:
        """Nothing is made ready."""

    def _summed(self, tile: PairTile, block: PairBlock) -> list[ir.Value]:
        """The sums of a tile over a block, from 0: of each pair the second product first."""
        right = self.right.part(block.k, tile.column)

        def added(k: Index, totals: list[ir.Value]) -> list[ir.Value]:
            row = list(right.vectors(self.v, right.at(k, 0), tile.masks))
            elements = [self.v.load(block.a.at(i, k), 0) for i in range(self.cut.rows)]
            both = zip(totals, itertools.product(elements, row), strict=True)
            return [self.v.fma(x, y, total) for total, (x, y) in both]

        def turn(pair: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
            k = Index(self.b, pair) * 2
            return added(k, added(k + 1, totals))

        nothing = [self.v.zero] * (self.cut.rows * len(tile.masks))
        totals = carried(self.b, I64(0), I64(block.depth // 2), 1, nothing, turn)
        return added(Index(self.b, block.depth - 1), totals) if block.depth % 2 else totals
