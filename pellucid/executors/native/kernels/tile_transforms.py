"""The transforms of tiles, on vectors in registers, one for each place of a tile.

    spread      a matrix times places; its rows come in pairs, for points of opposite sign
    gathered    the same for one whose columns come in pairs
    both_axes   a transform along one axis, then along the other

For a point and its opposite the even powers are the same and the odd ones differ in sign: each
part is summed once for both.
"""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.types import repeated, scalar_type
from pellucid.executors.native.llvm.vectors import Vectors

Line = list[ir.Value]  # the places of a tile along one axis
Terms = list[tuple[float, ir.Value]]  # factors, and what they multiply
Way = Callable[[Vectors, Any, Line], Line]  # `spread` or `gathered`
Pair = tuple[Any, Any]  # the matrices of columns and of rows


def spread(v: Vectors, matrix: Any, line: Line) -> Line:
    """The rows of a matrix times the places of a line: the first, pairs, the last."""
    rows = [list(zip(row, line, strict=True)) for row in matrix.tolist()]
    sums = [_sum(v, rows[0])]
    for row in rows[1:-1:2]:
        sums += _both_signs(v, row[0::2], row[1::2])
    sums.append(_sum(v, rows[-1]))
    return sums


def _both_signs(v: Vectors, even: Terms, odd: Terms) -> Line:
    """The even part with the odd part added, and taken away."""
    terms = [term for term in odd if term[0]]
    leading, _ = terms[-1]
    whole = [(factor / leading, x) for factor, x in terms]
    even_sum = _sum(v, even)
    odd_sum = _sum(v, whole)
    return [_sum(v, [(1.0, even_sum), (sign * leading, odd_sum)]) for sign in (1, -1)]


def gathered(v: Vectors, matrix: Any, line: Line) -> Line:
    """The rows of a matrix times the places of a line, of which those between come in pairs."""
    first, *between, last = line
    pairs = list(zip(between[0::2], between[1::2], strict=True))
    sums = [v.b.fadd(x, y) for x, y in pairs]
    differences = [v.b.fsub(x, y) for x, y in pairs]
    results = []
    for row in matrix.tolist():
        parts = sums if row[1] == row[2] else differences
        factors = row[1:-1:2]
        of_pairs = zip(factors, parts, strict=True)
        terms = [(row[0], first), *of_pairs, (row[-1], last)]
        results.append(_sum(v, terms))
    return results


def _sum(v: Vectors, terms: Terms) -> ir.Value:
    """The sum of some terms: those without a factor come first, and those with 0 not at all."""
    own = [term for term in terms if term[0]]
    own.sort(key=lambda term: term[0] != 1.0)
    factor, total = own[0]
    if factor != 1.0:
        total = v.b.fmul(_everywhere(v, factor), total)
    for factor, x in own[1:]:
        is_whole = factor == 1.0
        total = v.b.fadd(total, x) if is_whole else v.fma(_everywhere(v, factor), x, total)
    return total


def _everywhere(v: Vectors, number: float) -> ir.Value:
    """A number in all lanes."""
    constant = ir.Constant(scalar_type(v.dtype), number)
    return repeated(v.b, constant, v.lanes)


def both_axes(v: Vectors, way: Way, matrices: Pair, rows: Sequence[Line]) -> list[Line]:
    """The rows of a tile: their columns times one matrix, then the rows times the other."""
    down, along = matrices
    columns = [way(v, down, list(column)) for column in zip(*rows, strict=True)]
    return [way(v, along, list(row)) for row in zip(*columns, strict=True)]
