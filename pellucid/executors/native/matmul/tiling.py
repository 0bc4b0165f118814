"""How a matrix product is cut into tiles, chosen by estimated cycles.

tiling          the tiling with the fewest estimated cycles
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pellucid.executors.native.counting import ceil_div, equal_part, padded
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.cuts import (
    FAR_BYTES,
    Contraction,
    Tiling,
    is_crowded,
    is_far,
    is_spread,
)
from pellucid.executors.native.matmul.cycles import (
    GROUP_ROWS,
    inner_cycles,
    inner_rows,
    outer_cycles,
    swapped_cycles,
    swapped_vectors,
)

# Sizes of caches are those of the cores since Zen 2 and Ice Lake: 32 kB at least in the first
# level, 512 kB in the second. Which part of one is taken is chosen, if nothing else is said.
MOST_VECTORS = 4  # of a tile: more would leave too few rows for the broadcasts to pay
CROWDED_VECTORS = 8  # of a tile with few rows, where many would crowd
PACKED_BYTES = 256 * 1024  # half the second level: a packed panel must stay there
LINES_BYTES = 128 * 1024  # a quarter of it, for lines along k: A is read beside them
PARTIAL_BYTES = 320 * 1024  # of sums that wait for the next block of k, in the second level
# Rows of A packed at a time, which take 384 kB of the second level with FAR_DEPTH of k, and how
# many panels share them at the most, and at the least. Chosen; with these, x^T dy of 1024^3 rose
# from 71 to 86 % of the peak, of 1024 x 256 x 1024 from 76 to 85 (26 Nov 2026, AVX-512).
BLOCK_ROWS = 384
SPAN, FEWEST_SHARING = 12, 4
MOST_STEPS = 4  # of k in one turn of the loop of a tile: as many as a multiply-add takes cycles
FAR_DEPTH = 256  # lines of A in columns far apart: more share too few sets of the cache
REUSE = 3  # blocks of rows that must share a packed panel for packing to pay
SWAPPED_SPARE = 8  # registers that are not for columns, where vectors lie down the rows


@dataclass(frozen=True)
class _Candidate:
    """A tiling, and the cycles that it is thought to take."""

    cycles: float
    cut: Tiling


@lru_cache(maxsize=1024)
def tiling(spec: Contraction, target: Target) -> Tiling:
    """The tiling with the fewest estimated cycles."""
    lanes = target.lanes(spec.dtype)
    candidates = _Candidates(spec, lanes, target.registers)
    return min(candidates.all(), key=lambda candidate: candidate.cycles).cut


class _Candidates:
    """The tilings of a product that are worth a thought."""

    def __init__(self, spec: Contraction, lanes: int, registers: int) -> None:
        self.spec = spec
        self.lanes = lanes
        self.registers = registers

    def all(self) -> Iterator[_Candidate]:
        """All of them."""
        spec = self.spec
        lanes = self.lanes
        yield from self._tiled(ceil_div(spec.n, lanes), "masked")
        if spec.scattered or spec.block:
            return
        remainder = spec.n % lanes
        if remainder and spec.n > lanes and spec.k >= lanes:
            yield from self._with_remainder(remainder)
        is_flat = spec.m < 6 and spec.b_strides[0] == 1
        is_narrow = spec.n <= lanes or is_flat
        if is_narrow and spec.k >= lanes:
            yield from self._inner()
        if spec.n < lanes and self._can_be_swapped(spec.n):
            yield self._swapped()

    # ---- tiles -------------------------------------------------------------------------------

    def _with_remainder(self, columns: int) -> Iterator[_Candidate]:
        """Tiles for whole vectors of columns, and something else for those beside them."""
        spec = self.spec
        lanes = self.lanes
        registers = self.registers
        if self._has_lines(columns):
            cycles = inner_cycles(spec, columns, lanes, registers) * spec.m
            yield from self._tiled(spec.n // lanes, "inner", cycles)
        # Large matrices go block by block, and a last vector costs them little.
        is_wide = spec.n > FEWEST_SHARING * MOST_VECTORS * lanes
        is_large = is_wide and is_far(spec.a_strides, spec.dtype)
        if self._can_be_swapped(columns) and not is_large:
            cycles = swapped_cycles(spec, columns, lanes, registers)
            yield from self._tiled(spec.n // lanes, "swapped", cycles)

    def _tiled(self, width: int, tail: str, extra: float = 0.0) -> Iterator[_Candidate]:
        """Tilings whose tiles cover `width` vectors of columns; the tail costs `extra` cycles."""
        spec = self.spec
        width = max(width, 1)
        widest = min(width, self._widest())
        for most in range(1, widest + 1):
            panels = ceil_div(width, most)
            vectors = ceil_div(width, panels)
            for rows in self._heights(vectors):
                cut = _grouped(spec, self._tiles(rows, vectors, panels, tail))
                cycles = outer_cycles(spec, cut, width) + extra
                yield _Candidate(cycles, cut)

    def _widest(self) -> int:
        """How many vectors of columns a tile may have."""
        widest = MOST_VECTORS
        rows = self.spec.m
        if rows <= 2:
            # Nothing is shared but the way through memory: long pieces pay.
            widest = self.registers // (rows + 1) * 3 // 2
        return max(widest, CROWDED_VECTORS) if is_crowded(self.spec) else widest

    def _heights(self, vectors: int) -> list[int]:
        """How many rows a tile may have; a block is whole tiles."""
        heights = range(1, self._highest(vectors) + 1)
        block = self.spec.block
        return [rows for rows in heights if block % rows == 0]

    def _highest(self, vectors: int) -> int:
        """How many rows a tile may have: beside the sums, B and an element of A need registers."""
        fit = (self.registers - 2 - vectors) // vectors
        return max(1, min(fit, self.spec.m))

    def _tiles(self, rows: int, vectors: int, panels: int, tail: str) -> Tiling:
        spec = self.spec
        groups = ceil_div(self.spec.m, rows)
        columns = vectors * self.lanes
        cut = Tiling(self.lanes, rows, vectors, columns, panels, rows, groups, tail, self.registers)
        packs_b = _packs_b(spec, rows)
        return replace(cut, packs_b=packs_b, depth=spec.k)

    # ---- inner products ----------------------------------------------------------------------

    def _has_lines(self, columns: int) -> bool:
        """Whether rows of A, and columns of B, lie without gaps along k, or can be copied so."""
        spec = self.spec
        length = padded(spec.k, self.lanes)
        size = columns * length * spec.dtype.itemsize
        has_columns = spec.b_strides[0] == 1 or size <= LINES_BYTES
        return spec.a_strides[1] == 1 and has_columns

    def _inner(self) -> Iterator[_Candidate]:
        """Tilings with inner products alone."""
        spec = self.spec
        lanes = self.lanes
        registers = self.registers
        for columns in range(1, min(lanes, spec.n) + 1):
            if not self._has_lines(columns):
                continue
            panels = ceil_div(spec.n, columns)
            rows = inner_rows(columns, spec.m, registers)
            of_row = inner_cycles(spec, columns, lanes, registers)
            cycles = of_row * (padded(spec.m, rows) * panels)
            group = rows * max(1, min(8, spec.m // rows))
            groups = ceil_div(spec.m, group)
            cut = Tiling(lanes, rows, 0, columns, panels, group, groups, "inner", registers)
            yield _Candidate(cycles, replace(cut, depth=spec.k))

    # ---- vectors down the rows ---------------------------------------------------------------

    def _can_be_swapped(self, columns: int) -> bool:
        """Whether the columns of A have no gaps, and so many columns of B fit the registers."""
        return self.spec.a_strides[0] == 1 and columns <= self.registers - SWAPPED_SPARE

    def _swapped(self) -> _Candidate:
        """Few columns: all with vectors down the rows."""
        spec = self.spec
        lanes = self.lanes
        registers = self.registers
        group = swapped_vectors(spec.n, spec.m, lanes, registers) * lanes
        groups = ceil_div(spec.m, group)
        columns = max(spec.n, 1)
        cut = Tiling(lanes, 1, 0, columns, 1, group, groups, "swapped", registers)
        cycles = swapped_cycles(spec, spec.n, lanes, registers)
        return _Candidate(cycles, replace(cut, depth=spec.k))


# ---- groups of rows, and blocks of k ---------------------------------------------------------


def _packs_b(spec: Contraction, rows: int) -> bool:
    """Whether B is packed: where it must be, or where its rows are far apart and used often."""
    down, along = spec.b_strides
    if spec.block:
        return False
    if along != 1:
        return spec.k > 0
    return down * spec.dtype.itemsize >= FAR_BYTES and spec.m >= REUSE * rows


def _grouped(spec: Contraction, cut: Tiling) -> Tiling:
    """How much of k is done at a time, and how many rows make a unit."""
    panel_bytes = cut.lanes * spec.dtype.itemsize * cut.vectors  # for one k
    most = PACKED_BYTES // panel_bytes
    if is_far(spec.a_strides, spec.dtype) or _is_copied(spec, cut.lanes):
        most = min(most, FAR_DEPTH)
        if spec.k and cut.packs_b and cut.tail == "masked" and cut.panels >= FEWEST_SHARING:
            depth = _depth(spec.k, most, cut.lanes)
            return _in_blocks(spec, replace(cut, depth=depth))
    if cut.packs_b and spec.k > most:
        fit = PARTIAL_BYTES // (panel_bytes * cut.rows) * cut.rows
        group = min(fit, padded(spec.m, cut.rows))
        depth = _depth(spec.k, most, cut.lanes)
        return _with_group(spec, replace(cut, depth=depth), group)
    if cut.tail != "swapped":
        return cut
    group = _group(spec.m, cut.rows, cut.lanes)
    return _with_group(spec, cut, group)


def _is_copied(spec: Contraction, lanes: int) -> bool:
    """Whether A is spread, and read again for more panels than share one copy."""
    return is_spread(spec) and spec.n > SPAN * MOST_VECTORS * lanes


def _with_group(spec: Contraction, cut: Tiling, group: int) -> Tiling:
    groups = ceil_div(spec.m, group)
    return replace(cut, group=group, groups=groups)


def _in_blocks(spec: Contraction, cut: Tiling) -> Tiling:
    """The same with A packed, in groups and runs of panels that are nearly equal.

    There are at least two of both where A is spread, so that threads can share them.
    """
    least = 2 if is_spread(spec) else 1
    group = padded(equal_part(spec.m, min(BLOCK_ROWS, ceil_div(spec.m, least))), cut.rows)
    span = equal_part(cut.panels, min(SPAN, ceil_div(cut.panels, least)))
    grouped = _with_group(spec, cut, group)
    return replace(grouped, packs_a=True, span=span)


def _depth(k: int, most: int, lanes: int) -> int:
    """How much of k is done at a time: all, or whole turns and squares; the last is no less."""
    if k <= most:
        return k
    least = max(lanes, MOST_STEPS)
    depth = padded(equal_part(k, most), least)
    while 0 < k % depth < least < depth:
        depth -= least
    return k if 0 < k % depth < least else depth


def _group(m: int, rows: int, lanes: int) -> int:
    """How many rows make a unit: whole tiles, and nearly whole vectors."""
    most = max(1, min(GROUP_ROWS, m) // rows)
    choices = [rows * i for i in range(1, most + 1)]

    def cost(group: int) -> tuple[float, int]:
        return padded(group, lanes) / group + 4 / group, group

    return min(choices, key=cost)
