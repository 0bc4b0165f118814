"""Elements of a matrix product by inner products: a row of A times a column of B along k.

Lines           rows and columns that lie along k
inner_sums      some rows times some columns, as vectors of finished sums

For products with few columns, and where columns are left over beside whole vectors: lanes
run along k, so that none is idle.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.indices import Index, Number
from pellucid.executors.native.llvm.loads_and_stores import element_address
from pellucid.executors.native.llvm.types import I64
from pellucid.executors.native.llvm.vectors import Vectors, block_of, carried, summed
from pellucid.executors.native.matmul.outer_tiles import IN_FLIGHT, chains_added


@dataclass(frozen=True)
class Lines:
    """Lines along k, without gaps: addresses of their first elements."""

    rows: tuple[ir.Value, ...]
    columns: tuple[ir.Value, ...]

    @property
    def sums(self) -> int:
        """How many products of a row and a column there are."""
        return len(self.rows) * len(self.columns)


def inner_sums(v: Vectors, lines: Lines, k: int) -> list[ir.Value]:
    """The products of all rows with all columns, row by row, packed into vectors.

    k is dealt out over lanes, and over chains of sums where there are few; both are added at
    the end, in an order that depends on the sizes alone. Long sums are added in blocks.
    """
    count = lines.sums
    chains = _chains(count, k, v.lanes)
    step = chains * v.lanes  # of k in one turn
    in_turns = k // step * step
    whole = k // v.lanes * v.lanes
    totals = [v.zero] * (chains * count)
    block = block_of(in_turns // step, 1)
    elements = None if block is None else block * step
    span = I64(0), I64(in_turns)
    all_chains = partial(_turn, v, lines, chains)
    totals = summed(v, span, step, totals, all_chains, elements)
    if in_turns < whole:
        vector_by_vector = partial(_turn, v, lines, 1)
        begin, end = I64(in_turns), I64(whole)
        totals = carried(v.b, begin, end, v.lanes, totals, vector_by_vector)
    if whole < k:
        inside = v.first(k - whole)
        totals[:count] = _step(v, lines, whole, totals[:count], inside)
    sums = chains_added(v, totals, count)
    packed = []
    for i in range(0, count, v.lanes):
        packed.append(v.sums(sums[i : i + v.lanes]))
    return packed


def _chains(sums: int, k: int, lanes: int) -> int:
    """Over how many partial sums k is dealt out, so that few sums keep the core busy."""
    chains = 1
    while chains * sums < IN_FLIGHT and chains * lanes * 2 <= k:
        chains *= 2
    return chains


def _turn(
    v: Vectors, lines: Lines, chains: int, at: ir.Value, totals: list[ir.Value]
) -> list[ir.Value]:
    """The totals after a vector along k for each of some chains."""
    first = Index(v.b, at)
    for number in range(chains):
        begin = number * lines.sums
        chain = slice(begin, begin + lines.sums)
        place = first + number * v.lanes
        totals[chain] = _step(v, lines, place, totals[chain])
    return totals


def _step(
    v: Vectors, lines: Lines, at: Number, totals: list[ir.Value], mask: Any = None
) -> list[ir.Value]:
    """The totals after one more vector along k."""

    def vector(line: ir.Value) -> ir.Value:
        address = element_address(v.b, line, v.dtype, at)
        return v.load(address, 1, mask)

    columns = [vector(line) for line in lines.columns]
    old = iter(totals)
    new = []
    for line in lines.rows:
        row = vector(line)
        for column in columns:
            new.append(v.fma(row, column, next(old)))
    return new
