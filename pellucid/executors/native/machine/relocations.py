"""Addresses written into machine code, where an object file leaves room for them.

    KINDS       the kinds that are known, by the number of the machine
    written     one address put where it is asked for
    STUBS       code through which calls reach functions that are far away, by machine

Source: System V ABI, AMD64 supplement, section 4.4; ELF for the Arm 64-bit Architecture, section
    5.7 (static data, group relocations, control flow).
"""

from pellucid.errors import UnavailableError

X86_64, ARM64 = 62, 183  # numbers of machines in object files

_X86_64_ADDRESS, _ARM64_ADDRESS = 1, 257  # eight bytes
_PARTS = {263: 0, 264: 0, 265: 16, 266: 16, 267: 32, 268: 32, 269: 48}  # 16 bits, from a bit on
_CALLS = (282, 283)  # 26 bits: words from here to there

KINDS = {
    X86_64: frozenset({_X86_64_ADDRESS}),
    ARM64: frozenset({_ARM64_ADDRESS, *_PARTS, *_CALLS}),
}

# A call of ARM64 reaches 128 MiB, and the C library is anywhere: load the address that
# follows these two instructions, and go there.
STUBS = {ARM64: bytes.fromhex("50000058 00021fd6")}
STUB_BYTES = 16
NEAR = 1 << 27  # bytes


def is_call(machine: int, kind: int) -> bool:
    """Whether a relocation asks for a distance, which a stub may have to bridge."""
    return machine == ARM64 and kind in _CALLS


def written(code: bytearray, place: int, kind: int, value: int, base: int) -> None:
    """Write an address where a relocation of this kind wants it; `base`: where the code will lie.

    Errors: UnavailableError for a distance that a call does not reach.
    """
    if kind in (_X86_64_ADDRESS, _ARM64_ADDRESS):
        code[place : place + 8] = (value % (1 << 64)).to_bytes(8, "little")
        return
    word = int.from_bytes(code[place : place + 4], "little")
    if kind in _PARTS:
        word = word & ~(0xFFFF << 5) | (value >> _PARTS[kind] & 0xFFFF) << 5
    else:
        distance = value - (base + place)
        if not -NEAR <= distance < NEAR:
            raise UnavailableError(f"a call over {distance} bytes: ARM64 has none over {NEAR}")
        word = word & ~0x3FFFFFF | distance >> 2 & 0x3FFFFFF
    code[place : place + 4] = word.to_bytes(4, "little")
