"""What products of matrices are made of: panels of columns, and tiles in them.

Finish      what is done with the results
Panel       some columns of the result
Depth       some of k
Panels      the emission of a product: panels with their copies, tiles, results handed out

In which order tiles are computed is told in `contraction` and `transposed_blocks`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.matrices import Matrix, Scattered
from pellucid.executors.native.matmul.outer_tiles import Meanwhile, Tile, outer_sums
from pellucid.executors.native.matmul.packing import pack_lines, pack_rows, pack_turned
from pellucid.executors.native.matmul.remainder import RemainderColumns, remainder_vectors
from pellucid.executors.native.matmul.tiling import Contraction, padded, tiling

LONG_DEPTH = 128  # of k: where more is between tiles, the hardware sees which rows come next
LARGE_BYTES = 1 << 20  # of A: the second cache does not hold more for long
SHORT_DEPTH = 64  # of k: sums of shorter tiles that are light need not wait in memory

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


@dataclass(frozen=True)
class Panel:
    """A panel of columns being computed.

    `width` columns, in vectors with `masks`, belong to tiles; `packed` is a copy of them, if
    there is one for all of k. `remainder` are the columns after them.
    """

    column: ir.Value
    width: int
    masks: tuple[Any, ...]
    packed: Matrix | None
    remainder: RemainderColumns | None


@dataclass(frozen=True)
class Depth:
    """Some of k, counted from where the operands of a tile begin.

    Where k is cut into blocks, `is_last` tells whether this is the last one. `meanwhile` emits
    what else is done on the way.
    """

    begin: ir.Value
    end: ir.Value
    is_last: Any = None
    meanwhile: Meanwhile | None = None


class Panels:
    """The emission of one product: what all orders of its tiles share."""

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
        self.ahead = self._ahead()
        self.is_blocked = cut.depth < spec.k
        self.is_direct = spec.light and not self.is_blocked and spec.k <= SHORT_DEPTH
        self.reserve(scratch)

    def _ahead(self) -> int:
        """The cache into which the rows of A are asked for ahead; 0 if they need not be.

        They come from memory, or where they are short from the cache of another CPU: one thread
        computes some columns of C, and with them all rows of the next product.
        """
        spec, size = self.spec, self.spec.m * self.spec.k * self.spec.dtype.itemsize
        if isinstance(self.left, Scattered) or (spec.a_strides[1] == 1 and size > LARGE_BYTES):
            return 2
        return int(spec.a_strides[1] == 1 and self.v.lanes <= spec.k <= LONG_DEPTH)

    def reserve(self, scratch: Scratch) -> None:
        """Memory for sums and copies."""
        cut, spec, kind = self.cut, self.spec, self.v.kind
        columns = max(cut.of_panel(spec.n, final)[1] for final in {cut.panels == 1, True})
        tiles_waiting = -(-cut.group // cut.rows) * cut.span if self.is_blocked else 1
        sums = tiles_waiting * cut.rows * cut.vectors
        self.sums = scratch(kind, max(1, sums, remainder_vectors(cut, columns)))
        self.packed = self.lines = None
        if cut.packs_b:
            self.packed = scratch(kind, padded(cut.depth, cut.lanes) * cut.vectors)
        if cut.tail == "inner" and spec.b_strides[0] != 1:
            self.lines = scratch(kind, columns * padded(spec.k, cut.lanes) // cut.lanes)

    def choose(
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

    def panel(self, column: ir.Value, final: bool) -> Panel:
        """The panel that begins at a column, with its copies."""
        panel = self.bare(column, final)
        if self.packed is None or self.is_blocked:
            return panel
        return replace(panel, packed=self.copied(panel, (I64(0), I64(self.spec.k))))

    def bare(self, column: ir.Value, final: bool) -> Panel:
        """The panel that begins at a column, without copies."""
        cut, v = self.cut, self.v
        width, rest = cut.of_panel(self.spec.n, final)
        masks = tuple(v.first(width - j) for j in range(0, width, cut.lanes))
        return Panel(column, width, masks, None, self._remainder(column, width, rest))

    def copied(self, panel: Panel, depth: tuple[Any, Any]) -> Matrix:
        """A copy of the vectors of a panel, for some of k."""
        matrix = self.right.part(self.b, 0, panel.column)
        if self.spec.b_strides[0] == 1:
            shape = (self.spec.k, panel.width)
            return pack_turned(self.v, matrix, depth, shape, self.packed)
        return pack_rows(self.v, matrix, depth, panel.masks, self.packed)

    def _remainder(self, column: ir.Value, width: int, columns: int) -> RemainderColumns | None:
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

        return RemainderColumns(
            v, self.spec, self.cut, columns, (self.left, right), self.sums, hand_out
        )

    # ---- a tile ------------------------------------------------------------------------------

    def tile(
        self,
        panel: Panel,
        operands: tuple[Matrix, Matrix],
        row: ir.Value,
        depth: Depth,
        place: ir.Value,
    ) -> None:
        """One tile, for some of k: the last one may have fewer rows."""
        b, v, rows, short = self.b, self.v, self.cut.rows, self.spec.m % self.cut.rows

        def body(final: bool) -> None:
            height = short if final else rows
            tile = Tile(height, panel.masks, self.spec.k, self.cut.depth, final, self.ahead)
            found = self._claims(panel, row, tile, depth), None if final else depth.meanwhile
            ends, meanwhile = (depth.begin, depth.end), [each for each in found if each]
            totals = outer_sums(v, tile, operands, ends, meanwhile)
            if self.is_blocked:
                # Added to what the blocks before gave, not summed on from there: shorter sums.
                before = [b.load(v.slot(place, i), typ=v.kind) for i in range(tile.sums)]
                totals = [b.fadd(x, y) for x, y in zip(before, totals, strict=True)]
            if self.is_direct:
                self._hand_out_directly(panel, row, totals)
            else:
                for i, total in enumerate(totals):
                    b.store(total, v.slot(place, i))

        self.choose(b.udiv(row, I64(rows)), -(-self.spec.m // rows), short != 0, body)

    def _claims(self, panel: Panel, row: ir.Value, tile: Tile, depth: Depth) -> Meanwhile | None:
        """Ask for the places of the results of a tile, and of what is left over beside it.

        Where k is long enough, one after the other while it runs, as what is returned does: all
        at a time would hold up what the tile itself loads.
        """
        b, claim, lanes = self.b, self.finish.claim, self.cut.lanes
        if claim is None:
            return None
        columns = len(panel.masks) + (panel.remainder is not None)
        count = tile.rows * columns
        apart = 1 << (min(self.spec.k, self.cut.depth) // count).bit_length() >> 1
        if apart < tile.steps:
            if self.is_blocked:
                return None
            claim(row, panel.column, range(tile.rows), range(0, columns * lanes, lanes))
            return None

        def meanwhile(k: ir.Value) -> None:
            is_due = b.icmp_signed("==", b.and_(k, I64(apart - 1)), I64(0))
            is_due = b.and_(is_due, b.icmp_signed("<", k, I64(count * apart)))
            is_due = is_due if depth.is_last is None else b.and_(is_due, depth.is_last)
            with b.if_then(is_due):
                number = b.udiv(k, I64(apart))
                column = b.mul(b.urem(number, I64(columns)), I64(lanes))
                place = b.add(row, b.udiv(number, I64(columns))), b.add(panel.column, column)
                claim(*place, range(1), range(1))

        return meanwhile

    def is_last(self, end: ir.Value) -> ir.Value:
        """Whether a block of k that ends there is the last."""
        return self.b.icmp_signed("==", end, I64(self.spec.k))

    def _hand_out_directly(self, panel: Panel, row: ir.Value, totals: list[ir.Value]) -> None:
        """The finished rows of a tile straight from registers."""
        b, count = self.b, len(panel.masks)
        for i, vector in enumerate(totals):
            column = b.add(panel.column, I64(i % count * self.cut.lanes))
            self.finish.store(b.add(row, I64(i // count)), column, vector, panel.masks[i % count])

    def hand_out(self, panel: Panel, row: ir.Value, place: ir.Value) -> None:
        """The finished rows of a tile, vector by vector: the code is there once for all rows."""
        b, v = self.b, self.v
        rows = v.smaller(b.sub(I64(self.spec.m), row), I64(self.cut.rows))
        with counted(b, I64(0), rows) as i:
            first = b.mul(i, I64(len(panel.masks)))
            for j, mask in enumerate(panel.masks):
                vector = b.load(v.slot(place, b.add(first, I64(j))), typ=v.kind)
                column = b.add(panel.column, I64(j * self.cut.lanes))
                self.finish.store(b.add(row, i), column, vector, mask)
