"""Machine code in memory: an object file placed, linked and ready to be called, without LLVM.

LoadedObject    the functions of an object file
is_linkable     whether an object file is of the kind that is linked here
undefined       the functions that an object file asks for

LLVM does this too, but to load LLVM takes longer than all else that a program from the disk
needs. Code that it makes for x86-64 and ARM64 asks for few things: addresses of its own constants
and of functions of the system (relocations). All else is left to LLVM, and so is macOS.

Source: System V ABI, edition 4.1, chapter 4, and what `relocations` cites.
"""

import sys
import weakref
from typing import Any

import numpy as np

from pellucid.executors.native.counting import padded
from pellucid.executors.native.machine import code_memory, system
from pellucid.executors.native.machine.relocations import (
    KINDS,
    STUB_BYTES,
    STUBS,
    is_call,
    written,
)

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

SYSTEMS = ("linux", "win32")  # where LLVM makes such files for itself
BEGINNING = b"\x7fELF\2\1\1"  # 64 bits, the lowest byte first
RELOCATABLE = 1
CODE_OR_DATA, SYMBOLS, RELOCATIONS, UNWINDING = 1, 2, 4, 0x70000001  # types of sections
WRITABLE, IN_MEMORY = 1, 2  # flags of a section


Symbol = tuple[str, int, int]  # its name, the section that it lies in, and where there


def is_linkable(code: bytes) -> bool:
    """Whether an object file is of the kind that is linked here, and the system too."""
    if sys.platform not in SYSTEMS or not is_elf(code):
        return False
    head, sections = _head(code), _sections(code)
    known = KINDS.get(int(head["machine"]))
    if head["type"] != RELOCATABLE or known is None:
        return False
    in_memory = sections[(sections["flags"] & IN_MEMORY) != 0]
    return (
        bool(np.isin(in_memory["type"], (CODE_OR_DATA, UNWINDING)).all())
        and not (in_memory["flags"] & WRITABLE).any()
        and all(known.issuperset(t["kind"].tolist()) for _, t in _relocations(code, sections))
    )


def is_elf(code: bytes) -> bool:
    """Whether an object file has the form that is read here: 64 bits, the lowest byte first."""
    return code.startswith(BEGINNING) and len(code) >= FILE.itemsize


def undefined(code: bytes) -> list[str]:
    """The names of all functions that an object file takes from elsewhere."""
    return _outside(_symbols(code, _sections(code)))


class LoadedObject:
    """The functions of an object file that `is_linkable`.

    They live as long as this object does, and until the process ends where Python ends before
    it: threads that sleep between calls may then still be inside.
    Errors: UnavailableError where the system lacks a function, or lets no memory run.
    """

    def __init__(self, code: bytes) -> None:
        sections, machine = _sections(code), int(_head(code)["machine"])
        places, end = _places(code, sections)
        symbols = _symbols(code, sections)
        outside = system.addresses(_outside(symbols))
        memory = _placed(code, sections, places, end) + _stubs(machine, outside)
        base = code_memory.mapped(len(memory))
        weakref.finalize(self, code_memory.unmapped, base, len(memory)).atexit = False
        self._functions = {n: base + places[s] + at for n, s, at in symbols if s in places}
        addresses = [
            base + places[s] + at if s in places else outside.get(name, 0)
            for name, s, at in symbols
        ]
        bridges = {name: base + end + i * STUB_BYTES for i, name in enumerate(outside)}
        for number, table in _relocations(code, sections):
            for offset, kind, symbol, addend in table.tolist():
                value = addresses[symbol]
                if is_call(machine, kind):
                    value = bridges.get(symbols[symbol][0], value)
                written(memory, places[number] + offset, kind, value + addend, base)
        code_memory.filled(base, bytes(memory))

    def get_function_address(self, name: str) -> int:
        """Where a function begins."""
        return self._functions[name]


def _outside(symbols: list[Symbol]) -> list[str]:
    return [name for name, section, _ in symbols if name and not section]


def _stubs(machine: int, outside: dict[str, int]) -> bytes:
    """Code that goes on to each function outside, for a machine whose calls are short."""
    if machine not in STUBS:
        return b""
    return b"".join(STUBS[machine] + address.to_bytes(8, "little") for address in outside.values())


def _head(code: bytes) -> Any:
    return np.frombuffer(code, FILE, 1)[0]


def _sections(code: bytes) -> Any:
    head = _head(code)
    return np.frombuffer(code, SECTION, int(head["section_count"]), int(head["sections"]))


def _table(code: bytes, section: Any, dtype: Any) -> Any:
    count = int(section["size"]) // dtype.itemsize
    return np.frombuffer(code, dtype, count, int(section["offset"]))


def _text(code: bytes, names: Any, start: Any) -> str:
    """A name: from `start` in a section of names, up to a zero."""
    begin = int(names["offset"]) + int(start)
    return code[begin : code.index(b"\0", begin)].decode()


def _relocations(code: bytes, sections: Any) -> list[tuple[int, Any]]:
    """Sections that are placed, by number, each with a table of its relocations."""
    places, _ = _places(code, sections)
    tables = [(int(s["info"]), s) for s in sections if s["type"] == RELOCATIONS]
    return [(n, _table(code, s, RELOCATION)) for n, s in tables if n in places]


def _places(code: bytes, sections: Any) -> tuple[dict[int, int], int]:
    """Where each section of code and data lies, and the size of all. Nothing is ever unwound."""
    places: dict[int, int] = {}
    end, names = 0, sections[int(_head(code)["names"])]
    for number, section in enumerate(sections):
        if section["type"] != CODE_OR_DATA or not section["flags"] & IN_MEMORY:
            continue
        if _text(code, names, section["name"]) != ".eh_frame":
            alignment = max(int(section["alignment"]), 1)
            places[number] = padded(end, alignment)
            end = places[number] + int(section["size"])
    return places, padded(max(end, 1), STUB_BYTES)  # no pages can be had for nothing


def _placed(code: bytes, sections: Any, places: dict[int, int], size: int) -> bytearray:
    """The sections, each in its place."""
    memory = bytearray(size)
    for number, place in places.items():
        start, length = int(sections[number]["offset"]), int(sections[number]["size"])
        memory[place : place + length] = code[start : start + length]
    return memory


def _symbols(code: bytes, sections: Any) -> list[Symbol]:
    """All symbols, by number; those in section 0 are elsewhere."""
    return [
        (_text(code, sections[int(table["link"])], s["name"]), int(s["section"]), int(s["value"]))
        for table in sections
        if table["type"] == SYMBOLS
        for s in _table(code, table, SYMBOL)
    ]
