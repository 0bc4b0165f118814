"""What products of matrices are made of: panels of columns, and tiles in them.

Site        where code is written, and for which CPU
Panels      the emission of a product: panels with their copies, and the tiles in them

In which order tiles are computed is told in `contraction` and `transposed_blocks`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, padded
from pellucid.executors.native.llvm.counted_loops import Interval, choose, counted
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Matrix, Operands, Scattered
from pellucid.executors.native.matmul.packed_panels import copied_place
from pellucid.executors.native.matmul.packing import pack_lines, pack_panel
from pellucid.executors.native.matmul.remainder import RemainderColumns, remainder_vectors
from pellucid.executors.native.matmul.tiles import Finish, Panel, Tiles
from pellucid.executors.native.matmul.tiling import tiling

LONG_DEPTH = 128  # of k; chosen: with more between tiles, the hardware sees which rows come next
# Of A: the second cache of most cores does not hold more for long. Chosen; to ask for the rows of
# such matrices ahead made products 2 to 4 per cent faster (26 Nov 2026).
LARGE_BYTES = 1 << 20

Operand = Any  # an address, or a Matrix


@dataclass(frozen=True)
class Site:
    """Where code is written: at a builder, for a CPU. `scratch(kind, count)` gives memory."""

    builder: ir.IRBuilder
    target: Target
    scratch: Callable[[ir.Type, int], ir.Value]


class Panels:
    """The emission of one product: what all orders of its tiles share."""

    def __init__(
        self, site: Site, spec: Contraction, operands: tuple[Operand, Operand], finish: Finish
    ) -> None:
        self.b = site.builder
        self.spec = spec
        self.finish = finish
        self.cut = tiling(spec, site.target)
        lanes = self.cut.lanes
        self.v = Vectors(self.b, spec.dtype, lanes)
        self.left = self._matrix(operands[0], spec.a_strides)
        self.right = self._matrix(operands[1], spec.b_strides)
        self.is_blocked = self.cut.depth < spec.k
        ahead = self._ahead()
        self.tiles = Tiles(self.v, spec, self.cut, finish, ahead)
        self.reserve(site)

    def _matrix(self, operand: Operand, strides: tuple[int, int]) -> Matrix:
        if isinstance(operand, Matrix):
            return operand
        return Matrix(self.b, operand, self.spec.dtype, strides)

    def _ahead(self) -> int:
        """The cache into which the rows of A are asked for ahead; 0 if they need not be.

        They come from memory, or where they are short from the cache of another CPU: one thread
        computes some columns of C, and with them all rows of the next product.
        """
        spec = self.spec
        lies_by_rows = spec.a_strides[1] == 1
        is_large = spec.m * spec.k * spec.dtype.itemsize > LARGE_BYTES
        if isinstance(self.left, Scattered) or (lies_by_rows and is_large):
            return 2
        return int(lies_by_rows and self.v.lanes <= spec.k <= LONG_DEPTH)

    # ---- memory ------------------------------------------------------------------------------

    def reserve(self, site: Site) -> None:
        """Memory for sums and copies."""
        cut = self.cut
        spec = self.spec
        kind = self.v.kind
        remainder = self._remainder_width()
        of_remainder = remainder_vectors(cut, remainder)
        vectors = max(1, self._sums_waiting(), of_remainder)
        self.sums = site.scratch(kind, vectors)
        self.packed = self.lines = None
        if cut.packs_b:
            depth = padded(cut.depth, cut.lanes)
            self.packed = site.scratch(kind, depth * cut.vectors)
        if cut.tail == "inner" and spec.b_strides[0] != 1:
            line = padded(spec.k, cut.lanes) // cut.lanes
            self.lines = site.scratch(kind, remainder * line)

    def _remainder_width(self) -> int:
        """The most columns of a panel that are not of tiles."""
        cut = self.cut
        last_alone = self.cut.panels == 1
        panels = (cut.of_panel(self.spec.n, final) for final in (last_alone, True))
        return max(remainder for _, remainder in panels)

    def _sums_waiting(self) -> int:
        """How many vectors of sums wait in memory at a time."""
        cut = self.cut
        tiles = 1
        if self.is_blocked:
            tiles = ceil_div(cut.group, cut.rows) * cut.span
        return tiles * cut.rows * cut.vectors

    def clear_sums(self, count: int) -> None:
        """Zeros, for sums that wait in memory."""
        with counted(self.b, 0, count) as i:
            self.v.keep(self.sums, i, self.v.zero)

    # ---- a panel of columns ------------------------------------------------------------------

    def choose_panel(self, index: Index, body: Callable[[bool], None]) -> None:
        """Emit the body for a panel; once more for the last one where it has fewer columns."""
        cut = self.cut
        is_ragged = self.spec.n != cut.panels * cut.columns
        choose(index, cut.panels, is_ragged, body)

    def panel(self, column: Index, final: bool) -> Panel:
        """The panel that begins at a column, with its copies."""
        panel = self.bare(column, final)
        if self.spec.block:
            return replace(panel, packed=self._copied_before(panel))
        if self.packed is None or self.is_blocked:
            return panel
        all_of_k = Interval.of(self.b, 0, self.spec.k)
        return replace(panel, packed=self.copied(panel, all_of_k))

    def bare(self, column: Index, final: bool) -> Panel:
        """The panel that begins at a column, without copies."""
        width, last_columns = self.cut.of_panel(self.spec.n, final)
        starts = range(0, width, self.cut.lanes)
        masks = tuple(self.v.first(width - start) for start in starts)
        remainder = None
        if last_columns:
            remainder = self._remainder(Index(self.b, column) + width, last_columns)
        return Panel(column, width, masks, None, remainder)

    def copied(self, panel: Panel, depth: Interval) -> Matrix:
        """A copy of the vectors of a panel, for the range `depth` of k."""
        matrix = self.right.part(0, panel.column)
        shape = (self.spec.k, panel.width)
        return pack_panel(self.v, matrix, depth, shape, self.packed)

    def _copied_before(self, panel: Panel) -> Matrix:
        """A panel that lies copied among all others, where B is said to begin."""
        place = copied_place(self.b, self.spec, self.right.pointer, panel.column)
        pitch = len(panel.masks) * self.cut.lanes
        return Matrix(self.b, place, self.spec.dtype, (pitch, 1))

    def _remainder(self, column: Index, count: int) -> RemainderColumns:
        """The columns of a panel that tiles leave over: `count` of them, from `column` on."""
        v = self.v
        right = self.right.part(0, column)
        if self.lines is not None:
            right = pack_lines(v, right, self.spec.k, count, self.lines)
        operands = Operands(self.left, right)

        def hand_out(row: Index, vector: ir.Value) -> None:
            self.finish.store(row, column, vector, v.first(count))

        return RemainderColumns(v, self.spec, self.cut, count, operands, self.sums, hand_out)
