"""How many CPUs the system lets this process use.

available   CPUs that it may run on, and no more than its group's quota of their time

A container is given a share of the time of all CPUs: with two threads for each CPU of its share,
all of them would be stopped for half of the time.

Source: Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.max) and
    Documentation/scheduler/sched-bwc.rst (cpu.cfs_quota_us).
"""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")  # of the file system


def available() -> int:
    """CPUs that this process may run on, at most as many as its quota comes to; at least 1."""
    if hasattr(os, "sched_getaffinity"):
        found = len(os.sched_getaffinity(0))
    else:
        found = os.cpu_count() or 1
    quota = min(_quotas(), default=math.inf)
    return max(1, found if quota >= found else round(quota))


def _quotas() -> Iterator[float]:
    """CPUs' worth of time that each group of this process allows, inner and outer ones."""
    with suppress(OSError):
        for line in _text("proc/self/cgroup").splitlines():
            _, _, rest = line.partition(":")
            names, _, place = rest.partition(":")
            if names and "cpu" not in names.split(","):
                continue
            folder = Path("sys/fs/cgroup", *(["cpu"] if names else []))
            # In a container the path may be the one outside; its own group is at the top then.
            group = folder / place.strip("/")
            for parent in (group, *group.parents):
                if parent.is_relative_to(folder):
                    with suppress(OSError, ValueError, ZeroDivisionError):
                        yield _quota(parent, first=bool(names))


def _quota(group: Path, *, first: bool) -> float:
    """The quota of one group, of the first or second version of the system's groups."""
    if first:
        time, period = (_text(group / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    else:
        time, period = _text(group / "cpu.max").split()
    if time == "max" or int(time) <= 0:
        return math.inf
    return int(time) / int(period)


def _text(place: str | Path) -> str:
    return (ROOT / place).read_text(encoding="ascii", errors="replace").strip()
