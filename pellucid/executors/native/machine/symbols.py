"""Which functions of the system object files call: read from their symbol tables, in 3 formats.

undefined   the names of the functions that an object file takes from elsewhere

Sources: Microsoft, "PE Format" (COFF header, symbol table); Apple, mach-o/loader.h, nlist.h. The
    third form, ELF, is read where it is linked (object_loader).
"""

import numpy as np

from pellucid.errors import UnavailableError
from pellucid.executors.native.machine import object_loader

COFF = np.dtype(
    [
        ("machine", "<u2"),
        ("sections", "<u2"),
        ("time", "<u4"),
        ("symbols", "<u4"),
        ("count", "<u4"),
        ("optional", "<u2"),
        ("flags", "<u2"),
    ]
)
COFF_SYMBOL = np.dtype(
    [
        ("name", "V8"),
        ("value", "<u4"),
        ("section", "<i2"),
        ("type", "<u2"),
        ("storage", "u1"),
        ("more", "u1"),  # records that follow and belong to it
    ]
)
COFF_MACHINES = (0x8664, 0xAA64)  # x86-64, ARM64
EXTERNAL = 2  # a storage class

MACHO = np.dtype(
    [
        ("magic", "<u4"),
        ("machine", "<i4"),
        ("kind", "<i4"),
        ("type", "<u4"),
        ("commands", "<u4"),
        ("command_bytes", "<u4"),
        ("flags", "<u4"),
        ("padding", "<u4"),
    ]
)
MACHO_MAGIC = 0xFEEDFACF  # 64 bits, the lowest byte first
COMMAND = np.dtype([("kind", "<u4"), ("size", "<u4")])
SYMBOL_TABLE = 2  # a kind of command
TABLE = np.dtype([("kind", "<u4"), ("size", "<u4"), ("symbols", "<u4"), ("count", "<u4")])
TABLE_NAMES = 16  # in it, where the names begin
MACHO_SYMBOL = np.dtype(
    [("name", "<u4"), ("type", "u1"), ("section", "u1"), ("more", "<u2"), ("value", "<u8")]
)
NOWHERE, SECTION_BITS, VISIBLE = 0, 0x0E, 1  # of the type of a symbol


def undefined(code: bytes) -> list[str]:
    """The names of the functions that an object file takes from elsewhere, as C spells them.

    Errors: UnavailableError for a file of no known form.
    """
    if object_loader.is_elf(code):
        return object_loader.undefined(code)
    if int.from_bytes(code[:4], "little") == MACHO_MAGIC:
        return _undefined_macho(code)
    if int.from_bytes(code[:2], "little") in COFF_MACHINES:
        return _undefined_coff(code)
    raise UnavailableError(f"object files that begin with {code[:4]!r} are not known")


def _undefined_coff(code: bytes) -> list[str]:
    head = np.frombuffer(code, COFF, 1)[0]
    start, count = int(head["symbols"]), int(head["count"])
    table = np.frombuffer(code, COFF_SYMBOL, count, start)
    names = start + table.nbytes
    outside: list[str] = []
    i = 0
    while i < count:
        symbol = table[i]
        if symbol["storage"] == EXTERNAL and symbol["section"] == 0:
            name = symbol["name"].tobytes()
            if name[:4] == bytes(4):  # longer than eight bytes: among the names
                place = names + int.from_bytes(name[4:], "little")
                name = code[place : code.index(b"\0", place)]
            outside.append(name.rstrip(b"\0").decode())
        i += 1 + int(symbol["more"])
    return outside


def _undefined_macho(code: bytes) -> list[str]:
    outside: list[str] = []
    place = MACHO.itemsize
    for _ in range(int(np.frombuffer(code, MACHO, 1)[0]["commands"])):
        command = np.frombuffer(code, COMMAND, 1, place)[0]
        if command["kind"] == SYMBOL_TABLE:
            table = np.frombuffer(code, TABLE, 1, place)[0]
            names = int.from_bytes(code[place + TABLE_NAMES : place + TABLE_NAMES + 4], "little")
            for symbol in np.frombuffer(code, MACHO_SYMBOL, int(table["count"]), table["symbols"]):
                if symbol["type"] & SECTION_BITS == NOWHERE and symbol["type"] & VISIBLE:
                    start = names + int(symbol["name"])
                    # C names begin with an underscore there.
                    outside.append(
                        code[start : code.index(b"\0", start)].decode().removeprefix("_")
                    )
        place += int(command["size"])
    return outside
