"""Elements of a matrix product by inner products: a row of A times a column of B along k.

inner_sums      some rows times some columns, as vectors of finished sums

For products with few columns, and where columns are left over beside whole vectors: lanes
run along k, so that none is idle.
"""

from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.llvm.lanes import I64, scalar_type
from pellucid.executors.native.llvm.vectors import Vectors, block_of, carried, summed
from pellucid.executors.native.matmul.outer_tiles import IN_FLIGHT


@dataclass(frozen=True)
class Lines:
    """Lines along k, without gaps: addresses of their first elements."""

    rows: tuple[ir.Value, ...]
    columns: tuple[ir.Value, ...]


def inner_sums(v: Vectors, lines: Lines, k: int) -> list[ir.Value]:
    """The products of all rows with all columns, row by row, packed into vectors.

    k is dealt out over lanes, and over chains of sums where there are few; both are added at
    the end, in an order that depends on the sizes alone. Long sums are added in blocks.
    """
    b, count = v.b, len(lines.rows) * len(lines.columns)
    chains = 1
    while chains * count < IN_FLIGHT and chains * v.lanes * 2 <= k:
        chains *= 2
    totals = [v.zero] * (chains * count)
    whole = k // v.lanes * v.lanes
    turns = k // (chains * v.lanes) * (chains * v.lanes)

    def turn(at: ir.Value, totals: list[ir.Value], steps: int) -> list[ir.Value]:
        for step in range(steps):
            part = slice(step * count, (step + 1) * count)
            place = b.add(at, I64(step * v.lanes))
            totals[part] = _step(v, lines, place, totals[part], None)
        return totals

    stride = chains * v.lanes
    block = block_of(turns // stride, 1)
    block = None if block is None else block * stride
    span = I64(0), I64(turns)
    totals = summed(v, span, stride, totals, lambda i, t: turn(i, t, chains), block)
    if turns < whole:
        totals = carried(b, I64(turns), I64(whole), v.lanes, totals, lambda i, t: turn(i, t, 1))
    if whole < k:
        totals[:count] = _step(v, lines, I64(whole), totals[:count], v.first(k - whole))
    while len(totals) > count:
        half = len(totals) // 2
        totals = [b.fadd(x, y) for x, y in zip(totals[:half], totals[half:], strict=True)]
    return [v.sums(totals[i : i + v.lanes]) for i in range(0, count, v.lanes)]


def _step(
    v: Vectors, lines: Lines, at: ir.Value, totals: list[ir.Value], mask: ir.Value | None
) -> list[ir.Value]:
    """The totals after one more vector along k."""
    kind = scalar_type(v.dtype)
    columns = [v.load(v.b.gep(line, [at], source_etype=kind), 1, mask) for line in lines.columns]
    result = []
    for i, line in enumerate(lines.rows):
        row = v.load(v.b.gep(line, [at], source_etype=kind), 1, mask)
        for j, column in enumerate(columns):
            result.append(v.fma(row, column, totals[i * len(columns) + j]))
    return result
