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
import sys
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
CODE_OR_DATA, SYMBOLS, RELOCATIONS = 1, 2, 4  # types of sections
IN_MEMORY = 2  # a flag of a section
ADDRESS = 1  # the kind of a relocation: the eight bytes of an address
READ_AND_RUN = mmap.PROT_READ | getattr(mmap, "PROT_EXEC", 0)


def is_linkable(code: bytes) -> bool:
    """Whether an object file is of the kind that is linked here, and the system too."""
    if sys.platform != "linux" or not code.startswith(BEGINNING) or len(code) < FILE.itemsize:
        return False
    head = np.frombuffer(code, FILE, 1)[0]
    if (head["machine"], head["type"]) != (X86_64, RELOCATABLE):
        return False
    return all(
        (table["kind"] == ADDRESS).all()
        for section in _sections(code)
        for table in _relocations(code, section)
    )


class Linked:
    """The functions of an object file that `is_linkable`; they live as long as this does."""

    def __init__(self, code: bytes) -> None:
        sections = _sections(code)
        places, size = _places(sections)
        # Private: a forked child must not share later changes of pages with its parent.
        self._memory = mmap.mmap(-1, max(size, 1), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._first = ctypes.c_char.from_buffer(self._memory)
        base = ctypes.addressof(self._first)
        for number, place in places.items():
            start, length = int(sections[number]["offset"]), int(sections[number]["size"])
            self._memory[place : place + length] = code[start : start + length]
        addresses, self._functions = _addresses(code, sections, places, base)
        for section in sections:
            for table in _relocations(code, section):
                place = places[int(section["info"])]
                for offset, _, symbol, addend in table.tolist():
                    found = (addresses[symbol] + addend) % (1 << 64)
                    at = place + offset
                    self._memory[at : at + 8] = found.to_bytes(8, "little")
        if _library().mprotect(ctypes.c_void_p(base), ctypes.c_size_t(size), READ_AND_RUN):
            raise OSError(ctypes.get_errno(), "mprotect: the system lets no memory be run")

    def get_function_address(self, name: str) -> int:
        """Where a function begins."""
        return self._functions[name]


@lru_cache(maxsize=1)
def _library() -> Any:
    """The C library, and all else that is in this process."""
    return ctypes.CDLL(None, use_errno=True)


def _sections(code: bytes) -> Any:
    head = np.frombuffer(code, FILE, 1)[0]
    return np.frombuffer(code, SECTION, int(head["section_count"]), int(head["sections"]))


def _table(code: bytes, section: Any, dtype: Any) -> Any:
    count = int(section["size"]) // dtype.itemsize
    return np.frombuffer(code, dtype, count, int(section["offset"]))


def _is_placed(section: Any) -> bool:
    """Whether a section is code or data. Tables for unwinding are of a type of their own."""
    return bool(section["type"] == CODE_OR_DATA and section["flags"] & IN_MEMORY)


def _relocations(code: bytes, section: Any) -> list[Any]:
    """The table of relocations that a section is, if it is one for a section that is placed."""
    if section["type"] != RELOCATIONS or not _is_placed(_sections(code)[int(section["info"])]):
        return []
    return [_table(code, section, RELOCATION)]


def _places(sections: Any) -> tuple[dict[int, int], int]:
    """Where each placed section lies, and the size of all."""
    places: dict[int, int] = {}
    end = 0
    for number, section in enumerate(sections):
        if _is_placed(section):
            alignment = max(int(section["alignment"]), 1)
            places[number] = -(-end // alignment) * alignment
            end = places[number] + int(section["size"])
    return places, end


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
