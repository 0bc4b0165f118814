"""Machine code in memory: an object file placed, linked and ready to be called, without LLVM.

Linked          the functions of an object file
is_linkable     whether an object file is of the kind that is linked here

LLVM does this too, but to load LLVM takes longer than all else that a program from the disk
needs. Code that it makes for x86-64 and any address asks for one thing only: addresses of
eight bytes, of its own constants or of functions of the C library. All else is left to LLVM.

Source: System V ABI, edition 4.1, chapter 4, and its AMD64 supplement, sections 4.1 to 4.4.
"""

import ctypes
import mmap
import os
import sys
import weakref
from functools import lru_cache
from typing import Any

import numpy as np

FILE = np.dtype(
    [
        ("magic", "S7"),
        ("padding", "V9"),
        ("type", "<u2"),
        ("machine", "<u2"),
        ("version", "<u4"),
        ("entry", "<u8"),
        ("programs", "<u8"),
        ("sections", "<u8"),
        ("flags", "<u4"),
        ("size", "<u2"),
        ("program_size", "<u2"),
        ("program_count", "<u2"),
        ("section_size", "<u2"),
        ("section_count", "<u2"),
        ("names", "<u2"),
    ]
)
SECTION = np.dtype(
    [
        ("name", "<u4"),
        ("type", "<u4"),
        ("flags", "<u8"),
        ("address", "<u8"),
        ("offset", "<u8"),
        ("size", "<u8"),
        ("link", "<u4"),
        ("info", "<u4"),
        ("alignment", "<u8"),
        ("entry_size", "<u8"),
    ]
)
SYMBOL = np.dtype(
    [
        ("name", "<u4"),
        ("info", "u1"),
        ("other", "u1"),
        ("section", "<u2"),
        ("value", "<u8"),
        ("size", "<u8"),
    ]
)
RELOCATION = np.dtype([("offset", "<u8"), ("kind", "<u4"), ("symbol", "<u4"), ("addend", "<i8")])

BEGINNING = b"\x7fELF\2\1\1"  # 64 bits, the lowest byte first
X86_64, RELOCATABLE = 62, 1
CODE_OR_DATA, SYMBOLS, RELOCATIONS, UNWINDING = 1, 2, 4, 0x70000001  # types of sections
IN_MEMORY = 2  # a flag of a section
ADDRESS = 1  # the kind of a relocation: the eight bytes of an address


def is_linkable(code: bytes) -> bool:
    """Whether an object file is of the kind that is linked here, and the system too."""
    if sys.platform != "linux" or not code.startswith(BEGINNING) or len(code) < FILE.itemsize:
        return False
    head = np.frombuffer(code, FILE, 1)[0]
    if (head["machine"], head["type"]) != (X86_64, RELOCATABLE):
        return False
    sections = _sections(code)
    in_memory = sections["type"][(sections["flags"] & IN_MEMORY) != 0]
    return bool(np.isin(in_memory, (CODE_OR_DATA, UNWINDING)).all()) and all(
        (table["kind"] == ADDRESS).all() for _, table in _relocations(code, sections)
    )


class Linked:
    """The functions of an object file that `is_linkable`.

    They live as long as this object does, and until the process ends where Python ends before
    it: threads that sleep between calls may then still be inside.
    """

    def __init__(self, code: bytes) -> None:
        sections = _sections(code)
        places, size = _places(sections)
        base = _mapped(size)
        weakref.finalize(self, _unmapped, base, size).atexit = False
        memory = bytearray(size)
        for number, place in places.items():
            start, length = int(sections[number]["offset"]), int(sections[number]["size"])
            memory[place : place + length] = code[start : start + length]
        addresses, self._functions = _addresses(code, sections, places, base)
        for number, table in _relocations(code, sections):
            for offset, _, symbol, addend in table.tolist():
                place = places[number] + offset
                found = (addresses[symbol] + addend) % (1 << 64)
                memory[place : place + 8] = found.to_bytes(8, "little")
        ctypes.memmove(base, bytes(memory), size)
        done = _library().mprotect(base, size, mmap.PROT_READ | mmap.PROT_EXEC)
        _checked(done, "run what it has written to memory")

    def get_function_address(self, name: str) -> int:
        """Where a function begins."""
        return self._functions[name]


@lru_cache(maxsize=1)
def _library() -> Any:
    """The C library, and all else that is in this process."""
    found = ctypes.CDLL(None, use_errno=True)
    address, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    found.mmap.argtypes = [address, size, number, number, number, ctypes.c_int64]
    found.mmap.restype = address
    found.mprotect.argtypes = [address, size, number]
    found.munmap.argtypes = [address, size]
    return found


def _mapped(size: int) -> int:
    """Pages of memory, which no forked child shares."""
    kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    address = _library().mmap(None, size, mmap.PROT_READ | mmap.PROT_WRITE, kind, -1, 0)
    _checked(-1 if address in {None, ctypes.c_void_p(-1).value} else 0, "map memory for code")
    return int(address)


def _unmapped(address: int, size: int) -> None:
    _library().munmap(address, size)


def _checked(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"the system does not let pellucid {what}: {os.strerror(number)}")


def _sections(code: bytes) -> Any:
    head = np.frombuffer(code, FILE, 1)[0]
    return np.frombuffer(code, SECTION, int(head["section_count"]), int(head["sections"]))


def _table(code: bytes, section: Any, dtype: Any) -> Any:
    count = int(section["size"]) // dtype.itemsize
    return np.frombuffer(code, dtype, count, int(section["offset"]))


def _is_placed(section: Any) -> bool:
    """Whether a section is code or data. Nothing here is ever unwound."""
    return bool(section["type"] == CODE_OR_DATA and section["flags"] & IN_MEMORY)


def _relocations(code: bytes, sections: Any) -> list[tuple[int, Any]]:
    """Sections that are placed, by number, each with a table of its relocations."""
    tables = [(int(s["info"]), s) for s in sections if s["type"] == RELOCATIONS]
    return [(n, _table(code, s, RELOCATION)) for n, s in tables if _is_placed(sections[n])]


def _places(sections: Any) -> tuple[dict[int, int], int]:
    """Where each placed section lies, and the size of all."""
    places: dict[int, int] = {}
    end = 0
    for number, section in enumerate(sections):
        if _is_placed(section):
            alignment = max(int(section["alignment"]), 1)
            places[number] = -(-end // alignment) * alignment
            end = places[number] + int(section["size"])
    return places, max(end, 1)  # no pages can be had for nothing


def _addresses(
    code: bytes, sections: Any, places: dict[int, int], base: int
) -> tuple[list[int], dict[str, int]]:
    """The address of each symbol by number, and of those that are defined by name."""
    addresses: list[int] = []
    functions: dict[str, int] = {}
    for section in sections:
        if section["type"] != SYMBOLS:
            continue
        names = int(sections[int(section["link"])]["offset"])
        for symbol in _table(code, section, SYMBOL):
            start = names + int(symbol["name"])
            name = code[start : code.index(b"\0", start)].decode()
            number = int(symbol["section"])
            if number in places:
                address = base + places[number] + int(symbol["value"])
                functions[name] = address
            elif number == 0 and name:
                address = ctypes.cast(_library()[name], ctypes.c_void_p).value or 0
            else:
                address = 0
            addresses.append(address)
    return addresses, functions
