"""The operating system, as far as machine code depends on it.

described       system, processor and form of object files, in words
addresses       where functions of the system are, by name
library         the C library
UnavailableError     the system lacks what native programs need
why_open        how others could have written a file or folder of this user's
"""

import ctypes
import os
import platform
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from pellucid.errors import UnavailableError

WINDOWS = os.name == "nt"
OBJECT_FORMATS = {"win32": "coff", "cygwin": "coff", "darwin": "macho"}  # elsewhere: elf

# Where Windows keeps threads and locks, the C library, and the probes of large stacks.
WINDOWS_LIBRARIES = ("kernel32", "ucrtbase", "ntdll")


def described() -> str:
    """System, processor and form of object files, such as `linux x86_64 elf`."""
    return f"{sys.platform} {platform.machine()} {OBJECT_FORMATS.get(sys.platform, 'elf')}"


@lru_cache(maxsize=1)
def library() -> Any:
    """The C library, and all else that is in this process. On Windows: what runs memory."""
    return ctypes.CDLL("kernel32" if WINDOWS else None, use_errno=True)


@lru_cache(maxsize=1)
def _libraries() -> tuple[Any, ...]:
    """Where functions are looked for."""
    if not WINDOWS:
        return (library(),)
    return tuple(ctypes.CDLL(name) for name in WINDOWS_LIBRARIES)


def addresses(names: Iterable[str]) -> dict[str, int]:
    """Where functions of the system begin.

    Errors: UnavailableError, naming all that it does not have: nothing may be called then.
    """
    known = {name: _address(name) for name in names}
    missing = [name for name, address in known.items() if not address]
    if missing:
        raise UnavailableError(f"this system has no function {', '.join(sorted(missing))}")
    return known


def _address(name: str) -> int:
    for each in _libraries():
        with suppress(AttributeError):
            return ctypes.cast(each[name], ctypes.c_void_p).value or 0
    return 0


def why_open(path: Path, status: os.stat_result) -> str:
    """How others than this user could have written what has this status; "" where they could not.

    Access lists count on Windows, and no mode tells of them: there, a user's home is private.
    """
    if WINDOWS:
        home = Path.home().resolve()
        return "" if path.resolve().is_relative_to(home) else f"lies outside your home {home}"
    if status.st_uid != os.geteuid():
        return f"belongs to user {status.st_uid}, not to user {os.geteuid()}"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"can be written by others (mode {stat.S_IMODE(status.st_mode):03o})"
    return ""
