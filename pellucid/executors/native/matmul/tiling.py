"""How a matrix product is cut into tiles, chosen by estimated cycles.

Contraction     sizes, dtype and strides of a product
Tiling          how its result is cut, and what is copied on the way
tiling          the tiling with the fewest estimated cycles
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pellucid.executors.native.machine.target import Target
from pellucid.primitives.base import DType

MOST_VECTORS = 4  # of a tile: more would leave too few rows for the broadcasts to pay
FAR_BYTES = 2048  # rows further apart share few pages: packing pays
PACKED_BYTES = 256 * 1024  # a packed panel must stay in the second-level cache
LINES_BYTES = 128 * 1024  # the same for lines along k
PARTIAL_BYTES = 320 * 1024  # of sums that wait for the next block of k
BLOCK_ROWS = 384  # of A that are packed at a time: they must stay in the second-level cache
SPAN, FEWEST_SHARING = 12, 4  # panels that share them at the most, and at the least
MOST_STEPS = 4  # of k in one turn of the loop of a tile
FAR_DEPTH = 256  # lines of A in columns far apart: more share too few sets of the cache
MOST_LINES = 16  # rows of inner products at a time
REUSE = 3  # blocks of rows that must share a packed panel for packing to pay
WRITING_DEPTH = 12  # of k: products with less take as long to write as to compute
PERIOD_BYTES = 4096  # lines so far apart share a set of the first-level cache
CROWDING = 0.75  # cycles for a vector, for each row whose lines share sets with it
CROWDED_VECTORS = 8  # of a tile with few rows, where many would crowd
GROUP_ROWS = 48  # of a unit, where its rows share more than their tile


@dataclass(frozen=True)
class Contraction:
    """C (m, n) = A (m, k) B (k, n). Strides count elements: (from row to row, along a row).

    Where B is `scattered`, its rows begin anywhere, about as far apart as its strides say.
    Where it is `light`, what is done with each finished vector is so little code that many
    copies of it cost nothing.
    """

    m: int
    n: int
    k: int
    dtype: DType
    a_strides: tuple[int, int]
    b_strides: tuple[int, int]
    scattered: bool = False
    light: bool = False


@dataclass(frozen=True)
class Tiling:
    """C cut into panels of `columns` columns and groups of `group` rows: a unit is one of both.

    In a unit whole vectors of columns are computed as tiles of `rows` rows by `vectors`
    vectors. The columns that are left over in the last panel, or all of them where `vectors`
    is 0, are computed as `tail` says: `inner` products along k; `swapped`, with vectors down
    the rows; or with none left, as the vectors of tiles are `masked`.

    B is packed where `packs_b` says so; tiles take `depth` of k at a time. Where `packs_a` says
    so, A is packed too, a group of rows at a time, and a unit is one of these with `span` panels.
    """

    lanes: int
    rows: int
    vectors: int
    columns: int
    panels: int
    group: int
    groups: int
    tail: str
    registers: int
    packs_b: bool = False
    depth: int = 0
    packs_a: bool = False
    span: int = 1

    def of_panel(self, n: int, final: bool) -> tuple[int, int]:
        """How many columns of a panel tiles compute, and how many the tail."""
        count = n - (self.panels - 1) * self.columns if final else self.columns
        if self.tail == "masked":
            return count, 0
        whole = count // self.lanes * self.lanes if self.vectors else 0
        return whole, count - whole


def padded(count: int, lanes: int) -> int:
    """A count rounded up to whole vectors."""
    return -(-count // lanes) * lanes


@lru_cache(maxsize=1024)
def tiling(spec: Contraction, target: Target) -> Tiling:
    """The tiling with the fewest estimated cycles."""
    lanes = target.lanes(spec.dtype)
    _, best = min(_candidates(spec, lanes, target.registers), key=lambda found: found[0])
    return best


def _candidates(spec: Contraction, lanes: int, registers: int) -> Iterator[tuple[float, Tiling]]:
    rest = spec.n % lanes
    yield from _outer(spec, lanes, registers, -(-spec.n // lanes), "masked", 0.0)
    if spec.scattered:
        return
    if rest and spec.n > lanes and spec.k >= lanes:
        if _lines(spec, rest, lanes):
            cycles = _inner_cycles(spec, rest, lanes, registers) * spec.m
            yield from _outer(spec, lanes, registers, spec.n // lanes, "inner", cycles)
        # Large matrices go block by block, and a last vector costs them little.
        is_large = _is_far(spec) and spec.n > FEWEST_SHARING * MOST_VECTORS * lanes
        if spec.a_strides[0] == 1 and rest <= registers - 8 and not is_large:
            cycles = _swapped_cycles(spec, rest, lanes, registers)
            yield from _outer(spec, lanes, registers, spec.n // lanes, "swapped", cycles)
    if spec.k >= lanes and (spec.n <= lanes or (spec.m < 6 and spec.b_strides[0] == 1)):
        yield from _inner(spec, lanes, registers)
    if spec.n < lanes and spec.a_strides[0] == 1 and spec.n <= registers - 8:
        yield _swapped_cycles(spec, spec.n, lanes, registers), _swapped(spec, lanes, registers)


# ---- tiles -----------------------------------------------------------------------------------


def _outer(
    spec: Contraction, lanes: int, registers: int, width: int, tail: str, extra: float
) -> Iterator[tuple[float, Tiling]]:
    """Tilings whose tiles cover `width` vectors of columns; the tail costs `extra` cycles."""
    width = max(width, 1)
    # With a row or two there is nothing to share but the way through memory: long pieces pay.
    widest = MOST_VECTORS if spec.m > 2 else registers // (spec.m + 1) * 3 // 2
    if _crowded(spec):
        widest = max(widest, CROWDED_VECTORS)
    for most in range(1, min(width, widest) + 1):
        panels = -(-width // most)
        vectors = -(-width // panels)
        fit = (registers - 2 - vectors) // vectors
        for rows in range(1, max(1, min(fit, spec.m)) + 1):
            size, groups = vectors * lanes, -(-spec.m // rows)
            cut = Tiling(lanes, rows, vectors, size, panels, rows, groups, tail, registers)
            found = replace(cut, packs_b=_packs_b(spec, rows), depth=spec.k)
            cycles = _outer_cycles(spec, found, width)
            yield cycles + extra, _grouped(spec, found)


def _outer_cycles(spec: Contraction, cut: Tiling, width: int) -> float:
    """Estimated cycles of the tiles of the whole product."""
    unaligned = spec.b_strides[0] * spec.dtype.itemsize % 64 != 0 and not cut.packs_b
    weight = 1.0 if cut.packs_b else 2.0 if unaligned else 1.5

    def tile(r: int, v: int) -> float:
        # Two multiply-adds and two loads a cycle; the result of one is there after four. Loads
        # still cost a little where they do not limit: the rate falls with their number.
        loads = weight * v + r
        busy = 1 if r * v < 4 else 2 if r * v < 8 else 4
        return max(r * v / 2, loads / 2, busy) + 0.1 * loads + 0.7 if r and v else 0.0

    whole, rest = divmod(spec.m, cut.rows)
    last = width % cut.vectors
    cycles = 0.0
    for count, v in ((width // cut.vectors, cut.vectors), (1 if last else 0, last)):
        cycles += count * (whole * tile(cut.rows, v) + tile(rest, v))
    tiles_in_all = -(-spec.m // cut.rows) * -(-width // cut.vectors)
    crowding = CROWDING * cut.rows if _crowded(spec) else 0.0
    starting = tiles_in_all * (20 + (2 + crowding) * cut.rows * cut.vectors)
    packing = 2.0 * width * spec.k if cut.packs_b else 0.0
    reading = cut.panels * spec.m * spec.k * spec.dtype.itemsize / 32
    # Tiles of one height need half the code.
    return (cycles * spec.k + starting + packing + reading) * (1.03 if rest else 1.0)


def _crowded(spec: Contraction) -> bool:
    """Whether writing takes the time, and the rows of C begin in the same sets of the cache."""
    return spec.k <= WRITING_DEPTH and spec.n * spec.dtype.itemsize % PERIOD_BYTES == 0


def _is_far(spec: Contraction) -> bool:
    """Whether A lies transposed, and its lines far apart."""
    return spec.a_strides[0] == 1 and spec.a_strides[1] * spec.dtype.itemsize >= FAR_BYTES


def _packs_b(spec: Contraction, rows: int) -> bool:
    if spec.b_strides[1] != 1:
        return spec.k > 0
    return spec.b_strides[0] * spec.dtype.itemsize >= FAR_BYTES and spec.m >= REUSE * rows


def _grouped(spec: Contraction, cut: Tiling) -> Tiling:
    """How much of k is done at a time, and how many rows make a unit."""
    vector_bytes = cut.lanes * spec.dtype.itemsize
    most = PACKED_BYTES // (cut.vectors * vector_bytes)
    if _is_far(spec):
        most = min(most, FAR_DEPTH)
        if spec.k and cut.packs_b and cut.tail == "masked" and cut.panels >= FEWEST_SHARING:
            return _in_blocks(spec, replace(cut, depth=_depth(spec.k, most, cut.lanes)))
    if cut.packs_b and spec.k > most:
        depth = _depth(spec.k, most, cut.lanes)
        fit = PARTIAL_BYTES // (vector_bytes * cut.vectors * cut.rows) * cut.rows
        group = min(fit, padded(spec.m, cut.rows))
        return replace(cut, group=group, groups=-(-spec.m // group), depth=depth)
    if cut.tail != "swapped":
        return cut
    group = _group(spec.m, cut.rows, cut.lanes)
    return replace(cut, group=group, groups=-(-spec.m // group))


def _in_blocks(spec: Contraction, cut: Tiling) -> Tiling:
    """The same with A packed, in groups and runs of panels that are nearly equal."""
    group = padded(_equal_part(spec.m, BLOCK_ROWS), cut.rows)
    span = _equal_part(cut.panels, SPAN)
    return replace(cut, packs_a=True, group=group, groups=-(-spec.m // group), span=span)


def _depth(k: int, most: int, lanes: int) -> int:
    """How much of k is done at a time: all, or whole turns and squares; the last is no less."""
    if k <= most:
        return k
    least = max(lanes, MOST_STEPS)
    depth = padded(_equal_part(k, most), least)
    while 0 < k % depth < least < depth:
        depth -= least
    return k if 0 < k % depth < least else depth


def _equal_part(count: int, most: int) -> int:
    """The size of each part if a count is cut into as few nearly equal ones as allowed."""
    return -(-count // -(-count // most))


def _group(m: int, rows: int, lanes: int) -> int:
    """How many rows make a unit: whole tiles, and nearly whole vectors."""
    choices = [rows * i for i in range(1, max(1, min(GROUP_ROWS, m) // rows) + 1)]
    return min(choices, key=lambda g: (padded(g, lanes) / g + 4 / g, g))


# ---- inner products --------------------------------------------------------------------------


def _lines(spec: Contraction, columns: int, lanes: int) -> bool:
    """Whether rows of A and columns of B can be had as lines along k."""
    size = columns * padded(spec.k, lanes) * spec.dtype.itemsize
    return spec.a_strides[1] == 1 and (spec.b_strides[0] == 1 or size <= LINES_BYTES)


def inner_rows(columns: int, most: int, registers: int) -> int:
    """How many rows meet some columns at a time, of `most`: nearly the same each time."""
    fit = max(1, min(most, MOST_LINES, (registers - 1 - columns) // columns))
    return -(-most // -(-most // fit)) if most <= MOST_LINES else fit


def _inner_cycles(spec: Contraction, columns: int, lanes: int, registers: int) -> float:
    """Estimated cycles of inner products of a row with some columns."""
    rows = inner_rows(columns, spec.m, registers)
    sums = rows * columns
    chains = 1 if sums >= 8 else 2 if sums >= 4 else 4
    loads = (rows + columns) * (2.0 if spec.k % lanes else 1.5)
    step = max(sums / 2, loads / 2, 4 / chains) + 0.1 * loads + 0.7
    turn = 0.0 if spec.b_strides[0] == 1 else 6.0 * lanes * spec.k / lanes / max(spec.m, 1)
    return (-(-spec.k // lanes) * step + 3 * sums + 15) / rows + turn


def _inner(spec: Contraction, lanes: int, registers: int) -> Iterator[tuple[float, Tiling]]:
    """Tilings with inner products alone."""
    for columns in range(1, min(lanes, spec.n) + 1):
        if _lines(spec, columns, lanes):
            panels, rows = -(-spec.n // columns), inner_rows(columns, spec.m, registers)
            cycles = _inner_cycles(spec, columns, lanes, registers)
            cycles *= padded(spec.m, rows) * panels
            group = rows * max(1, min(8, spec.m // rows))
            groups = -(-spec.m // group)
            cut = Tiling(lanes, rows, 0, columns, panels, group, groups, "inner", registers)
            yield cycles, replace(cut, depth=spec.k)


# ---- vectors down the rows -------------------------------------------------------------------


def swapped_vectors(columns: int, group: int, lanes: int, registers: int) -> int:
    """How many vectors of rows meet some columns at a time."""
    # A single column waits for memory alone, and that is read best in short pieces.
    most = min(8, (registers - 1) // (columns + 1)) if columns > 1 else 4
    return max(1, min(padded(group, lanes) // lanes, most))


def _swapped_cycles(spec: Contraction, columns: int, lanes: int, registers: int) -> float:
    """Estimated cycles of some columns with vectors down the rows."""
    vectors = swapped_vectors(columns, min(spec.m, GROUP_ROWS), lanes, registers)
    sums = vectors * columns
    busy = 1 if sums < 4 else 2 if sums < 8 else 4
    step = max(sums / 2, (2 * vectors + columns) / 2, busy) + 1.5
    tiles = -(-spec.m // (vectors * lanes))
    return tiles * (step * spec.k + 30 + vectors * (lanes * 3 + 2 * columns))


def _swapped(spec: Contraction, lanes: int, registers: int) -> Tiling:
    """Few columns: all with vectors down the rows."""
    vectors = swapped_vectors(spec.n, spec.m, lanes, registers)
    group = vectors * lanes
    groups = -(-spec.m // group)
    cut = Tiling(lanes, 1, 0, max(spec.n, 1), 1, group, groups, "swapped", registers)
    return replace(cut, depth=spec.k)
