"""The few columns of a product that do not fill a vector, computed another way.

    narrow_columns      how many columns at the right edge of C are better done here
    narrow_units        how many independent pieces of work they are
    emit_narrow         the code for a range of them

A masked vector with two columns in sixteen lanes costs as much as a full one. Where the rows
of A lie in memory without gaps, each element is instead a sum along k, lanes apart, joined at
the end; where its columns do, lanes run over rows of C.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import counted
from pellucid.executors.native.lanes import Lanes, declared, lanes_type, suffix
from pellucid.executors.native.memory import load

I1, I8, I32, I64 = ir.IntType(1), ir.IntType(8), ir.IntType(32), ir.IntType(64)

SHARE = 4  # at most a quarter of a vector counts as narrow
MOST_SUMS = 24  # in registers at once
LINES = 4  # vectors of rows side by side


@dataclass(frozen=True)
class Edge:
    """The narrow columns: `count` of them, from column `first` on, of a product (m, k)."""

    m: int
    k: int
    first: int
    count: int
    lanes: int
    dots: bool  # sums along k; else lanes run over rows

    @property
    def rows(self) -> int:
        """Rows of C in a unit."""
        if self.dots:
            return max(1, min(8, MOST_SUMS // self.count, self.m))
        return LINES * self.lanes


def edge_of(spec: Any, lanes: int) -> Edge | None:
    """The narrow columns of a product, if it has any."""
    count = spec.n % lanes
    if not 0 < count * SHARE <= lanes or spec.n < lanes or spec.k < lanes:
        return None
    dots = spec.a_strides[1] == 1
    if not dots and (spec.a_strides[0] != 1 or spec.m < LINES * lanes):
        return None
    return Edge(spec.m, spec.k, spec.n - count, count, lanes, dots)


def narrow_units(edge: Edge) -> int:
    """How many independent pieces of work there are."""
    return -(-edge.m // edge.rows)


def emit_narrow(
    b: ir.IRBuilder,
    spec: Any,
    edge: Edge,
    operands: tuple[ir.Value, ir.Value],
    units: tuple[ir.Value, ir.Value],
    memory: tuple[Callable[..., None], Callable[[ir.Type, int], ir.Value]],
) -> None:
    """Code for units of the narrow columns; `memory` is (store, scratch) of the product."""
    work = _Narrow(b, spec, edge, operands, memory)
    begin, end = units
    if edge.dots:
        with b.if_then(b.icmp_signed("<", begin, end)):
            work.pack()
            with counted(b, begin, end) as unit:
                work.by_dots(b.mul(unit, I64(edge.rows)))
    else:
        with counted(b, begin, end) as unit:
            work.by_lines(b.mul(unit, I64(edge.rows)))


class _Narrow:
    """The emission of the narrow columns."""

    def __init__(
        self,
        b: ir.IRBuilder,
        spec: Any,
        edge: Edge,
        operands: tuple[ir.Value, ir.Value],
        memory: tuple[Callable[..., None], Callable[[ir.Type, int], ir.Value]],
    ) -> None:
        self.b, self.spec, self.edge = b, spec, edge
        self.left, self.right = operands
        self.store, scratch = memory
        self.size = spec.dtype.itemsize
        self.scalar = lanes_type(spec.dtype, 1)
        self.kind = lanes_type(spec.dtype, edge.lanes)
        self.fma = declared(b, f"llvm.fma.{suffix(self.kind)}", self.kind, [self.kind] * 3)
        self.steps = -(-edge.k // edge.lanes)
        self.packed = scratch(self.kind, edge.count * self.steps) if edge.dots else None
        # Numbers are read from it; what is written are numbers for dots, vectors for lines.
        self.found = (
            scratch(self.scalar, edge.count * edge.rows)
            if edge.dots
            else scratch(self.kind, edge.count * LINES)
        )

    def _mask(self, count: int) -> Any:
        lanes = self.edge.lanes
        kind = ir.VectorType(I1, lanes)
        return ir.Constant(kind, [I1(i < count) for i in range(lanes)])

    def _at(self, base: ir.Value, row: Any, column: Any, strides: tuple[int, int]) -> ir.Value:
        b = self.b
        element = b.add(b.mul(row, I64(strides[0])), b.mul(column, I64(strides[1])))
        return b.gep(base, [b.mul(element, I64(self.size))], source_etype=I8)

    def _found_at(self, row: Any, column: int) -> ir.Value:
        """Where the element for a row of the unit is kept until it is handed out."""
        place = self.b.add(I64(column * self.edge.rows), row)
        return self.b.gep(self.found, [place], source_etype=self.scalar)

    # ---- sums along k ------------------------------------------------------------------------

    def pack(self) -> None:
        """The columns of B, each without gaps, and zeros up to a whole vector."""
        whole = self.edge.k // self.edge.lanes
        with counted(self.b, I64(0), I64(whole)) as step:
            self._pack_step(step, None)
        if whole < self.steps:
            self._pack_step(I64(whole), self._mask(self.edge.k % self.edge.lanes))

    def _pack_step(self, step: ir.Value, mask: Any) -> None:
        b, edge = self.b, self.edge
        k = b.mul(step, I64(edge.lanes))
        for j in range(edge.count):
            address = self._at(self.right, k, I64(edge.first + j), self.spec.b_strides)
            stride = self.spec.b_strides[0]
            part = load(b, address, self.spec.dtype, edge.lanes, stride=stride, mask=mask)
            b.store(part.value, self._packed_at(step, j))

    def _packed_at(self, step: ir.Value, j: int) -> ir.Value:
        b = self.b
        place = b.add(b.mul(step, I64(self.edge.count)), I64(j))
        return b.gep(self.packed, [place], source_etype=self.kind)

    def by_dots(self, row: ir.Value) -> None:
        """One unit: sums along k for some rows; rows past the end repeat the last one."""
        b, edge = self.b, self.edge
        last = I64(edge.m - 1)
        places = [b.add(row, I64(i)) for i in range(edge.rows)]
        rows = [b.select(b.icmp_signed("<", place, last), place, last) for place in places]
        whole = edge.k // edge.lanes
        sums = self._loop(whole, lambda k, totals: self._dot_step(k, totals, rows, None))
        if whole < self.steps:
            mask = self._mask(edge.k % edge.lanes)
            sums = self._dot_step(I64(whole), sums, rows, mask)
        for i in range(edge.rows):
            for j in range(edge.count):
                total = Lanes(b, sums[i * edge.count + j], self.spec.dtype)
                b.store(total.folded(_added).value, self._found_at(I64(i), j))
        left = b.sub(I64(edge.m), row)
        count = b.select(b.icmp_signed("<", left, I64(edge.rows)), left, I64(edge.rows))
        self._hand_out(row, I64(0), count)

    def _dot_step(
        self, step: ir.Value, totals: list[ir.Value], rows: list[ir.Value], mask: Any
    ) -> list[ir.Value]:
        b, edge = self.b, self.edge
        k = b.mul(step, I64(edge.lanes))
        columns = [b.load(self._packed_at(step, j), typ=self.kind) for j in range(edge.count)]
        result = []
        for i, row in enumerate(rows):
            address = self._at(self.left, row, k, self.spec.a_strides)
            line = load(b, address, self.spec.dtype, edge.lanes, stride=1, mask=mask).value
            for j, column in enumerate(columns):
                total = totals[i * edge.count + j]
                result.append(b.call(self.fma, [line, column, total]))
        return result

    # ---- lanes over rows ---------------------------------------------------------------------

    def by_lines(self, row: ir.Value) -> None:
        """One unit: vectors of rows; the last unit begins earlier, to be as long as the others."""
        b, edge = self.b, self.edge
        latest = I64(edge.m - edge.rows)
        start = b.select(b.icmp_signed("<", row, latest), row, latest)
        sums = self._loop(edge.k, partial(self._line_step, start))
        for v in range(LINES):
            for j in range(edge.count):
                place = b.gep(self.found, [I64(j * LINES + v)], source_etype=self.kind)
                b.store(sums[v * edge.count + j], place)
        self._hand_out(start, b.sub(row, start), I64(edge.rows))

    def _line_step(self, start: ir.Value, k: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
        b, edge, dtype = self.b, self.edge, self.spec.dtype
        numbers = []
        for j in range(edge.count):
            address = self._at(self.right, k, I64(edge.first + j), self.spec.b_strides)
            numbers.append(load(b, address, dtype, edge.lanes, stride=0).value)
        result = []
        for v in range(LINES):
            row = b.add(start, I64(v * edge.lanes))
            address = self._at(self.left, row, k, self.spec.a_strides)
            line = load(b, address, dtype, edge.lanes, stride=1).value
            for j, number in enumerate(numbers):
                total = totals[v * edge.count + j]
                result.append(b.call(self.fma, [line, number, total]))
        return result

    # ---- both --------------------------------------------------------------------------------

    def _loop(
        self, count: int, step: Callable[[ir.Value, list[ir.Value]], list[ir.Value]]
    ) -> list[ir.Value]:
        """Sums in registers while a counter runs up to `count`."""
        b, edge = self.b, self.edge
        many = edge.count * (edge.rows if edge.dots else LINES)
        zero, before = ir.Constant(self.kind, None), b.block
        head, body, after = (b.append_basic_block(n) for n in ("narrow", "add", "added"))
        b.branch(head)
        b.position_at_end(head)
        index = b.phi(I64)
        index.add_incoming(I64(0), before)
        sums = [b.phi(self.kind) for _ in range(many)]
        b.cbranch(b.icmp_signed("<", index, I64(count)), body, after)
        b.position_at_end(body)
        totals = step(index, list(sums))
        for phi, total in zip(sums, totals, strict=True):
            phi.add_incoming(zero, before)
            phi.add_incoming(total, body)
        index.add_incoming(b.add(index, I64(1)), body)
        b.branch(head)
        b.position_at_end(after)
        return list(sums)

    def _hand_out(self, row: ir.Value, begin: ir.Value, end: ir.Value) -> None:
        """Rows of the unit, each as the first lanes of a vector."""
        b, edge = self.b, self.edge
        mask = self._mask(edge.count)
        with counted(b, begin, end) as i:
            vector = ir.Constant(self.kind, None)
            for j in range(edge.count):
                number = b.load(self._found_at(i, j), typ=self.scalar)
                vector = b.insert_element(vector, number, I32(j))
            self.store(b.add(row, i), I64(edge.first), vector, mask)


def _added(a: Lanes, b: Lanes) -> Lanes:
    return a + b
