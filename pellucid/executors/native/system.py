"""The operating system, as far as machine code depends on it.

described       system, processor and form of object files, in words
why_open        how others could have written a file or folder of this user's
"""

import os
import platform
import stat
import sys
from pathlib import Path

WINDOWS = os.name == "nt"
OBJECT_FORMATS = {"win32": "coff", "cygwin": "coff", "darwin": "macho"}  # elsewhere: elf


def described() -> str:
    """System, processor and form of object files, such as `linux x86_64 elf`."""
    return f"{sys.platform} {platform.machine()} {OBJECT_FORMATS.get(sys.platform, 'elf')}"


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
