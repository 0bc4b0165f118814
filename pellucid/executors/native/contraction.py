"""Matrix products: one register-tiled kernel for every shape and layout.

    tiles               how many independent tiles there are
    emit_contraction    the code for a range of tiles

A tile of C, some rows by some vectors of columns, lives in registers while k runs from 0 to
its end: each step loads the vectors of a row of B, and multiplies and adds each with a
broadcast element of A. Sums run in the order of k whatever the tile and the thread.

    Source: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication (2008);
    Georganas et al., High-Performance Deep Learning via a Single Building Block (2019).

B is packed, a panel of columns at a time, where its rows cannot be loaded as vectors, or
where they lie so far apart that each would take a page and cache sets of its own.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import counted
from pellucid.executors.native.lanes import declared, lanes_type, suffix
from pellucid.executors.native.memory import load
from pellucid.executors.native.narrow import Edge, edge_of, emit_narrow, narrow_units
from pellucid.executors.native.target import Target
from pellucid.executors.native.tiling import Contraction, Tiling, tiling

I1, I8, I32, I64 = ir.IntType(1), ir.IntType(8), ir.IntType(32), ir.IntType(64)
Store = Callable[[Any, Any, Any, Any], None]
Scratch = Callable[[ir.Type, int], ir.Value]

STEPS = 4  # of k in one turn of the loop: counting must not take cycles from multiplying


def tiles(spec: Contraction, target: Target) -> int:
    """How many tiles there are; they are independent."""
    if not spec.m or not spec.n:
        return 0
    main, edge = _parted(spec, target)
    cut = tiling(main, target)
    return cut.blocks * cut.panels + (narrow_units(edge) if edge else 0)


def _parted(spec: Contraction, target: Target) -> tuple[Contraction, Edge | None]:
    """The columns that fill vectors, and the few beside them."""
    edge = edge_of(spec, target.lanes(spec.dtype))
    return (replace(spec, n=edge.first) if edge else spec), edge


def emit_contraction(  # noqa: PLR0913, PLR0917 (what to compute, with what, and where to)
    builder: ir.IRBuilder,
    target: Target,
    spec: Contraction,
    operands: tuple[ir.Value, ir.Value],
    units: tuple[ir.Value, ir.Value],
    store: Store,
    scratch: Scratch,
) -> None:
    """Code for the tiles from `units[0]` up to `units[1]`.

    `operands`: where A and B begin. `store(row, column, vector, mask)` is called, while code
    is generated, with each finished vector of C; it emits what is done with it.
    `scratch(kind, count)` gives memory on the stack.
    """
    if not spec.m or not spec.n:
        return
    main, edge = _parted(spec, target)
    cut = tiling(main, target)
    product = _Product(builder, cut, main, operands, store, scratch)
    if edge is None:
        product.emit(*units)
        return
    count = I64(cut.blocks * cut.panels)
    begin, end = units
    first = builder.select(builder.icmp_signed("<", end, count), end, count)
    product.emit(begin, first)
    rest = builder.select(builder.icmp_signed(">", begin, count), begin, count)
    beyond = (builder.sub(rest, count), builder.sub(end, count))
    emit_narrow(builder, spec, edge, operands, beyond, (store, scratch))


class _Product:
    """The emission of one product."""

    def __init__(
        self,
        builder: ir.IRBuilder,
        cut: Tiling,
        spec: Contraction,
        operands: tuple[ir.Value, ir.Value],
        store: Store,
        scratch: Scratch,
    ) -> None:
        self.b, self.cut, self.spec, self.store = builder, cut, spec, store
        self.left, self.right = operands
        self.size = spec.dtype.itemsize
        self.kind = lanes_type(spec.dtype, cut.lanes)
        self.fma = declared(builder, f"llvm.fma.{suffix(self.kind)}", self.kind, [self.kind] * 3)
        self.tile = scratch(self.kind, cut.rows * cut.vectors)
        self.packed = scratch(self.kind, spec.k * cut.vectors) if cut.packs else None

    def emit(self, begin: ir.Value, end: ir.Value) -> None:
        """Tiles in order of panels, so that a packed panel serves many blocks of rows."""
        b, blocks = self.b, I64(self.cut.blocks)
        after = b.udiv(b.add(end, I64(self.cut.blocks - 1)), blocks)
        with counted(b, b.udiv(begin, blocks), after) as panel:
            start = b.mul(panel, blocks)
            first = self._largest(b.sub(begin, start), I64(0))
            last = self._smallest(b.sub(end, start), blocks)
            self._choose(
                panel,
                self.cut.panels,
                self._is_ragged(),
                lambda final: self._panel(panel, first, last, final),
            )

    def _largest(self, x: ir.Value, y: ir.Value) -> ir.Value:
        return self.b.select(self.b.icmp_signed(">", x, y), x, y)

    def _smallest(self, x: ir.Value, y: ir.Value) -> ir.Value:
        return self.b.select(self.b.icmp_signed("<", x, y), x, y)

    def _is_ragged(self) -> bool:
        """Whether the last panel is narrower than the others."""
        return self.spec.n != self.cut.panels * self.cut.vectors * self.cut.lanes

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

    def _panel(self, panel: ir.Value, first: ir.Value, last: ir.Value, final: bool) -> None:
        """The blocks of rows from `first` to `last` of one panel."""
        b, cut = self.b, self.cut
        column = b.mul(panel, I64(cut.vectors * cut.lanes))
        columns = cut.vectors * cut.lanes
        if final:
            columns = self.spec.n - (cut.panels - 1) * columns
        vectors, rest = -(-columns // cut.lanes), columns % cut.lanes
        masks = [None] * vectors
        if rest:
            lanes = [I1(i < rest) for i in range(cut.lanes)]
            masks[-1] = ir.Constant(ir.VectorType(I1, cut.lanes), lanes)
        if cut.packs:
            self._pack(column, masks)
        with counted(b, first, last) as block:
            row = b.mul(block, I64(cut.rows))
            short = self.spec.m % cut.rows
            self._choose(
                block,
                cut.blocks,
                short != 0,
                lambda final: self._tile(row, short if final else cut.rows, column, masks),
            )
            left = b.sub(I64(self.spec.m), row)
            self._hand_out(row, self._smallest(left, I64(cut.rows)), column, masks)

    def _pack(self, column: ir.Value, masks: list[Any]) -> None:
        """Copy a panel of B so that its rows follow each other without gaps."""
        b = self.b
        with counted(b, I64(0), I64(self.spec.k)) as k:
            first = b.mul(k, I64(len(masks)))
            row = self._row_of_b(k, column, masks, self.spec, self.cut.lanes)
            for j, vector in enumerate(row):
                place = b.gep(self.packed, [b.add(first, I64(j))], source_etype=self.kind)
                b.store(vector, place)

    # ---- a tile in registers -----------------------------------------------------------------

    def _tile(self, row: ir.Value, rows: int, column: ir.Value, masks: list[Any]) -> None:
        """One tile, from the loop over k to the stack."""
        for i, total in enumerate(self._sums(row, rows, column, masks)):
            self.b.store(total, self.b.gep(self.tile, [I64(i)], source_etype=self.kind))

    def _hand_out(self, row: ir.Value, rows: ir.Value, column: ir.Value, masks: list[Any]) -> None:
        """The finished rows of a tile, vector by vector: the code is there once for all rows."""
        b, vectors = self.b, len(masks)
        with counted(b, I64(0), rows) as i:
            for j, mask in enumerate(masks):
                place = b.add(b.mul(i, I64(vectors)), I64(j))
                vector = b.load(b.gep(self.tile, [place], source_etype=self.kind), typ=self.kind)
                self.store(b.add(row, i), b.add(column, I64(j * self.cut.lanes)), vector, mask)

    def _sums(self, row: ir.Value, rows: int, column: ir.Value, masks: list[Any]) -> list[ir.Value]:
        """The sums over k, row by row: a loop of several steps at a time, then the rest."""
        b = self.b
        zeros = [ir.Constant(self.kind, None)] * (rows * len(masks))
        steps = STEPS if rows == self.cut.rows else 1
        whole = self.spec.k // steps * steps
        before = b.block
        head, body, after = (b.append_basic_block(n) for n in ("k", "multiply", "sums"))
        b.branch(head)
        b.position_at_end(head)
        k = b.phi(I64)
        k.add_incoming(I64(0), before)
        sums = [b.phi(self.kind) for _ in zeros]
        b.cbranch(b.icmp_signed("<", k, I64(whole)), body, after)
        b.position_at_end(body)
        totals: list[ir.Value] = list(sums)
        for step in range(steps):
            totals = self._step(b.add(k, I64(step)), totals, row, column, masks)
        for phi, zero, total in zip(sums, zeros, totals, strict=True):
            phi.add_incoming(zero, before)
            phi.add_incoming(total, body)
        k.add_incoming(b.add(k, I64(steps)), body)
        b.branch(head)
        b.position_at_end(after)
        totals = list(sums)
        for step in range(whole, self.spec.k):
            totals = self._step(I64(step), totals, row, column, masks)
        return totals

    def _step(
        self, k: ir.Value, totals: list[ir.Value], row: ir.Value, column: ir.Value, masks: list[Any]
    ) -> list[ir.Value]:
        """The totals after one more k."""
        line = self._line(k, column, masks)
        start = self._address(self.left, row, k, self.spec.a_strides)
        result = []
        for i in range(len(totals) // len(line)):
            element = self._broadcast(start, i * self.spec.a_strides[0])
            for j, vector in enumerate(line):
                total = totals[i * len(line) + j]
                result.append(self.b.call(self.fma, [element, vector, total]))
        return result

    def _line(self, k: ir.Value, column: ir.Value, masks: list[Any]) -> list[ir.Value]:
        """Row k of the panel, from the packed copy where there is one."""
        b, spec, lanes = self.b, self.spec, self.cut.lanes
        if self.packed is not None:
            start = b.gep(self.packed, [b.mul(k, I64(len(masks)))], source_etype=self.kind)
            places = [b.gep(start, [I64(j)], source_etype=self.kind) for j in range(len(masks))]
            return [b.load(place, typ=self.kind) for place in places]
        return self._row_of_b(k, column, masks, spec, lanes)

    def _row_of_b(
        self, k: ir.Value, column: ir.Value, masks: list[Any], spec: Contraction, lanes: int
    ) -> list[ir.Value]:
        """Row k of the panel, from B itself."""
        start, along = self._address(self.right, k, column, spec.b_strides), spec.b_strides[1]
        return [
            load(
                self.b,
                self._moved(start, j * lanes * along),
                spec.dtype,
                lanes,
                stride=along,
                mask=mask,
            ).value
            for j, mask in enumerate(masks)
        ]

    def _address(
        self, base: ir.Value, row: ir.Value, column: ir.Value, strides: tuple[int, int]
    ) -> ir.Value:
        """Where element (row, column) of a matrix lies."""
        b = self.b
        element = b.add(b.mul(row, I64(strides[0])), b.mul(column, I64(strides[1])))
        return b.gep(base, [b.mul(element, I64(self.size))], source_etype=I8)

    def _moved(self, address: ir.Value, elements: int) -> ir.Value:
        """An address some elements further on."""
        return self.b.gep(address, [I64(elements * self.size)], source_etype=I8)

    def _broadcast(self, start: ir.Value, elements: int) -> ir.Value:
        """One element in all lanes."""
        place = self._moved(start, elements)
        return load(self.b, place, self.spec.dtype, self.cut.lanes, stride=0).value


__all__ = ["Contraction", "Tiling", "emit_contraction", "tiles", "tiling"]
