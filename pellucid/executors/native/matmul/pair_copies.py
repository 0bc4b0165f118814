"""Copies of parts of two matrices of bfloat16, as pairs of k side by side.

PairCopies      memory for the copies of some rows of A, and of some columns of B

The numbers are float32 whose lower halves are 0. Of A, rows are copied as they are, in half of the
memory, or where A lies column by column, pair by pair of k. Of B, each pair of rows becomes vectors
of pairs; where it lies column by column, squares are turned in registers.
"""

from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, padded
from pellucid.executors.native.llvm.bfloat16 import PAIR, joined, narrowed
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index, Number
from pellucid.executors.native.llvm.loads_and_stores import load
from pellucid.executors.native.llvm.types import I8, I32, POINTER
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.panels import Site


class PairCopies:
    """Copies of some rows of A, and of some columns of B, for a block of k."""

    def __init__(self, site: Site, v: Vectors, rows: int, vectors: int, depth: int) -> None:
        self.b, self.v = site.builder, v
        self.kind = ir.VectorType(I32, v.lanes)
        pairs = max(1, ceil_div(depth, 2))
        # Whole vectors are written; a line more, so that rows do not share sets of the cache.
        self.pitch = padded(pairs, v.lanes) + v.lanes
        self.width = padded(rows, v.lanes)
        of_rows = max(rows * self.pitch, pairs * self.width)
        memory = site.scratch(self.kind, ceil_div(of_rows, v.lanes) + 1)
        # Halves are written there and pairs read, so llvmlite is not to know what it leads to.
        self.place_of_a = site.builder.gep(memory, [I32(0)], source_etype=I8)
        self.place_of_a.type = POINTER
        self.place_of_b = site.scratch(self.kind, (padded(pairs, v.lanes) + v.lanes) * vectors)

    # ---- what products read ------------------------------------------------------------------

    def pairs(self, pair: Index, vector: int, vectors: int) -> ir.Value:
        """A vector of the copy of B, which has so many for each pair of k."""
        return self.b.load(self.place_of_pairs(pair, vector, vectors), typ=self.kind)

    def place_of_pairs(self, pair: Index, vector: int, vectors: int) -> ir.Value:
        """Where it lies."""
        return self._slot(pair * vectors + vector)

    def repeated(self, place: ir.Value) -> ir.Value:
        """One pair of the copy of A in all lanes."""
        return load(self.b, place, PAIR, self.v.lanes, stride=0).value

    def _slot(self, index: Number) -> ir.Value:
        return self.b.gep(self.place_of_b, [Index(self.b, index).raw], source_etype=self.kind)

    def _loaded(self, address: ir.Value, stride: int, mask: Any) -> ir.Value:
        """A vector; lanes outside the mask are 0, of one repeated number too."""
        vector = self.v.load(address, stride, mask)
        if stride == 0 and mask is not None:
            return self.b.select(mask, vector, self.v.zero)
        return vector

    # ---- rows of A ---------------------------------------------------------------------------

    def of_rows(self, a: Matrix, count: Index, depth: int) -> Matrix:
        """The first rows of A and `depth` of k, as pairs: rows by pairs."""
        down, along = a.strides
        if down == 1 and along != 1:
            return self._pair_by_pair(a, count, depth)
        copy = Matrix(self.b, self.place_of_a, PAIR, (self.pitch, 1))
        lanes = self.v.lanes
        with counted(self.b, 0, count) as row:
            whole = depth // lanes * lanes
            with counted(self.b, 0, whole, lanes) as k:
                self._narrow(a.at(row, k), along, None, copy.at(row, k // 2))
            if whole < depth:
                mask = self.v.first(depth - whole)
                self._narrow(a.at(row, whole), along, mask, copy.at(row, whole // 2))
        return copy

    def _narrow(self, source: ir.Value, along: int, mask: Any, target: ir.Value) -> None:
        halves = narrowed(self.b, self._loaded(source, along, mask))
        self.b.store(halves, target, align=PAIR.itemsize)

    def _pair_by_pair(self, a: Matrix, count: Index, depth: int) -> Matrix:
        """The same where the rows of a column lie side by side: vectors go down the rows."""
        by_pairs = Matrix(self.b, self.place_of_a, PAIR, (self.width, 1))
        turned = a.turned()

        def one(pair: Number, has_second: bool) -> None:
            k = pair * 2
            with counted(self.b, 0, count, self.v.lanes) as row:
                mask = self.v.below((count - row).raw)
                first = self.v.load(turned.at(k, row), 1, mask)
                second = self.v.zero
                if has_second:
                    second = self.v.load(turned.at(k + 1, row), 1, mask)
                pairs = joined(self.b, first, second)
                self.b.store(pairs, by_pairs.at(pair, row), align=PAIR.itemsize)

        with counted(self.b, 0, depth // 2) as pair:
            one(pair, has_second=True)
        if depth % 2:
            one(depth // 2, has_second=False)
        return by_pairs.turned()

    # ---- columns of B ------------------------------------------------------------------------

    def of_panel(self, right: Matrix, depth: int, columns: int) -> None:
        """The first columns of B and `depth` of k, as vectors of pairs."""
        down, along = right.strides
        if down == 1 and along != 1:
            self._turned(right, depth, columns)
            return
        vectors = ceil_div(columns, self.v.lanes)

        def one(pair: Number, has_second: bool) -> None:
            for j in range(vectors):
                start = j * self.v.lanes
                mask = self.v.first(columns - start)
                rows = [self._loaded(right.at(pair * 2, start), along, mask), self.v.zero]
                if has_second:
                    rows[1] = self._loaded(right.at(pair * 2 + 1, start), along, mask)
                self._put(Index(self.b, pair) * vectors + j, rows)

        with counted(self.b, 0, depth // 2) as pair:
            one(pair, has_second=True)
        if depth % 2:
            one(depth // 2, has_second=False)

    def _put(self, index: Number, rows: list[ir.Value]) -> None:
        self.b.store(joined(self.b, *rows), self._slot(index))

    def _turned(self, right: Matrix, depth: int, columns: int) -> None:
        """The same where the k of a column lie side by side: squares are turned."""
        lanes = self.v.lanes
        whole = depth // lanes * lanes
        with counted(self.b, 0, whole, lanes) as k:
            self._squares(right, k, lanes, columns)
        if whole < depth:
            self._squares(right, Index(self.b, whole), depth - whole, columns)

    def _squares(self, right: Matrix, k: Index, height: int, columns: int) -> None:
        """`height` of k, no more than lanes, of all columns."""
        lanes = self.v.lanes
        vectors = ceil_div(columns, lanes)
        inside = self.v.first(height)
        for j in range(vectors):
            start = j * lanes
            lines = [
                self.v.load(right.at(k, i), 1, inside)
                for i in range(start, min(columns, start + lanes))
            ]
            rows = self.v.transposed(lines)
            for i in range(0, height, 2):
                place = (k + i) // 2 * vectors + j
                self._put(place, rows[i : i + 2])
