"""The kernel's permission to use tile registers.

permitted   whether this process may use them: asked once, before the first program that does

Tile registers are 8 KiB more for the kernel to keep of each thread, and to put on the stack of a
signal's handler. Linux gives them to a process that asks; its threads and its children have them
too. It refuses where the CPU or the kernel has none, or where a thread has set aside a stack for
handlers that is too small.

Source: Linux, Documentation/arch/x86/xstate.rst.
"""

import ctypes
import platform
import sys
from functools import lru_cache

from pellucid.executors.native.machine import system

ARCH_PRCTL = 158  # the number of the system call on x86-64
GET_PERMISSION, ASK_PERMISSION = 0x1022, 0x1023
TILE_DATA = 18  # which part of a thread's state


@lru_cache(maxsize=1)
def permitted() -> bool:
    """Whether this process may use tile registers from now on."""
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        return False
    if _arch_prctl(ASK_PERMISSION, TILE_DATA):
        return False
    given = ctypes.c_uint64(0)
    if _arch_prctl(GET_PERMISSION, ctypes.addressof(given)):
        return False
    return bool(given.value >> TILE_DATA & 1)


def _arch_prctl(what: int, argument: int) -> int:
    """One call: 0 where it succeeded."""
    call = system.library()["syscall"]
    call.restype, call.argtypes = ctypes.c_long, [ctypes.c_long, ctypes.c_int, ctypes.c_ulong]
    return int(call(ARCH_PRCTL, what, argument))
