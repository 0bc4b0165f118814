"""How much memory this process may still take, and the refusal of what wants more.

available       bytes, as far as system, container and limits tell
check_room      refuses what wants more, before anything is allocated
sizing          inside, variables are counted and not made
"""

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.errors import CapacityError

MOST_VARIABLES = 5_000  # of a model: each takes time to make, however small it is
_CGROUP = "/sys/fs/cgroup"


def available() -> int:
    """Bytes that this process may still take: the least that anybody says.

    The system says what is free, with what it would give back from its caches and can swap out; a
    container and `ulimit -v` may allow less. Where nobody says anything, as on Windows, there is no
    limit but 2^63.
    """
    return max(0, min((*_of_system(), *_of_container(), *_of_limits()), default=2**63))


def check_room(what: str, wanted: int, remedy: str) -> None:
    """Raise CapacityError where something wants more bytes than there are.

    `what`: who wants them and what for.

    >>> check_room("a vector", 24, "Take a shorter one.")
    """
    free = available()
    if wanted > free:
        raise CapacityError(
            f"{what}: {in_words(wanted)} of memory are wanted, {in_words(free)} are available. "
            f"{remedy}"
        )


def in_words(size: int) -> str:
    """Bytes in the unit that suits.

    >>> in_words(999), in_words(1_500_000), in_words(313_600_000_000)
    ('999 bytes', '1.5 MB', '313.6 GB')
    """
    for unit, power in (("TB", 12), ("GB", 9), ("MB", 6), ("kB", 3)):
        if size >= 10**power:
            return f"{size / 10**power:,.1f} {unit}"
    return f"{size} bytes"


def _text(folder: str, name: str) -> str:
    """What a file of the system says: by `open`, as every import would pay for pathlib."""
    with open(os.path.join(folder, name), encoding="ascii") as file:
        return file.read()


def _of_system() -> Iterator[int]:
    try:
        lines = _text("/proc", "meminfo").splitlines()
        said = {name: int(rest.split()[0]) for name, _, rest in (s.partition(":") for s in lines)}
        yield 1024 * (said["MemAvailable"] + said["SwapFree"])
    except (OSError, ValueError, KeyError):
        try:
            yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):  # Windows has no such call
            return


def _of_container() -> Iterator[int]:
    """What the control group of this process still allows (version 2)."""
    try:
        most = _text(_CGROUP, "memory.max").strip()
        if most != "max":
            yield int(most) - int(_text(_CGROUP, "memory.current"))
    except (OSError, ValueError):
        return


def _of_limits() -> Iterator[int]:
    """What `ulimit -v` still allows."""
    try:
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            used = int(_text("/proc/self", "statm").split()[0])
            yield most - used * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError, ValueError):
        return


# ---- variables counted -------------------------------------------------------------------


class Sizes:
    """How many bytes the variables of a model take. `times`: how often each is needed."""

    def __init__(self, what: str, times: int, remedy: str) -> None:
        self.what = what
        self.times = times
        self.remedy = remedy
        self.free = available()
        self.bytes = 0
        self.variables = 0

    def stand_in(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """An array of that shape which takes no memory; what it would have taken is counted."""
        self.bytes += math.prod(shape) * np.dtype(dtype).itemsize
        self.variables += 1
        if self.bytes * self.times > self.free:
            raise CapacityError(
                f"{self.what}: {in_words(self.bytes)} of weights or more, {self.times} times that "
                f"with all that is kept of each; {in_words(self.free)} of memory are available. "
                f"{self.remedy}"
            )
        if self.variables > MOST_VARIABLES:
            raise CapacityError(
                f"{self.what}: more than {MOST_VARIABLES:,} arrays of weights. {self.remedy}"
            )
        return np.broadcast_to(np.zeros((), dtype), shape)


class _Active(threading.local):
    sizes: Sizes | None = None


_active = _Active()


def active_sizes() -> Sizes | None:
    """Who counts variables now on this thread, if anybody does."""
    return _active.sizes


@contextmanager
def sizing(what: str, times: int, remedy: str) -> Iterator[Sizes]:
    """Count the variables that are made inside: they hold nothing, and no numbers are drawn.

    Errors: CapacityError as soon as `times` the memory of those counted is not available, or they
    are very many.
    """
    outer = _active.sizes
    _active.sizes = Sizes(what, times, remedy)
    try:
        yield _active.sizes
    finally:
        _active.sizes = outer
