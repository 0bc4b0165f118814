"""How a matrix product is cut into tiles.

Contraction     sizes, dtype and strides of a product
Tiling          rows and vectors of a tile, and how many there are
tiling          the tiling with the fewest estimated cycles
"""

from dataclasses import dataclass
from functools import lru_cache

from pellucid.executors.native.target import Target
from pellucid.primitives.base import DType

MOST_VECTORS = 6  # of a tile: more would leave too few rows for the broadcasts to pay
FAR_BYTES = 2048  # rows of B further apart share few pages: packing pays
PACKED_BYTES = 512 * 1024  # a packed panel must stay in the second-level cache
REUSE = 3  # blocks of rows that must share a packed panel for packing to pay


@dataclass(frozen=True)
class Contraction:
    """C (m, n) = A (m, k) B (k, n). Strides count elements: (from row to row, along a row)."""

    m: int
    n: int
    k: int
    dtype: DType
    a_strides: tuple[int, int]
    b_strides: tuple[int, int]


@dataclass(frozen=True)
class Tiling:
    """C cut into `panels` of `vectors` vectors of columns, and `blocks` of `rows` rows."""

    rows: int
    vectors: int
    blocks: int
    panels: int
    lanes: int
    packs: bool


@lru_cache(maxsize=1024)
def tiling(spec: Contraction, target: Target) -> Tiling:
    """The tiling with the fewest estimated cycles."""
    lanes = target.lanes(spec.dtype)
    width = max(1, -(-spec.n // lanes))
    best: tuple[float, Tiling] | None = None
    for most in range(1, min(width, MOST_VECTORS) + 1):
        panels = -(-width // most)
        vectors = -(-width // panels)
        fit = (target.registers - 2 - vectors) // vectors
        for rows in range(1, max(1, min(fit, spec.m)) + 1):
            blocks = max(1, -(-spec.m // rows))
            cost = _cycles(spec, rows, vectors, width)
            found = Tiling(
                rows, vectors, blocks, panels, lanes, _packs(spec, blocks, vectors, lanes)
            )
            if best is None or cost < best[0]:
                best = (cost, found)
    if best is None:
        raise AssertionError("a register file holds at least one row")
    return best[1]


def _cycles(spec: Contraction, rows: int, vectors: int, width: int) -> float:
    """Estimated cycles for one k of the whole product, plus the cost of starting tiles."""

    def tile(r: int, v: int) -> float:
        # Two multiply-adds and two loads a cycle; the result of one is there after four. Loads
        # still cost a little where they do not limit: the rate falls with their number.
        loads = 1.5 * v + r
        return max(r * v / 2, loads / 2, 4) + 0.1 * loads + 0.7 if r and v else 0.0

    whole, rest = divmod(spec.m, rows)
    last = width % vectors
    cycles = 0.0
    for count, v in ((width // vectors, vectors), (1 if last else 0, last)):
        cycles += count * (whole * tile(rows, v) + tile(rest, v))
    tiles_in_all = -(-spec.m // rows) * -(-width // vectors)
    starting = tiles_in_all * (20 + rows * vectors) / max(spec.k, 1)
    # Tiles of one height need half the code.
    return (cycles + starting) * (1.03 if rest else 1.0)


def _packs(spec: Contraction, blocks: int, vectors: int, lanes: int) -> bool:
    size = spec.dtype.itemsize
    if spec.k * vectors * lanes * size > PACKED_BYTES or spec.k == 0:
        return False
    if spec.b_strides[1] != 1:
        return True
    return spec.b_strides[0] * size >= FAR_BYTES and blocks >= REUSE
