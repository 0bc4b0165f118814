"""Matrix products: register-tiled kernels for every shape and layout.

tiles               how many independent pieces of work a product is
emit_contraction    the code for a range of them

A tile of C, some rows by some vectors of columns, lives in registers while k runs from 0 to
its end: each step loads the vectors of a row of B, and multiplies and adds each with a
broadcast element of A. Columns that do not fill a vector are masked, or left over for another
kind of kernel, whichever takes least time. The order of every sum follows from sizes and
strides alone, whoever computes it.

B is packed, a panel of columns at a time, where its rows cannot be loaded as vectors, or
where they lie so far apart that each would take a page and cache sets of its own. Where a
packed panel would not stay in the cache, k is cut into blocks, and the sums of a unit wait
in memory for the next block.

Source: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication (2008);
Georganas et al., High-Performance Deep Learning via a Single Building Block (2019).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import counted
from pellucid.executors.native.lanes import I64
from pellucid.executors.native.leftover import Leftover, leftover_vectors
from pellucid.executors.native.matrices import Matrix, Scattered
from pellucid.executors.native.outer import LINE, Tile, outer_sums
from pellucid.executors.native.packing import pack_lines, pack_rows, pack_turned, padded
from pellucid.executors.native.target import Target
from pellucid.executors.native.tiling import Contraction, Tiling, tiling
from pellucid.executors.native.vectors import Vectors

LONG_DEPTH = 128  # of k: where more is between tiles, the hardware sees which rows come next
SHORT_DEPTH = 32  # of k: sums of shorter tiles that are light need not wait in memory

Operand = Any  # an address, or a Matrix


@dataclass(frozen=True)
class Finish:
    """What is done with a product.

    `store(row, column, vector, mask)` is called, while code is generated, with each finished
    vector of C; it emits what is done with it. `claim(row, column, rows, columns)`, if there is
    one, emits what can be done long before for the results of some rows, at some columns counted
    from there, such as to ask for their memory.
    """

    store: Callable[[Any, Any, Any, Any], None]
    claim: Callable[[Any, Any, range, range], None] | None = None


Scratch = Callable[[ir.Type, int], ir.Value]


def tiles(spec: Contraction, target: Target) -> int:
    """How many units there are: pieces of about the same size, independent of each other."""
    if not spec.m or not spec.n:
        return 0
    cut = tiling(spec, target)
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
        _Product(builder, target, spec, operands, finish, scratch).emit(*units)


@dataclass(frozen=True)
class _Panel:
    """A panel of columns being computed.

    `width` columns, in vectors with `masks`, belong to tiles; `packed` is a copy of them, if
    there is one for all of k. `leftover` are the columns after them.
    """

    column: ir.Value
    width: int
    masks: tuple[Any, ...]
    packed: Matrix | None
    leftover: Leftover | None


class _Product:
    """The emission of one product."""

    def __init__(
        self,
        builder: ir.IRBuilder,
        target: Target,
        spec: Contraction,
        operands: tuple[Operand, Operand],
        finish: Finish,
        scratch: Scratch,
    ) -> None:
        self.b, self.spec, self.finish = builder, spec, finish
        self.cut = cut = tiling(spec, target)
        self.v = Vectors(builder, spec.dtype, cut.lanes)
        self.left, self.right = (
            x if isinstance(x, Matrix) else Matrix(x, spec.dtype, strides)
            for x, strides in zip(operands, (spec.a_strides, spec.b_strides), strict=True)
        )
        self.line = LINE // spec.dtype.itemsize if self._asks_ahead() else 0
        self.is_blocked = cut.depth < spec.k
        self.is_direct = spec.light and not self.is_blocked and spec.k <= SHORT_DEPTH
        self._reserve(scratch)

    def _asks_ahead(self) -> bool:
        """Whether the rows of A come from afar: from memory, or from the cache of another CPU.

        One thread computes some columns of C, and with them all rows of the next product.
        """
        spec = self.spec
        is_short = spec.a_strides[1] == 1 and self.v.lanes <= spec.k <= LONG_DEPTH
        return isinstance(self.left, Scattered) or is_short

    def _reserve(self, scratch: Scratch) -> None:
        """Memory for sums and copies."""
        cut, spec, kind = self.cut, self.spec, self.v.kind
        columns = max(cut.of_panel(spec.n, final)[1] for final in {cut.panels == 1, True})
        tiles_waiting = -(-cut.group // cut.rows) if self.is_blocked else 1
        sums = tiles_waiting * cut.rows * cut.vectors
        self.sums = scratch(kind, max(1, sums, leftover_vectors(cut, columns)))
        self.packed = self.lines = None
        if cut.packs_b:
            self.packed = scratch(kind, padded(cut.depth, cut.lanes) * cut.vectors)
        if cut.tail == "inner" and spec.b_strides[0] != 1:
            self.lines = scratch(kind, columns * padded(spec.k, cut.lanes) // cut.lanes)

    def emit(self, begin: ir.Value, end: ir.Value) -> None:
        """The units, whichever they are."""
        if not _by_rows(self.spec, self.cut):
            self._by_panels(begin, end)
            return
        b, cut = self.b, self.cut
        ragged = self.spec.n != cut.panels * cut.columns
        with counted(b, begin, end) as group, counted(b, I64(0), I64(cut.panels)) as index:

            def body(final: bool) -> None:
                panel = self._panel(b.mul(index, I64(cut.columns)), final)
                self._unit(panel, b.mul(group, I64(cut.group)))

            self._choose(index, cut.panels, ragged, body)

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
                panel = self._panel(column, final)
                with counted(b, first, last) as group:
                    self._unit(panel, b.mul(group, I64(cut.group)))

            self._choose(index, cut.panels, ragged, body)

    def _choose(
        self, index: ir.Value, count: int, differs: bool, body: Callable[[bool], None]
    ) -> None:
        """Emit the body; once more for the last index where that one differs."""
        if not differs:
            body(False)
        elif count == 1:
            body(True)
        else:
            with self.b.if_else(self.b.icmp_signed("<", index, I64(count - 1))) as (usual, last):
                with usual:
                    body(False)
                with last:
                    body(True)

    # ---- a panel of columns ------------------------------------------------------------------

    def _panel(self, column: ir.Value, final: bool) -> _Panel:
        """The panel that begins at a column, with its copies."""
        cut, v = self.cut, self.v
        width, rest = cut.of_panel(self.spec.n, final)
        masks = tuple(v.first(width - j) for j in range(0, width, cut.lanes))
        panel = _Panel(column, width, masks, None, self._leftover(column, width, rest))
        if self.packed is None or self.is_blocked:
            return panel
        packed = self._packed(panel, (I64(0), I64(self.spec.k)))
        return _Panel(column, width, masks, packed, panel.leftover)

    def _packed(self, panel: _Panel, depth: tuple[Any, Any]) -> Matrix:
        """A copy of the vectors of a panel, for some of k."""
        matrix = self.right.part(self.b, 0, panel.column)
        if self.spec.b_strides[0] == 1:
            shape = (self.spec.k, panel.width)
            return pack_turned(self.v, matrix, depth, shape, self.packed)
        return pack_rows(self.v, matrix, depth, panel.masks, self.packed)

    def _leftover(self, column: ir.Value, width: int, columns: int) -> Leftover | None:
        """The columns of a panel that are not of tiles."""
        if not columns:
            return None
        b, v = self.b, self.v
        first = b.add(column, I64(width))
        right = self.right.part(b, 0, first)
        if self.lines is not None:
            right = pack_lines(v, right, self.spec.k, columns, self.lines)

        def hand_out(row: ir.Value, vector: ir.Value) -> None:
            self.finish.store(row, first, vector, v.first(columns))

        return Leftover(v, self.spec, self.cut, columns, (self.left, right), self.sums, hand_out)

    # ---- a unit ------------------------------------------------------------------------------

    def _unit(self, panel: _Panel, row: ir.Value) -> None:
        """A group of rows of a panel."""
        b, cut = self.b, self.cut
        end = self.v.smaller(b.add(row, I64(cut.group)), I64(self.spec.m))
        if panel.width and self.is_blocked:
            self._blocked_tiles(panel, row, end)
        elif panel.width:
            self._tiles(panel, row, end)
        if panel.leftover is not None and cut.tail == "inner":
            panel.leftover.inner(row, end)
        elif panel.leftover is not None:
            panel.leftover.swapped(row, end)

    def _tiles(self, panel: _Panel, row: ir.Value, end: ir.Value) -> None:
        """The tiles of a unit, each with all of k."""
        b, cut = self.b, self.cut
        right = panel.packed or self.right.part(b, 0, panel.column)
        depth = (I64(0), I64(self.spec.k))
        with counted(b, row, end, cut.rows) as at:
            operands = (self.left.part(b, at, 0), right)
            self._tile(panel, operands, at, depth, self.sums)
            if not self.is_direct:
                self._hand_out(panel, at, self.sums)

    def _blocked_tiles(self, panel: _Panel, row: ir.Value, end: ir.Value) -> None:
        """The tiles of a unit, block by block of k; sums wait in memory."""
        b, v, cut = self.b, self.v, self.cut
        count = -(-cut.group // cut.rows) * cut.rows * len(panel.masks)
        with counted(b, I64(0), I64(count)) as i:
            b.store(v.zero, v.slot(self.sums, i))

        def place(at: ir.Value) -> ir.Value:
            return v.slot(self.sums, b.mul(b.sub(at, row), I64(len(panel.masks))))

        with counted(b, I64(0), I64(self.spec.k), cut.depth) as k:
            after = v.smaller(b.add(k, I64(cut.depth)), I64(self.spec.k))
            right, depth = self._packed(panel, (k, after)), (I64(0), b.sub(after, k))
            with counted(b, row, end, cut.rows) as at:
                self._tile(panel, (self.left.part(b, at, k), right), at, depth, place(at))
        with counted(b, row, end, cut.rows) as at:
            self._hand_out(panel, at, place(at))

    def _tile(
        self,
        panel: _Panel,
        operands: tuple[Matrix, Matrix],
        row: ir.Value,
        depth: tuple[Any, Any],
        place: ir.Value,
    ) -> None:
        """One tile, for some of k: the last one may have fewer rows."""
        b, v, rows, short = self.b, self.v, self.cut.rows, self.spec.m % self.cut.rows

        def body(final: bool) -> None:
            tile = Tile(short if final else rows, panel.masks, self.spec.k, final, self.line)
            self._claim(panel, row, tile.rows)
            start = [v.zero] * tile.sums
            if self.is_blocked:
                start = [b.load(v.slot(place, i), typ=v.kind) for i in range(tile.sums)]
            totals = outer_sums(v, tile, operands, depth, start)
            if self.is_direct:
                self._hand_out_directly(panel, row, totals)
            else:
                for i, total in enumerate(totals):
                    b.store(total, v.slot(place, i))

        self._choose(b.udiv(row, I64(rows)), -(-self.spec.m // rows), short != 0, body)

    def _claim(self, panel: _Panel, row: ir.Value, rows: int) -> None:
        """Ask for the places of the results of a tile, and of what is left over beside it."""
        if self.finish.claim is not None and not self.is_blocked:
            width = (len(panel.masks) + (panel.leftover is not None)) * self.cut.lanes
            self.finish.claim(row, panel.column, range(rows), range(0, width, self.cut.lanes))

    def _hand_out_directly(self, panel: _Panel, row: ir.Value, totals: list[ir.Value]) -> None:
        """The finished rows of a tile straight from registers."""
        b, count = self.b, len(panel.masks)
        for i, vector in enumerate(totals):
            column = b.add(panel.column, I64(i % count * self.cut.lanes))
            self.finish.store(b.add(row, I64(i // count)), column, vector, panel.masks[i % count])

    def _hand_out(self, panel: _Panel, row: ir.Value, place: ir.Value) -> None:
        """The finished rows of a tile, vector by vector: the code is there once for all rows."""
        b, v = self.b, self.v
        rows = v.smaller(b.sub(I64(self.spec.m), row), I64(self.cut.rows))
        with counted(b, I64(0), rows) as i:
            first = b.mul(i, I64(len(panel.masks)))
            for j, mask in enumerate(panel.masks):
                vector = b.load(v.slot(place, b.add(first, I64(j))), typ=v.kind)
                column = b.add(panel.column, I64(j * self.cut.lanes))
                self.finish.store(b.add(row, i), column, vector, mask)


__all__ = ["Contraction", "emit_contraction", "tiles"]
