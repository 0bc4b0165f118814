"""How many threads programs may use.

set_threads     choose it; results are the same for any number
threads         what was chosen, or the CPUs that this process may run on
"""

import os

from pellucid.errors import OptionError


class _Choice:
    count: int | None = None


def set_threads(count: int) -> None:
    """Let native programs use up to `count` threads. Other libraries are not affected.

    Errors: OptionError for less than one.
    """
    if count < 1:
        raise OptionError(f"set_threads: {count} threads. At least 1 is needed.")
    _Choice.count = count


def threads() -> int:
    """How many threads native programs may use."""
    if _Choice.count is None:
        _Choice.count = _available()
    return _Choice.count


def _available() -> int:
    """The CPUs that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
