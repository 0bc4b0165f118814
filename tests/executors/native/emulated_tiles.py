"""Tile registers in memory: the emitter's own code runs on CPUs that have none.

    TILED           the CPU that runs this, with 512-bit vectors and said to have tile registers
    EmulatedTiles   each instruction as plain code, on a tile file of the function's own
    on_tiles        inside, programs are made for TILED and run so
    by_name         inside, products too that are made for the CPU called NAME
    in_tile_order   a product, with every sum in the order of the instruction

What the CPU would refuse ends the process: tiles that are used before they are configured or after
they were released, or a configuration that is none. After the release all is nan.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llvmlite import ir

from pellucid.executors.native.ir import tiled_products
from pellucid.executors.native.llvm import tile_registers
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.functions import call, called
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.tile_registers import LINE, ROWS, TILES
from pellucid.executors.native.llvm.types import I1, I8, I32, I64, POINTER, VOID, repeated, zeros
from pellucid.executors.native.llvm.vectors import block_of, carried, lanes_below
from pellucid.executors.native.machine import target as targets

REAL = tile_registers.TileRegisters
I16 = ir.IntType(16)
LANES, STEP = LINE // 4, 2 * ROWS
PAIRS, FLOATS = (ir.VectorType(kind, LANES) for kind in (I32, ir.FloatType()))

HERE = targets.host()
OTHERS = ",".join(part for part in HERE.features.split(",") if "amx" not in part)
WITH = f"{OTHERS},+amx-tile,+amx-bf16"
TILED = replace(HERE, name="avx512", vector_bytes=64, registers=32, features=WITH)
NAME = "tiled"


class EmulatedTiles(REAL):
    """The same operations, of which each instruction is code that works on memory."""

    def __init__(self, b: ir.IRBuilder, scratch: Callable[[ir.Type, int], ir.Value]) -> None:
        super().__init__(b, scratch)
        self.file = scratch(I8, TILES * ROWS * LINE)
        self.told = scratch(I8, LINE)
        self._fill(self.told, 0, LINE)

    def _call(self, name: str, *values: ir.Value) -> None:
        getattr(self, f"_{name}")(*values)

    # ---- memory ------------------------------------------------------------------------------

    def _fill(self, place: ir.Value, byte: int, count: int) -> None:
        called(self.b, "llvm.memset.p0.i64", VOID, place, I8(byte), I64(count), I1(0))

    def _further(self, place: ir.Value, count: Index | int) -> ir.Value:
        found = self.b.gep(place, [Index(self.b, count).raw], source_etype=I8)
        found.type = POINTER  # llvmlite may know what it leads to, LLVM does not
        return found

    def _row(self, tile: int, row: Index | int) -> ir.Value:
        return self._further(self.file, Index(self.b, row) * LINE + tile * ROWS * LINE)

    def _require(self, condition: ir.Value) -> None:
        with self.b.if_then(self.b.not_(condition)):
            called(self.b, "llvm.trap", VOID)

    def _shape(self, tile: int) -> tuple[Index, Index]:
        """How many rows a tile has, and numbers of 32 bits in each; it must have some."""
        rows = self.b.load(self._further(self.told, 48 + tile), typ=I8)
        line = self.b.load(self._further(self.told, 16 + 2 * tile), typ=I16, align=1)
        self._require(self.b.icmp_unsigned("!=", rows, I8(0)))
        width = Index(self.b, self.b.zext(line, I64)) // 4
        return Index(self.b, self.b.zext(rows, I64)), width

    # ---- instructions ------------------------------------------------------------------------

    def _ldtilecfg(self, place: ir.Value) -> None:
        whole = ir.VectorType(I8, LINE)
        read = self.b.load(self._further(place, 0), typ=whole, align=1)
        self.b.store(read, self._further(self.told, 0), align=1)
        first = self.b.load(self._further(self.told, 0), typ=I16, align=1)
        self._require(self.b.icmp_unsigned("==", first, I16(1)))
        self._fill(self.file, 0, TILES * ROWS * LINE)

    def _tilerelease(self) -> None:
        self._fill(self.told, 0, LINE)
        self._fill(self.file, 0xFF, TILES * ROWS * LINE)

    def _tilezero(self, tile: ir.Constant) -> None:
        self._shape(tile.constant)
        self._fill(self._row(tile.constant, 0), 0, ROWS * LINE)

    def _tileloadd64(self, tile: ir.Constant, place: ir.Value, pitch: ir.Constant) -> None:
        rows, width = self._shape(tile.constant)
        self._fill(self._row(tile.constant, 0), 0, ROWS * LINE)
        mask = lanes_below(self.b, LANES, width.raw)
        with counted(self.b, 0, rows) as row:
            line = self._further(place, row * pitch.constant)
            values = (line, I32(1), mask, zeros(PAIRS))
            read = called(self.b, "llvm.masked.load.v16i32.p0", PAIRS, *values)
            self.b.store(read, self._row(tile.constant, row), align=1)

    def _tilestored64(self, tile: ir.Constant, place: ir.Value, pitch: ir.Constant) -> None:
        rows, width = self._shape(tile.constant)
        mask = lanes_below(self.b, LANES, width.raw)
        with counted(self.b, 0, rows) as row:
            line = self.b.load(self._row(tile.constant, row), typ=PAIRS, align=1)
            target = self._further(place, row * pitch.constant)
            called(self.b, "llvm.masked.store.v16i32.p0", VOID, line, target, I32(1), mask)

    def _tdpbf16ps(self, sums: ir.Constant, left: ir.Constant, right: ir.Constant) -> None:
        b = self.b
        rows, _ = self._shape(sums.constant)
        _, depth = self._shape(left.constant)
        with counted(b, 0, rows) as row:
            a_row = self._row(left.constant, row)

            def turn(pair: ir.Value, apart: list[ir.Value]) -> list[ir.Value]:
                k = Index(b, pair)
                one = b.load(self._further(a_row, k * 4), typ=I32, align=1)
                both = (
                    repeated(b, one, LANES),
                    b.load(self._row(right.constant, k), typ=PAIRS, align=1),
                )
                return [self._added(total, *both, n) for n, total in enumerate(apart)]

            nothing = [zeros(FLOATS)] * 2
            first, second = carried(b, I64(0), depth.raw, 1, nothing, turn)
            place = self._row(sums.constant, row)
            before = b.load(place, typ=FLOATS, align=1)
            b.store(b.fadd(before, b.fadd(first, second)), place, align=1)

    def _added(self, total: ir.Value, left: ir.Value, right: ir.Value, number: int) -> ir.Value:
        """The total with the products of the first or second numbers of pairs."""
        floats = []
        for pairs in (left, right):
            sixteen = repeated(self.b, I32(16), LANES)
            upper = pairs if number else self.b.shl(pairs, sixteen)
            kept = self.b.shl(self.b.lshr(upper, sixteen), sixteen)
            floats.append(self.b.bitcast(kept, FLOATS))
        return call(self.b, "fma", *floats, total)


@contextmanager
def on_tiles(folder: Path | None = None, *, permitted: bool = True) -> Iterator[None]:
    """Inside, programs are made for TILED; `folder`: where they are kept, as others are not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tile_registers, "TileRegisters", EmulatedTiles)
        patch.setattr(tiled_products, "permitted", lambda: permitted)
        patch.setattr(targets, "host", lambda: TILED)
        if folder is not None:
            patch.setenv("PELLUCID_CACHE", str(folder))
        yield


def in_tile_order(a: Any, b: Any) -> Any:
    """The sums as specified: of every 32 of k those of even and of odd ones apart, in blocks."""
    k = a.shape[1]
    depth = block_of(k, STEP) or max(k, 1)
    total = np.zeros((len(a), b.shape[1]), np.float32)
    for begin in range(0, k, depth):
        sums = np.zeros_like(total)
        for first in range(begin, min(begin + depth, k), STEP):
            apart = [np.zeros_like(total), np.zeros_like(total)]
            for each in range(first, min(first + STEP, begin + depth, k)):
                # Products are exact, so this is rounded once.
                apart[(each - first) % 2] += np.outer(a[:, each], b[each])
            sums += apart[0] + apart[1]
        total = sums if begin == 0 else total + sums
    return total


@contextmanager
def by_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Inside, NAME is the name of TILED, and products for it run here."""
    forced = targets.forced
    monkeypatch.setattr(targets, "forced", lambda name: TILED if name == NAME else forced(name))
    with on_tiles():
        yield
