"""Tile registers in code: what the CPU is told of them, and the instructions, one line each."""

import ctypes
import re
import struct
from dataclasses import replace

import numpy as np
import pytest
from executors.native.emulated_tiles import TILED, EmulatedTiles, in_tile_order
from llvmlite import ir

from pellucid.executors.native.llvm.tile_registers import CONFIGURATION, TileRegisters
from pellucid.executors.native.llvm.types import POINTER, VOID
from pellucid.executors.native.machine import target as targets

x86 = pytest.mark.skipif(not targets.host().is_x86, reason="code for x86")
# As LLVM knows the first CPU that has them, and nothing of this one.
FOUR = replace(TILED, cpu="sapphirerapids", features="+amx-tile,+amx-bf16")


def one_square(kind: type[TileRegisters]) -> str:
    """`square(c, a, b)`: 16 rows of C with the products of 16 pairs of k."""
    made = ir.Module("test")
    function = ir.Function(made, ir.FunctionType(VOID, [POINTER] * 3), "square")
    b = ir.IRBuilder(function.append_basic_block())
    c, left, right = function.args

    def scratch(kind: ir.Type, count: int) -> ir.Value:
        slot = b.alloca(kind, size=count)
        slot.align = 64
        return slot

    tiles = kind(b, scratch)
    tiles.begin()
    tiles.zero(0)
    tiles.load(4, left, 128)
    tiles.load(6, right, 64)
    tiles.add_products(0, 4, 6)
    tiles.store(0, c, 64)
    tiles.end()
    b.ret_void()
    return str(made)


def instructions(text: str) -> list[str]:
    """Those of tiles in assembly, in order, each with its tiles."""
    found = re.findall(r"^\t(ldtilecfg|tile\w+|tdp\w+)\b(.*)", text, re.MULTILINE)
    return [" ".join([name, *re.findall(r"tmm\d", rest)]) for name, rest in found]


def test_the_cpu_is_told_of_eight_squares_of_16_rows_of_64_bytes() -> None:
    palette, first, *rest = struct.unpack("<BB14x16H16B", CONFIGURATION)
    assert (palette, first) == (1, 0)
    assert rest == [64] * 8 + [0] * 8 + [16] * 8 + [0] * 8
    assert len(CONFIGURATION) == 64


@x86
def test_the_instructions_stand_in_the_assembly_as_they_were_asked_for() -> None:
    text = targets.assembly(one_square(TileRegisters), FOUR)
    assert instructions(text) == [
        "ldtilecfg",
        "tilezero tmm0",
        "tileloadd tmm4",
        "tileloadd tmm6",
        "tdpbf16ps tmm6 tmm4 tmm0",  # as AT&T writes: the sums stand last
        "tilestored tmm0",
        "tilerelease",
    ]
    rows_apart = re.findall(r"movl\t\$(\d+), %eax", text)
    assert rows_apart == ["128", "64"]  # of A, then of B and C


@x86
def test_the_cpu_loads_the_bytes_that_are_written_down() -> None:
    text = targets.assembly(one_square(TileRegisters), FOUR)
    assert bytes(map(int, re.findall(r"\.byte\t(\d+)", text))) == CONFIGURATION
    stored = re.search(r"vmovaps\t%zmm0, (\S+)\n\tldtilecfg\t(\S+)\n", text)
    assert stored is not None
    assert stored[1] == stored[2]


def test_the_emulation_has_the_order_of_the_instruction() -> None:
    """The numbers of a row that lie 128 bytes apart, for A, 64 for B; even and odd ones apart."""
    engine = targets.loaded(targets.object_code(one_square(EmulatedTiles), TILED), TILED)
    run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(engine.get_function_address("square"))
    rng = np.random.default_rng(0)
    a = (rng.normal(size=(16, 32)) * 2.0 ** rng.integers(-9, 9, (16, 32))).astype(np.float32)
    b = (rng.normal(size=(32, 16)) * 2.0 ** rng.integers(-9, 9, (32, 16))).astype(np.float32)
    halves = [(x.view(np.uint32) >> 16).astype(np.uint16) for x in (a, b)]
    a, b = ((x.astype(np.uint32) << 16).view(np.float32) for x in halves)
    left = np.zeros((16, 64), np.uint16)
    left[:, :32] = halves[0]
    right = np.ascontiguousarray(halves[1].reshape(16, 2, 16).transpose(0, 2, 1))
    c = np.full((16, 16), np.nan, np.float32)
    run(c.ctypes.data, left.ctypes.data, right.ctypes.data)
    np.testing.assert_array_equal(c, in_tile_order(a, b))
