"""Columns of a matrix product that do not fill a vector, without idle lanes.

RemainderColumns    some columns, computed by inner products or with vectors down the rows
remainder_vectors   how much memory their results take

Where the rows of A have no gaps, lanes run along k: each element is an inner product. Where
the columns of A have none, lanes run down the rows, and results are turned.
"""

from collections.abc import Callable
from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64, scalar_type
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.matmul.inner_tiles import Lines, inner_sums
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.outer_tiles import Tile, outer_sums
from pellucid.executors.native.matmul.tiling import (
    Contraction,
    Tiling,
    inner_rows,
    padded,
    swapped_vectors,
)


@dataclass(frozen=True)
class RemainderColumns:
    """Fewer columns than lanes; results are handed out row by row.

    `operands`: A, and B from the first of the columns on. `place`: memory for results.
    """

    v: Vectors
    spec: Contraction
    cut: Tiling
    columns: int
    operands: tuple[Matrix, Matrix]
    place: ir.Value
    hand_out: Callable[[ir.Value, ir.Value], None]

    def inner(self, row: ir.Value, end: ir.Value) -> None:
        """Rows from `row` to `end` by inner products; rows beyond the end repeat the last."""
        v, cut, (a, b), code = self.v, self.cut, self.operands, self.v.b
        rows = inner_rows(self.columns, min(cut.group, self.spec.m), cut.registers)
        columns = tuple(b.at(code, 0, j) for j in range(self.columns))
        last = I64(self.spec.m - 1)
        with counted(code, row, end, rows) as at:
            wanted = [v.smaller(code.add(at, I64(i)), last) for i in range(rows)]
            lines = Lines(tuple(a.at(code, i, 0) for i in wanted), columns)
            for i, vector in enumerate(inner_sums(v, lines, self.spec.k)):
                code.store(vector, v.slot(self.place, i))
            with counted(code, I64(0), v.smaller(code.sub(end, at), I64(rows))) as i:
                start = code.mul(i, I64(self.columns))
                place = code.gep(self.place, [start], source_etype=scalar_type(self.spec.dtype))
                self.hand_out(code.add(at, i), v.load(place, 1, v.first(self.columns)))

    def swapped(self, row: ir.Value, end: ir.Value) -> None:
        """Rows from `row` to `end` with vectors down the rows, turned to be handed out."""
        v, cut, (a, b), code = self.v, self.cut, self.operands, self.v.b
        vectors = swapped_vectors(self.columns, cut.group, v.lanes, cut.registers)
        turned = v.slot(self.place, vectors * self.columns)
        with counted(code, row, end, vectors * v.lanes) as at:
            count = code.sub(end, at)
            masks = tuple(v.below(code.sub(count, I64(i * v.lanes))) for i in range(vectors))
            tile = Tile(self.columns, masks, self.spec.k, self.spec.k)
            operands = (b.turned(), a.part(code, at, 0).turned())
            depth = (I64(0), I64(self.spec.k))
            for i, total in enumerate(outer_sums(v, tile, operands, depth)):
                code.store(total, v.slot(self.place, i))
            with counted(code, I64(0), I64(vectors)) as i:
                self._turn(i, vectors, turned)
            with counted(code, I64(0), v.smaller(count, I64(vectors * v.lanes))) as i:
                self.hand_out(code.add(at, i), code.load(v.slot(turned, i), typ=v.kind))

    def _turn(self, index: ir.Value, vectors: int, turned: ir.Value) -> None:
        """One vector of rows of each column made a vector of columns for each row."""
        v, code = self.v, self.v.b
        places = [code.add(index, I64(j * vectors)) for j in range(self.columns)]
        columns = [code.load(v.slot(self.place, place), typ=v.kind) for place in places]
        first = code.mul(index, I64(v.lanes))
        for i, vector in enumerate(v.transposed(columns)):
            code.store(vector, v.slot(turned, code.add(first, I64(i))))


def remainder_vectors(cut: Tiling, columns: int) -> int:
    """How many vectors of memory the results of left-over columns take at a time."""
    if cut.tail == "swapped" and columns:
        return swapped_vectors(columns, cut.group, cut.lanes, cut.registers) * (columns + cut.lanes)
    # One more than the sums fill: the last row is read as a whole vector.
    return padded(max(cut.registers, columns), cut.lanes) // cut.lanes + 1
