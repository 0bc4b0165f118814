"""A product of matrices, and a way to cut it.

Contraction     sizes, dtype and strides of a product
Tiling          how its result is cut, and what is copied on the way
is_far          whether a matrix lies column by column, and the columns far apart
is_spread       whether what a tile needs of A lies in more lines than stay in the nearest cache
is_crowded      whether tiles are to be low, as rows of C share sets of the cache
"""

from dataclasses import dataclass

from pellucid.memory import LINE
from pellucid.primitives.base import DType

# Where no measurement stands beside a number, none was kept: it is chosen for the reason given.
FAR_BYTES = 2048  # chosen: half a page, so that rows further apart share few pages: packing pays
NEAREST_LINES = 512  # of a cache of 32 KiB, the first one of most cores
WRITING_DEPTH = 12  # of k; chosen: products with less take as long to write as to compute
PERIOD_BYTES = 4096  # of 64 sets of 64 bytes: lines so far apart share one (x86-64, ARM64)


@dataclass(frozen=True)
class Contraction:
    """C (m, n) = A (m, k) B (k, n). Strides count elements: (from row to row, along a row).

    Where B is `scattered`, its rows begin anywhere; its strides are an estimate of how far apart.
    Where it is `light`, what is done with each finished vector is so little code that many
    copies of it cost nothing. With a `block`, units are blocks of so many rows with all columns,
    and B lies in panels, as `packed_panels` copies it; its strides are those of the original.
    Where it is `lower`, A is square, and 0 right of its diagonal; where not, left of it; None says
    nothing. Where it is `veiled`, C is not asked for right of its diagonal, and may be 0 there.
    In `pairs`: all numbers of A and B are bfloat16, and are multiplied as such.
    """

    m: int
    n: int
    k: int
    dtype: DType
    a_strides: tuple[int, int]
    b_strides: tuple[int, int]
    scattered: bool = False
    light: bool = False
    block: int = 0
    pairs: bool = False
    lower: bool | None = None
    veiled: bool = False


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
        count = self.columns
        if final:
            count = n - (self.panels - 1) * self.columns
        if self.tail == "masked":
            return count, 0
        whole = 0
        if self.vectors:
            whole = count // self.lanes * self.lanes
        return whole, count - whole


def is_far(strides: tuple[int, int], dtype: DType) -> bool:
    """Whether a matrix lies column by column, and the columns far apart."""
    down, along = strides
    return down == 1 and along * dtype.itemsize >= FAR_BYTES


def is_spread(spec: Contraction) -> bool:
    """Whether A lies column by column, not far apart, and a line for each k fills the first cache.

    So it is where weights meet all steps of a loop, or all places of images: one tile after the
    other then reads all of A from further away.
    """
    down, along = spec.a_strides
    lies_apart = down == 1 and LINE <= along * spec.dtype.itemsize < FAR_BYTES
    return lies_apart and spec.k > NEAREST_LINES and not spec.scattered


def is_crowded(spec: Contraction) -> bool:
    """Whether writing C takes most of the time, as its rows begin in the same sets of the cache."""
    row_bytes = spec.n * spec.dtype.itemsize
    return spec.k <= WRITING_DEPTH and row_bytes % PERIOD_BYTES == 0
