"""Pages of memory that are first written and then run, on Linux and Windows.

    mapped      pages that can be written
    filled      the same with code in them, which can be run and no longer be written
    unmapped    given back

Sources: POSIX.1-2017, sys/mman.h; Microsoft, VirtualAlloc, VirtualProtect, VirtualFree.
"""

import ctypes
import os
import platform
from contextlib import suppress

from pellucid.errors import UnavailableError
from pellucid.executors.native.machine import system
from pellucid.memory import ARM64

# Of mmap and mprotect on Linux; the module mmap has these where the system does.
READ, WRITE, RUN, PRIVATE, ANONYMOUS = 1, 2, 4, 2, 32
# Of VirtualAlloc, VirtualProtect and VirtualFree.
COMMIT, RELEASE, READ_WRITE, RUN_READ = 0x3000, 0x8000, 4, 0x20
CACHE_LIBRARY = "libgcc_s.so.1"

_SIZE, _ADDRESS = ctypes.c_size_t, ctypes.c_void_p


def mapped(size: int) -> int:
    """The address of new pages of memory, for this process alone."""
    library = system.library()
    if system.WINDOWS:
        library.VirtualAlloc.restype = _ADDRESS
        address = library.VirtualAlloc(None, _SIZE(size), COMMIT, READ_WRITE)
    else:
        library.mmap.restype = _ADDRESS
        kind = PRIVATE | ANONYMOUS
        address = library.mmap(None, _SIZE(size), READ | WRITE, kind, -1, ctypes.c_int64(0))
    if not address or address == _ADDRESS(-1).value:
        raise _refused("map memory for code")
    return int(address)


def filled(address: int, code: bytes) -> None:
    """Write code into the pages; from now on it can be run."""
    library, size = system.library(), _SIZE(len(code))
    ctypes.memmove(address, code, len(code))
    if platform.machine().lower() in ARM64:
        _told_to_caches(address, address + len(code))
    if system.WINDOWS:
        before = ctypes.c_uint32()
        done = library.VirtualProtect(_ADDRESS(address), size, RUN_READ, ctypes.byref(before))
        is_refused = not done
    else:
        is_refused = library.mprotect(_ADDRESS(address), size, READ | RUN) != 0
    if is_refused:
        raise _refused("run what it has written to memory")


def _told_to_caches(begin: int, end: int) -> None:
    """Have ARM64 CPUs read instructions anew: their instruction caches do not follow writes.

    Where the library that tells them is missing, Linux does as it lets the memory run.
    """
    with suppress(OSError, AttributeError):
        tell = ctypes.CDLL(CACHE_LIBRARY)["__clear_cache"]
        tell(_ADDRESS(begin), _ADDRESS(end))


def unmapped(address: int, size: int) -> None:
    """Give pages back."""
    library = system.library()
    if system.WINDOWS:
        library.VirtualFree(_ADDRESS(address), _SIZE(0), RELEASE)
    else:
        library.munmap(_ADDRESS(address), _SIZE(size))


def _refused(what: str) -> UnavailableError:
    number = ctypes.get_errno()
    why = f": {os.strerror(number)}" if number else ""
    return UnavailableError(f"the system does not let pellucid {what}{why}")
