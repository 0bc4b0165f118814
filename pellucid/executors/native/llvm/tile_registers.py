"""Tile registers in code: squares of 1 KiB, and products of bfloat16 pairs in them.

ROWS, LINE          of a tile: 16 rows of 64 bytes, which are 16 floats or 16 pairs
CONFIGURATION       what the CPU is told of its eight tiles, as bytes
TileRegisters       the operations, one line each: what writes products asks for nothing else

A tile of sums takes, for each of its rows and columns, the products of 16 pairs of k: those of the
first numbers of pairs, from 0 in the order of k, and those of the second ones likewise; both sums
are added to one another, then to what the tile holds. Each step is rounded once, and denormal
numbers are 0, whatever the CPU is set to.

Source: Intel, Software Developer's Manual, volume 2, LDTILECFG and TDPBF16PS.
"""

from collections.abc import Callable

from llvmlite import ir

from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.types import I8, I64, VOID, listed

ROWS = 16
LINE = 64  # bytes of a row
TILES = 8
PALETTE = 1

# Palette and first row; from byte 16 on the bytes of a row of each tile, in two bytes; from byte 48
# on their rows.
CONFIGURATION = (
    bytes([PALETTE, 0]).ljust(16, b"\0")
    + (LINE.to_bytes(2, "little") * TILES).ljust(32, b"\0")
    + bytes([ROWS] * TILES).ljust(16, b"\0")
)


class TileRegisters:
    """Operations on the tiles 0 to 7 at a builder; `scratch(kind, count)` gives memory."""

    def __init__(self, b: ir.IRBuilder, scratch: Callable[[ir.Type, int], ir.Value]) -> None:
        self.b = b
        self.memory = scratch(ir.VectorType(I8, len(CONFIGURATION)), 1)

    def begin(self) -> None:
        """Make all tiles squares that hold 0."""
        told = listed(I8, list(CONFIGURATION))
        self.b.store(told, self.memory, align=LINE)
        self._call("ldtilecfg", self.memory)

    def end(self) -> None:
        """Give the tiles back: the kernel has nothing to keep of them."""
        self._call("tilerelease")

    def zero(self, tile: int) -> None:
        """A tile of zeros."""
        self._call("tilezero", I8(tile))

    def load(self, tile: int, place: ir.Value, pitch: int) -> None:
        """Rows from memory, `pitch` bytes apart."""
        self._call("tileloadd64", I8(tile), place, I64(pitch))

    def store(self, tile: int, place: ir.Value, pitch: int) -> None:
        """The rows of a tile, `pitch` bytes apart."""
        self._call("tilestored64", I8(tile), place, I64(pitch))

    def add_products(self, sums: int, left: int, right: int) -> None:
        """Add to sums what rows of pairs give with columns of pairs."""
        self._call("tdpbf16ps", I8(sums), I8(left), I8(right))

    def _call(self, name: str, *values: ir.Value) -> None:
        called(self.b, f"llvm.x86.{name}", VOID, *values)
