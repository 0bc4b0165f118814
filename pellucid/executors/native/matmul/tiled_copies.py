"""Copies of parts of two matrices of bfloat16, as tile registers read them.

STEP            of k, that one product of tiles takes
TiledCopies     rows of pairs of A, rows of vectors of pairs of B, both filled up with zeros

Where A lies column by column, squares are turned in registers: tiles read rows of pairs.
"""

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, padded
from pellucid.executors.native.llvm.bfloat16 import PAIR, joined
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.tile_registers import ROWS
from pellucid.executors.native.llvm.types import zeros
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.pair_copies import PairCopies

STEP = 2 * ROWS


class TiledCopies(PairCopies):
    """Copies of some rows of A, a multiple of 16, and of some columns of B, for a block of k."""

    def of_rows(self, a: Matrix, count: Index, depth: int) -> Matrix:
        """The first rows of A and `depth` of k, as pairs: rows by pairs."""
        down, along = a.strides
        if down == 1 and along != 1:
            return self._turned_rows(a.turned(), count, depth)
        copy = super().of_rows(a, count, depth)
        written = padded(depth, self.v.lanes)
        if written % STEP:
            with counted(self.b, 0, count) as row:
                self._store(zeros(self.kind), copy.at(row, written // 2))
        return copy

    def _turned_rows(self, turned: Matrix, count: Index, depth: int) -> Matrix:
        """The same where the rows of a column lie side by side: square by square."""
        copy = Matrix(self.b, self.place_of_a, PAIR, (self.pitch, 1))
        whole = depth // STEP * STEP
        with counted(self.b, 0, count, ROWS) as row:
            mask = self.v.below((count - row).raw)
            with counted(self.b, 0, whole, STEP) as k:
                self._square(turned.part(k, row), STEP, mask, copy.part(row, k // 2))
            if whole < depth:
                last = turned.part(whole, row)
                self._square(last, depth - whole, mask, copy.part(row, whole // 2))
        return copy

    def _square(self, lines: Matrix, height: int, mask: ir.Value, target: Matrix) -> None:
        """`height` of k of 16 rows, which become 16 pairs each; missing ones are 0."""
        read = [self.v.load(lines.at(k, 0), 1, mask) for k in range(height)]
        read += [self.v.zero] * (STEP - height)
        pairs = [joined(self.b, *read[k : k + 2]) for k in range(0, STEP, 2)]
        floats = [self.b.bitcast(each, self.v.kind) for each in pairs]
        for row, line in enumerate(self.v.transposed(floats)):
            self._store(line, target.at(row, 0))

    def _store(self, vector: ir.Value, place: ir.Value) -> None:
        self.b.store(vector, place, align=PAIR.itemsize)

    def of_panel(self, right: Matrix, depth: int, columns: int) -> None:
        """The first columns of B and `depth` of k, as vectors of pairs."""
        super().of_panel(right, depth, columns)
        vectors = ceil_div(columns, self.v.lanes)
        written = ceil_div(depth, 2) * vectors
        with counted(self.b, written, padded(depth, STEP) // 2 * vectors) as index:
            self._put(index, [self.v.zero, self.v.zero])
