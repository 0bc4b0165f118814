"""Columns of a matrix product that do not fill a vector, without idle lanes.

RemainderColumns    some columns, computed by inner products or with vectors down the rows
remainder_vectors   how much memory their results take

Where the rows of A have no gaps, lanes run along k: each element is an inner product. Where
the columns of A have none, lanes run down the rows, and results are turned.
"""

from collections.abc import Callable
from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.indices import Index, smaller
from pellucid.executors.native.llvm.loads_and_stores import element_address
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.matmul.cuts import Contraction, Tiling
from pellucid.executors.native.matmul.cycles import inner_rows, swapped_vectors
from pellucid.executors.native.matmul.inner_tiles import Lines, inner_sums
from pellucid.executors.native.matmul.matrices import Operands
from pellucid.executors.native.matmul.outer_tiles import Tile, outer_sums


@dataclass(frozen=True)
class RemainderColumns:
    """Fewer columns than lanes; results are handed out row by row.

    `operands`: A, and B from the first of the columns on. `place`: memory for results.
    """

    v: Vectors
    spec: Contraction
    cut: Tiling
    columns: int
    operands: Operands
    place: ir.Value
    hand_out: Callable[[Index, ir.Value], None]

    # ---- lanes along k -----------------------------------------------------------------------

    def inner(self, rows: Interval) -> None:
        """Some rows by inner products; rows beyond the last one repeat it."""
        cut = self.cut
        right = self.operands.right
        most = min(cut.group, self.spec.m)
        count = inner_rows(self.columns, most, cut.registers)
        inside = self.v.first(self.columns)
        columns = tuple(right.at(0, j) for j in range(self.columns))
        with rows.loop(count) as row:
            lines = Lines(self._rows_from(row, count), columns)
            sums = inner_sums(self.v, lines, self.spec.k)
            self._keep(sums)
            wanted = smaller(rows.end - row, count)
            with counted(self.v.b, 0, wanted) as i:
                place = self._kept_row(i)
                at = row + i
                self.hand_out(at, self.v.load(place, 1, inside))

    def _rows_from(self, row: Index, count: int) -> tuple[ir.Value, ...]:
        last = self.spec.m - 1
        wanted = [smaller(row + i, last) for i in range(count)]
        return tuple(self.operands.left.at(i, 0) for i in wanted)

    def _keep(self, vectors: list[ir.Value]) -> None:
        """Write results down, to be handed out."""
        for i, vector in enumerate(vectors):
            self.v.keep(self.place, i, vector)

    def _kept_row(self, i: Index) -> ir.Value:
        """Where the results of a row are: those of all rows lie one after the other."""
        first = i * self.columns
        return element_address(self.v.b, self.place, self.spec.dtype, first)

    # ---- lanes down the rows -----------------------------------------------------------------

    def swapped(self, rows: Interval) -> None:
        """Some rows with vectors down the rows, turned to be handed out."""
        v = self.v
        cut = self.cut
        vectors = swapped_vectors(self.columns, cut.group, v.lanes, cut.registers)
        turned = v.slot(self.place, vectors * self.columns)
        height = vectors * v.lanes
        with rows.loop(height) as row:
            count = rows.end - row
            sums = self._swapped_sums(row, count, vectors)
            self._keep(sums)
            with counted(v.b, 0, vectors) as i:
                self._turn(i, vectors, turned)
            wanted = smaller(count, height)
            with counted(v.b, 0, wanted) as i:
                at = row + i
                self.hand_out(at, v.kept(turned, i))

    def _swapped_sums(self, row: Index, count: Index, vectors: int) -> list[ir.Value]:
        """B^T A^T for some rows of A: its columns are loaded as vectors."""
        v = self.v
        k = self.spec.k
        starts = range(0, vectors * v.lanes, v.lanes)
        masks = tuple(v.below(count - start) for start in starts)
        tile = Tile(self.columns, masks, k, k)
        right = self.operands.right.turned()
        left = self.operands.left.part(row, 0).turned()
        depth = Interval.of(v.b, 0, k)
        return outer_sums(v, tile, Operands(right, left), depth)

    def _turn(self, index: Index, vectors: int, turned: ir.Value) -> None:
        """Transpose in registers: a vector down the rows for each column, to one along each row."""
        v = self.v
        places = [index + j * vectors for j in range(self.columns)]
        columns = [v.kept(self.place, place) for place in places]
        first = index * v.lanes
        for i, vector in enumerate(v.transposed(columns)):
            v.keep(turned, first + i, vector)


def remainder_vectors(cut: Tiling, columns: int) -> int:
    """How many vectors of scratch memory the results of the remaining columns take at a time."""
    if cut.tail == "swapped" and columns:
        vectors = swapped_vectors(columns, cut.group, cut.lanes, cut.registers)
        return vectors * (columns + cut.lanes)
    # One more than the sums fill: the last row is read as a whole vector.
    return ceil_div(max(cut.registers, columns), cut.lanes) + 1
