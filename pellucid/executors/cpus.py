"""How many CPUs the system lets this process use, and whether they are alike.

available   CPUs that it may run on, and no more than its group's quota of their time
are_alike   whether none of them is much slower than another one

A container is given a share of the time of all CPUs: with two threads for each CPU of its share,
all of them would be stopped for half of the time.

Source: Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.max) and
    Documentation/scheduler/sched-bwc.rst (cpu.cfs_quota_us),
    Documentation/ABI/testing/sysfs-devices-system-cpu (cpu_capacity, cpuinfo_max_freq).
"""

import math
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")  # of the file system
# What a CPU does at least in the time of the fastest, to be like it. Chosen: of equal cores, the
# ones that may run fastest reach a tenth more; small cores stay below three quarters.
ALIKE = 0.8


def available() -> int:
    """CPUs that this process may run on, at most as many as its quota comes to; at least 1."""
    found = len(_allowed())
    quota = min(_quotas(), default=math.inf)
    return max(1, found if quota >= found else round(quota))


def are_alike() -> bool:
    """Whether all CPUs that this process may run on are about as fast, as far as is known.

    Phones, notebooks and many desktops have some large and some small cores. Linux tells it; of
    Macs it is known that all with ARM64 have both; of other systems nothing is asked.
    """
    if (platform.system(), platform.machine()) == ("Darwin", "arm64"):
        return False
    allowed = _allowed()
    small = set(_listed("sys/devices/cpu_atom/cpus")) & allowed
    if small and small != allowed:
        return False
    for told in ("cpu_capacity", "cpufreq/cpuinfo_max_freq"):
        speeds = [speed for cpu in allowed if (speed := _speed(cpu, told))]
        if speeds and min(speeds) < ALIKE * max(speeds):
            return False
    return True


def _allowed() -> set[int]:
    """The CPUs that this process may run on, by number."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _speed(cpu: int, told: str) -> float:
    """What a file of a CPU says; 0 where it says nothing."""
    with suppress(OSError, ValueError):
        return float(_text(f"sys/devices/system/cpu/cpu{cpu}/{told}"))
    return 0.0


def _listed(place: str) -> Iterator[int]:
    """The CPUs in a list such as `0-3,8`; none where there is no such file."""
    with suppress(OSError, ValueError):
        for part in _text(place).split(","):
            first, _, last = part.partition("-")
            yield from range(int(first), int(last or first) + 1)


def _quotas() -> Iterator[float]:
    """CPUs' worth of time that each group of this process allows, inner and outer ones."""
    with suppress(OSError):
        for line in _text("proc/self/cgroup").splitlines():
            _, _, rest = line.partition(":")
            names, _, place = rest.partition(":")
            if names and "cpu" not in names.split(","):
                continue
            # The first version lies in a folder named by what it rules, often with a short name.
            for own in dict.fromkeys(["cpu", names] if names else [""]):
                yield from _quotas_within(Path("sys/fs/cgroup", own), place, first=bool(names))


def _quotas_within(folder: Path, place: str, *, first: bool) -> Iterator[float]:
    """Those of a group and of all around it.

    In a container the path may be the one outside; its own group is at the top then.
    """
    group = folder / place.strip("/")
    for parent in (group, *group.parents):
        if parent.is_relative_to(folder):
            with suppress(OSError, ValueError, ZeroDivisionError):
                yield _quota(parent, first=first)


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
