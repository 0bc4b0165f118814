"""How many threads programs may use.

set_threads     choose it; results are the same for any number
threads         what was chosen, or `PELLUCID_THREADS`, or the CPUs that the system allows (cpus)
"""

import os

from pellucid.errors import OptionError
from pellucid.refusals import require
from pellucid.strict import strict


class _Choice:
    count: int | None = None


@strict
def set_threads(count: int) -> None:
    """Let native programs use up to `count` threads. Other libraries are not affected.

    Errors: OptionError for less than one.
    """
    require("set_threads", "count", count, int)
    if count < 1:
        raise OptionError(f"set_threads: {count} threads. At least 1 is needed.")
    _Choice.count = count


def threads() -> int:
    """How many threads native programs may use.

    Errors: OptionError where `PELLUCID_THREADS` is set to anything but a whole number from 1 on.
    """
    if _Choice.count is None:
        from pellucid.executors import cpus  # on use: it asks files, which only programs need

        _Choice.count = _from_environment() or cpus.available()
    return _Choice.count


def _from_environment() -> int:
    """What `PELLUCID_THREADS` says; 0 where it is not set."""
    said = os.environ.get("PELLUCID_THREADS", "").strip()
    if not said:
        return 0
    try:
        count = int(said)
    except ValueError:
        count = 0
    if count < 1:
        raise OptionError(
            f"PELLUCID_THREADS: {said!r}. It must be a whole number of at least 1, or not be set."
        )
    return count
