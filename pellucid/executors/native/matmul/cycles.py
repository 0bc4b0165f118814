"""Estimated cycles of the ways to compute a product, on one thread.

outer_cycles        tiles by outer products
inner_cycles        columns by inner products; inner_rows: how many rows meet them at a time
swapped_cycles      columns with vectors down the rows; swapped_vectors: how many vectors

A core begins two multiply-adds and two loads of vectors in a cycle, and the result of a
multiply-add is there after four: so the optimization manuals of Intel and AMD for the cores since
Haswell and Zen 2. All other numbers are chosen: nothing was written down of how they were found.
Only the order of the estimates matters, as they choose a tiling and nothing else.

Measured on 28 Nov 2026 for 14 products from 1 x 784 x 50 to 256 x 784 x 256 (float32, AMD EPYC with
AVX-512, one thread of a busy machine, minima of 25 rounds): the tiling with the fewest estimated
cycles took 1.00 to 1.09 times as long as the best of up to 24 others, in the median 1.016.
"""

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.matmul.cuts import Contraction, Tiling, is_crowded

LATENCY = 4  # cycles from a multiply-add to the next one on the same sum
# Sums of a tile, below which what is late is not made up, and what that costs for each k. With
# vectors of 32 bytes, tiles of 2 rows by 4 vectors reach 75 to 84 % of the peak in a product of
# 256 x 1024 x 1024, 3 by 3 reach 82 to 85, 6 by 2 reach 87 to 89 (29 Nov 2026, Zen 4, one thread).
SPARE_SUMS, LATE = 12, 0.4
LINE_BYTES = 64
# Chosen; in cycles, if nothing else is said.
LOAD = 0.1  # of each load, even where loads do not limit: the rate falls with their number
TURN = 0.7  # of counting, for each k
UNALIGNED, PERHAPS_ALIGNED = 2.0, 1.5  # loads that a vector counts for: it may lie in two lines
CROWDING = 0.75  # for a vector, for each row whose lines share sets of the cache with it
TILE, RESULT = 20, 2  # to begin a tile, and to hand out each of its vectors
PACKING = 2.0  # of a vector of B
READ_BYTES = 32  # of A that come in a cycle, for each panel again
# As long, where a tile finds what it needs of A side by side. Chosen: x^T dy of 1024 x 256 x 1024
# with AVX2 fell from 6.1 to 5.6 ms, of 128 x 1792 x 512 from 4.3 to 2.6 (29 Nov 2026, Zen 4).
COPIED = 0.25
TWO_HEIGHTS = 1.03  # times as long, where the last tile is lower: that is twice the code
TURNING = 6.0  # to turn a number of B, so that columns become lines
GROUP_ROWS = 48  # of a unit whose rows share more than their tile: whole tiles of 4, 6, 8, 12 or 16
MOST_LINES = 16  # rows of inner products at a time: addresses take registers, too


# ---- tiles -----------------------------------------------------------------------------------


def outer_cycles(spec: Contraction, cut: Tiling, width: int) -> float:
    """Cycles of the tiles of the whole product, which cover `width` vectors of columns."""
    whole, remainder = divmod(spec.m, cut.rows)
    weight = _vector_loads(spec, cut)

    def of_panel(vectors: int) -> float:
        low = _tile_step(remainder, vectors, weight)
        late = LATE if 8 <= cut.rows * vectors < SPARE_SUMS else 0.0
        return whole * (_tile_step(cut.rows, vectors, weight) + late) + low

    panels, last = divmod(width, cut.vectors)
    steps = panels * of_panel(cut.vectors)
    if last:
        steps += of_panel(last)
    tiles = ceil_div(spec.m, cut.rows) * ceil_div(width, cut.vectors)
    starting = tiles * _tile_start(spec, cut)
    packing = PACKING * width * spec.k if cut.packs_b else 0.0
    size_of_a = spec.m * spec.k * spec.dtype.itemsize
    reading = cut.panels * size_of_a / READ_BYTES
    if cut.packs_a:
        reading *= COPIED
    seen = _share_seen(spec, cut) if spec.veiled else 1.0
    cycles = steps * seen * spec.k + starting + packing + reading
    return cycles * (TWO_HEIGHTS if remainder else 1.0)


def _share_seen(spec: Contraction, cut: Tiling) -> float:
    """Which part of all tiles reaches to the diagonal of C, or below it."""
    columns = range(0, spec.n, cut.lanes * cut.vectors)
    rows = range(0, spec.m, cut.rows)
    seen = sum(ceil_div(spec.m - max(0, column - cut.rows + 1), cut.rows) for column in columns)
    return min(1.0, seen / (len(columns) * len(rows)))


def _vector_loads(spec: Contraction, cut: Tiling) -> float:
    """How many loads the load of a vector of B counts as."""
    if cut.packs_b or spec.block:
        return 1.0
    row_bytes = spec.b_strides[0] * spec.dtype.itemsize
    return UNALIGNED if row_bytes % LINE_BYTES else PERHAPS_ALIGNED


def _tile_step(rows: int, vectors: int, weight: float) -> float:
    """Cycles of a tile for each k."""
    if not rows or not vectors:
        return 0.0
    loads = weight * vectors + rows
    return _limit(rows * vectors, loads) + LOAD * loads + TURN


def _limit(sums: int, loads: float) -> float:
    """Cycles that multiply-adds, loads, or waiting for a result take for each k."""
    waiting = 1 if sums < 4 else 2 if sums < 8 else LATENCY
    return max(sums / 2, loads / 2, waiting)


def _tile_start(spec: Contraction, cut: Tiling) -> float:
    """Cycles to begin a tile and to hand it out."""
    crowding = CROWDING * cut.rows if is_crowded(spec) else 0.0
    return TILE + (RESULT + crowding) * cut.rows * cut.vectors


# ---- inner products --------------------------------------------------------------------------


def inner_rows(columns: int, most: int, registers: int) -> int:
    """How many rows are multiplied by some columns at a time: at most `most`, in equal parts."""
    fit = (registers - 1 - columns) // columns
    rows = max(1, min(most, MOST_LINES, fit))
    if most <= MOST_LINES:
        return ceil_div(most, ceil_div(most, rows))
    return rows


def inner_cycles(spec: Contraction, columns: int, lanes: int, registers: int) -> float:
    """Cycles of inner products of a row with some columns."""
    rows = inner_rows(columns, spec.m, registers)
    sums = rows * columns
    chains = 1 if sums >= 8 else 2 if sums >= 4 else 4
    weight = UNALIGNED if spec.k % lanes else PERHAPS_ALIGNED
    loads = (rows + columns) * weight
    limit = max(sums / 2, loads / 2, LATENCY / chains)
    step = limit + LOAD * loads + TURN
    turning = 0.0
    if spec.b_strides[0] != 1:
        turning = TURNING * lanes * spec.k / lanes / max(spec.m, 1)
    # At the end the lanes of all sums are added.
    return (ceil_div(spec.k, lanes) * step + 3 * sums + 15) / rows + turning


# ---- vectors down the rows -------------------------------------------------------------------


def swapped_vectors(columns: int, group: int, lanes: int, registers: int) -> int:
    """How many vectors of rows are multiplied by some columns at a time."""
    # A single column waits for memory alone, and that is read best in short pieces.
    most = 4
    if columns > 1:
        most = min(8, (registers - 1) // (columns + 1))
    return max(1, min(ceil_div(group, lanes), most))


def swapped_cycles(spec: Contraction, columns: int, lanes: int, registers: int) -> float:
    """Cycles of some columns with vectors down the rows."""
    group = min(spec.m, GROUP_ROWS)
    vectors = swapped_vectors(columns, group, lanes, registers)
    step = _limit(vectors * columns, 2 * vectors + columns) + 1.5
    tiles = ceil_div(spec.m, vectors * lanes)
    handing_out = vectors * (lanes * 3 + 2 * columns)
    return tiles * (step * spec.k + 30 + handing_out)
