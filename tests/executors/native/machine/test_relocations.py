"""Addresses in machine code: code of ARM64 is placed and linked here, read, but not run."""

import ctypes
import sys
from dataclasses import replace

import pytest
from executors.native.machine.test_object_loader import CODE
from llvmlite import binding

from pellucid.errors import UnavailableError
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine.object_loader import LoadedObject, is_linkable
from pellucid.executors.native.machine.relocations import written
from pellucid.executors.native.runtime.program import _step_loop_code

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere LLVM links")

ARM64 = replace(targets.forced("neon"), cpu="generic", features="", triple="aarch64-linux-gnu")


@pytest.fixture(scope="module")
def arm64_code() -> bytes:
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    return targets.object_code(CODE, ARM64)


def words(address: int, count: int) -> list[int]:
    return list((ctypes.c_uint32 * count).from_address(address))


def jump(word: int) -> int:
    """The distance in bytes of `b` or `bl`."""
    assert word >> 26 & 0b11111 == 0b00101
    distance = word & 0x3FFFFFF
    return 4 * (distance - (1 << 26) * (distance >> 25))


def test_calls_of_arm64_reach_functions_of_the_system_through_a_bridge(arm64_code):
    assert is_linkable(arm64_code)
    linked = LoadedObject(arm64_code)
    copied, twice, scaled = map(linked.get_function_address, ("copied", "twice", "scaled"))
    (calls,) = [i for i, w in enumerate(words(copied, 8)) if w >> 26 in (0b000101, 0b100101)][:1]
    bridge = copied + 4 * calls + jump(words(copied, 8)[calls])
    assert words(bridge, 2) == [0x58000050, 0xD61F0200]  # ldr x16, 8; br x16
    memcpy = ctypes.cast(ctypes.CDLL(None).memcpy, ctypes.c_void_p).value
    assert ctypes.c_uint64.from_address(bridge + 8).value == memcpy
    inner = [i for i, w in enumerate(words(twice, 12)) if w >> 26 in (0b000101, 0b100101)]
    assert {twice + 4 * i + jump(words(twice, 12)[i]) for i in inner} == {scaled}


def test_constants_of_arm64_are_found_by_four_parts_of_their_address(arm64_code):
    linked = LoadedObject(arm64_code)
    shifted = linked.get_function_address("shifted")
    moves = [word for word in words(shifted, 12) if word >> 23 & 0xFF in (0b10100101, 0b11100101)]
    parts = {word >> 21 & 3: word >> 5 & 0xFFFF for word in moves}
    assert sorted(parts) == [0, 1, 2, 3]
    place = sum(part << 16 * i for i, part in parts.items())
    assert list((ctypes.c_float * 4).from_address(place)) == [1, 2, 3, 4]


def test_the_step_loop_of_arm64_is_linked_without_llvm():
    assert is_linkable(_step_loop_code(ARM64))


@pytest.mark.parametrize(
    ("kind", "value", "before", "expected"),
    [
        (1, 0x1122334455667788, "00" * 8, "8877665544332211"),
        (257, 2**64 - 2, "00" * 8, "feffffffffffffff"),
        (264, 0x1234, "000080f2", "804682f2"),  # movk x0, #0x1234
        (269, 0xABCD << 48, "0000e0d2", "a079f5d2"),  # mov x0, #0xabcd << 48
        (283, 0x10000, "00000094", "00400094"),  # bl over 64 KiB
        (282, -4, "00000014", "ffffff17"),  # b to the word before
    ],
)
def test_addresses_are_written_as_the_standard_says(kind, value, before, expected):
    code = bytearray.fromhex(before)
    written(code, 0, kind, value, 0)
    assert code.hex() == expected


def test_a_call_that_does_not_reach_is_refused():
    for far in (1 << 27, -(1 << 27) - 4):
        with pytest.raises(UnavailableError, match=f"a call over {far} bytes: ARM64 has none"):
            written(bytearray(4), 0, 283, far, 0)
