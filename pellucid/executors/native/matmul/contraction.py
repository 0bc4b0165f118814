"""Matrix products: register-tiled kernels for every shape and layout.

tiles               how many independent pieces of work a product is
emit_contraction    the code for a range of them

A tile of C, some rows by some vectors of columns, lives in registers while k runs from 0 to
its end: each step loads the vectors of a row of B, and multiplies and adds each with a
broadcast element of A. Columns that do not fill a vector are masked, or left over for another
kind of kernel, whichever takes least time. The order of every sum follows from sizes and
strides alone, whoever computes it.

B is packed, a panel of columns at a time, where its rows cannot be loaded as vectors, or
where they lie so far apart that each would take a page and cache sets of its own; and so is A,
where it lies transposed and is large (`transposed_blocks`). Where a packed panel would not stay
in the cache, k is cut into blocks, and the sums of a unit wait in memory for the next block.

Source: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication (2008);
Georganas et al., High-Performance Deep Learning via a Single Building Block (2019).
"""

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.panels import (
    Depth,
    Finish,
    Operand,
    Panel,
    Panels,
    Scratch,
)
from pellucid.executors.native.matmul.tiling import Contraction, Tiling, tiling
from pellucid.executors.native.matmul.transposed_blocks import ByBlocks, blocks


def tiles(spec: Contraction, target: Target) -> int:
    """How many units there are: pieces of about the same size, independent of each other."""
    if not spec.m or not spec.n:
        return 0
    cut = tiling(spec, target)
    if cut.packs_a:
        return blocks(cut)
    return cut.groups if _by_rows(spec, cut) else cut.groups * cut.panels


def _by_rows(spec: Contraction, cut: Tiling) -> bool:
    """Whether a unit is a group of rows with all its columns; else of one panel of columns.

    Where A is transposed, as in the gradient of weights, a thread then has to do with the same
    rows of the weights, and the same features, from step to step.
    """
    return spec.a_strides[0] == 1 and not cut.packs_b


def emit_contraction(  # noqa: PLR0913, PLR0917 (what to compute, with what, and where to)
    builder: ir.IRBuilder,
    target: Target,
    spec: Contraction,
    operands: tuple[Operand, Operand],
    units: tuple[ir.Value, ir.Value],
    finish: Finish,
    scratch: Scratch,
) -> None:
    """Code for the units from `units[0]` up to `units[1]`.

    `operands`: where A and B begin, or the matrix itself where its rows are scattered.
    `scratch(kind, count)` gives memory on the stack.
    """
    if spec.m and spec.n:
        kind = ByBlocks if tiling(spec, target).packs_a else _ByTiles
        kind(builder, target, spec, operands, finish, scratch).emit(*units)


class _ByTiles(Panels):
    """Groups of rows of one panel, or of all panels, as units."""

    def emit(self, begin: ir.Value, end: ir.Value) -> None:
        """The units, whichever they are."""
        if not _by_rows(self.spec, self.cut):
            self._by_panels(begin, end)
            return
        b, cut = self.b, self.cut
        ragged = self.spec.n != cut.panels * cut.columns
        with counted(b, begin, end) as group, counted(b, I64(0), I64(cut.panels)) as index:

            def body(final: bool) -> None:
                panel = self.panel(b.mul(index, I64(cut.columns)), final)
                self._unit(panel, b.mul(group, I64(cut.group)))

            self.choose(index, cut.panels, ragged, body)

    def _by_panels(self, begin: ir.Value, end: ir.Value) -> None:
        """Units in order of panels, so that a packed panel serves many groups of rows."""
        b, v, cut, groups = self.b, self.v, self.cut, I64(self.cut.groups)
        after = b.udiv(b.add(end, I64(cut.groups - 1)), groups)
        ragged = self.spec.n != cut.panels * cut.columns
        with counted(b, b.udiv(begin, groups), after) as index:
            start = b.mul(index, groups)
            first = v.larger(b.sub(begin, start), I64(0))
            last = v.smaller(b.sub(end, start), groups)
            column = b.mul(index, I64(cut.columns))

            def body(final: bool) -> None:
                panel = self.panel(column, final)
                with counted(b, first, last) as group:
                    self._unit(panel, b.mul(group, I64(cut.group)))

            self.choose(index, cut.panels, ragged, body)

    # ---- a unit ------------------------------------------------------------------------------

    def _unit(self, panel: Panel, row: ir.Value) -> None:
        """A group of rows of a panel."""
        b, cut = self.b, self.cut
        end = self.v.smaller(b.add(row, I64(cut.group)), I64(self.spec.m))
        if panel.width and self.is_blocked:
            self._blocked_tiles(panel, row, end)
        elif panel.width:
            self._tiles(panel, row, end)
        if panel.remainder is not None and cut.tail == "inner":
            panel.remainder.inner(row, end)
        elif panel.remainder is not None:
            panel.remainder.swapped(row, end)

    def _tiles(self, panel: Panel, row: ir.Value, end: ir.Value) -> None:
        """The tiles of a unit, each with all of k."""
        b, cut = self.b, self.cut
        right = panel.packed or self.right.part(b, 0, panel.column)
        depth = Depth(I64(0), I64(self.spec.k))
        with counted(b, row, end, cut.rows) as at:
            operands = (self.left.part(b, at, 0), right)
            self.tile(panel, operands, at, depth, self.sums)
            if not self.is_direct:
                self.hand_out(panel, at, self.sums)

    def _blocked_tiles(self, panel: Panel, row: ir.Value, end: ir.Value) -> None:
        """The tiles of a unit, block by block of k; sums wait in memory."""
        b, v, cut = self.b, self.v, self.cut
        count = -(-cut.group // cut.rows) * cut.rows * len(panel.masks)
        with counted(b, I64(0), I64(count)) as i:
            b.store(v.zero, v.slot(self.sums, i))

        def place(at: ir.Value) -> ir.Value:
            return v.slot(self.sums, b.mul(b.sub(at, row), I64(len(panel.masks))))

        with counted(b, I64(0), I64(self.spec.k), cut.depth) as k:
            after = v.smaller(b.add(k, I64(cut.depth)), I64(self.spec.k))
            right, is_last = self.copied(panel, (k, after)), self.is_last(after)
            depth = Depth(I64(0), b.sub(after, k), is_last)
            with counted(b, row, end, cut.rows) as at:
                operands = self.left.part(b, at, k), right
                self.tile(panel, operands, at, depth, place(at))
                with b.if_then(is_last):
                    self.hand_out(panel, at, place(at))
