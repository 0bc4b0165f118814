"""A tile of a matrix product by outer products: a column of A times a row of B for each k.

outer_sums      the sums of a tile, in registers
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.lanes import I64
from pellucid.executors.native.llvm.loads_and_stores import ask_for
from pellucid.executors.native.llvm.vectors import Vectors, block_of, carried, summed
from pellucid.executors.native.matmul.matrices import Matrix, Turned, Walk
from pellucid.executors.native.matmul.tiling import FAR_BYTES, FAR_DEPTH, MOST_STEPS
from pellucid.memory import LINE

STEPS = 2  # of k in one turn of the loop: counting must not take cycles from multiplying;
# up to MOST_STEPS where there are so few sums that each must be dealt out over several
AHEAD = 8  # how many k before its use a column of A is asked for, if they lie far apart
IN_FLIGHT = 8  # multiply-adds that a core works on at a time: two, each for four cycles


Meanwhile = Callable[[ir.Value], None]  # emits what else is done in a turn that begins at some k


@dataclass(frozen=True)
class Tile:
    """Rows by vectors of columns, each with the mask of its lanes; k steps in all.

    At most `depth` of k are computed at a time. A `rare` tile is computed once in a while: its
    code is kept short. The rows of A below are asked for `ahead`, into that cache, if it is not 0.
    """

    rows: int
    masks: tuple[Any, ...]
    k: int
    depth: int
    rare: bool = False
    ahead: int = 0

    @property
    def sums(self) -> int:
        """How many vectors of sums it has."""
        return self.rows * len(self.masks)

    @property
    def steps(self) -> int:
        """How many k one turn of the loop takes: a power of two."""
        is_long = self.rare or self.rows == 1
        steps = 1 if is_long and self.sums >= IN_FLIGHT else STEPS
        while steps < MOST_STEPS and steps * self.sums < IN_FLIGHT:
            steps *= 2
        while steps > max(self.k, 1):
            steps //= 2
        return steps

    @property
    def chains(self) -> int:
        """Over how many partial sums k is dealt out, so that few sums keep the core busy."""
        chains = 1
        while chains < self.steps and chains * self.sums < IN_FLIGHT:
            chains *= 2
        return chains


def outer_sums(
    v: Vectors,
    tile: Tile,
    operands: tuple[Matrix, Matrix],
    depth: tuple[Any, Any],
    meanwhile: Sequence[Meanwhile] = (),
) -> list[ir.Value]:
    """The sums over k from `depth[0]` to `depth[1]` of a[:, k] b[k, :].

    The operands: a from the tile's first row on, and b from its first column on. k runs in
    order in each of the tile's chains, and the chains are added at the end; long sums are added
    in blocks. `meanwhile`: what else is to be done in a turn of the loop.
    """
    (a, b), (begin, end) = operands, depth
    code, chains, steps = v.b, tile.chains, tile.steps
    down, following = a.down(code, tile.rows), _following(v, tile, a)
    totals = [v.zero] * (chains * tile.sums)
    whole = end
    if tile.k % steps:
        whole = code.add(begin, code.and_(code.sub(end, begin), I64(-steps)))

    def turn(k: ir.Value, totals: list[ir.Value], steps: int) -> list[ir.Value]:
        columns, rows = down(k, steps), b.rows_from(code, k, steps)
        for each in meanwhile:
            each(k)
        if tile.ahead and not tile.rare:
            within = code.and_(k, I64(LINE // a.dtype.itemsize - 1))
            with code.if_then(code.icmp_signed("==", within, I64(0))):
                for place in following(k, 1)[0]:
                    ask_for(code, place, level=tile.ahead)
        for step, place in enumerate(zip(columns, rows, strict=True)):
            first = step % chains * tile.sums
            last = first + tile.sums
            totals[first:last] = _step(v, tile, (a, b), place, totals[first:last])
        return totals

    span, block = (begin, whole), block_of(tile.depth, steps)
    totals = summed(v, span, steps, totals, lambda k, t: turn(k, t, steps), block)
    if tile.k % steps:
        totals = carried(code, whole, end, 1, totals, lambda k, t: turn(k, t, 1))
    while len(totals) > tile.sums:
        half = len(totals) // 2
        totals = [code.fadd(x, y) for x, y in zip(totals[:half], totals[half:], strict=True)]
    return totals


def _following(v: Vectors, tile: Tile, a: Matrix) -> Walk:
    """The walk along the rows of the tile below: they may come from afar."""
    if not tile.ahead:
        return a.down(v.b, 0)
    return a.part(v.b, tile.rows, 0).down(v.b, tile.rows)


def _step(
    v: Vectors,
    tile: Tile,
    operands: tuple[Matrix, Matrix],
    place: tuple[list[ir.Value], ir.Value],
    totals: list[ir.Value],
) -> list[ir.Value]:
    """The totals after one more k; `place`: where its column of a lies and its row of b begins."""
    (a, b), (column, row), along = operands, place, operands[1].strides[1]
    line = [
        v.load(b.moved(v.b, row, j * v.lanes * along), along, mask)
        for j, mask in enumerate(tile.masks)
    ]
    if a.strides[0] == 1 and a.strides[1] * a.dtype.itemsize >= FAR_BYTES:
        if not isinstance(a, Turned):
            ask_for(v.b, a.moved(v.b, column[0], AHEAD * a.strides[1]))
        if tile.k > FAR_DEPTH or isinstance(a, Turned):
            # More than the cache keeps, or anywhere: what the tiles after it will need.
            ask_for(v.b, a.moved(v.b, column[0], LINE // a.dtype.itemsize))
    result = []
    for i in range(tile.rows):
        element = v.load(column[i], 0)
        for j, vector in enumerate(line):
            result.append(v.fma(element, vector, totals[i * len(line) + j]))
    return result
