"""Measuring: contenders in turn, rounds disturbed by others dropped, medians.

Timing          what one contender took
compare         all contenders of a workload, interleaved
stolen_share    how much of a CPU others had meanwhile, by busy_seconds and own_seconds
bandwidth       bytes a second that one thread reads from memory
machine         what the figures were measured on
"""

import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.bench.contender import Contender

ROUND_SECONDS = 0.1  # of work for each contender in each round
PAUSE_SECONDS = 0.06  # in which idle workers of the contender before stop spinning
# After so many steps all systems must have the same loss. Later, rounding decides: the losses of
# 784-1024x3-10 with Adam differ by 0.0008 of themselves after 10 steps, by 0.04 after 20.
CHECKED_STEPS = 10
STOLEN = 0.15  # share of CPU time that others may take in a round before it is dropped


@dataclass(frozen=True)
class Timing:
    """Microseconds a step of one contender; `rounds`: how many were not disturbed.

    `times`: those of every round. Rounds of two contenders of one number go together.
    """

    contender: Contender
    median_us: float
    min_us: float
    rounds: int
    first_loss: float
    loss: float
    times: tuple[float, ...] = ()


def compare(
    contenders: Sequence[Contender],
    rounds: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Timing]:
    """Time all contenders in turn, A B C A B C. All do the same steps first."""
    check = []
    counts = []
    trained: dict[int, float] = {}  # configurations that share a model train it once
    for contender in contenders:
        progress(f"{contender.system}: {contender.config}")
        key = id(contender.run)
        if key not in trained:
            trained[key] = contender.go(CHECKED_STEPS)
        check.append(trained[key])
        counts.append(_steps_for(contender))
    times: list[list[tuple[float, bool]]] = [[] for _ in contenders]
    losses = list(check)
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for i, contender in enumerate(contenders):
            time.sleep(PAUSE_SECONDS)
            busy = busy_seconds()
            own = own_seconds()
            start = time.perf_counter()
            losses[i] = contender.go(counts[i])
            taken = time.perf_counter() - start
            stolen = stolen_share(busy_seconds() - busy, own_seconds() - own, taken)
            times[i].append((taken / counts[i] * 1e6, stolen > STOLEN))
    return [
        _timing(c, t, first, last)
        for c, t, first, last in zip(contenders, times, check, losses, strict=True)
    ]


def _timing(
    contender: Contender, times: list[tuple[float, bool]], first: float, last: float
) -> Timing:
    quiet = [t for t, disturbed in times if not disturbed]
    # A machine that is never quiet still gives an order of things: then all rounds count.
    counted = quiet or [t for t, _ in times]
    every = tuple(t for t, _ in times)
    median = statistics.median(counted)
    return Timing(contender, median, min(counted), len(quiet), first, last, every)


def _steps_for(contender: Contender) -> int:
    """How many steps fill a round. The number is then fixed: JAX compiles for it.

    It is found by the number of steps that each contender has done already.
    """
    start = time.perf_counter()
    contender.go(CHECKED_STEPS)
    each = (time.perf_counter() - start) / CHECKED_STEPS
    steps = max(2, min(200_000, round(ROUND_SECONDS / each)))
    contender.go(steps)
    return steps


def busy_seconds() -> float:
    """Seconds in which CPUs were busy or stolen since the machine started, all added."""
    try:
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return 0.0
    user, nice, system, _, _, irq, soft, steal = (int(w) for w in words[:8])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Seconds in which CPUs worked for this process, all added."""
    own = os.times()
    return own.user + own.system


def stolen_share(busy: float, own: float, taken: float) -> float:
    """The share of one CPU that others had: busy seconds less our own, by those that passed."""
    return max(0.0, busy - own - 0.02) / max(taken, 1e-9)


@lru_cache(maxsize=1)
def bandwidth() -> float:
    """GB/s that one thread reads from memory: the best sum over 256 MB of a few."""
    data = np.ones(64 * 2**20, np.float32)
    best = math.inf
    for _ in range(5):
        start = time.perf_counter()
        data.sum()
        best = min(best, time.perf_counter() - start)
    return data.nbytes / best / 1e9


def machine() -> dict[str, Any]:
    """The machine, measured and named."""
    from pellucid.executors.native.machine.target import host
    from pellucid.executors.native.runtime.peak import peak

    return {
        "processor": host().cpu,
        "vectors": host().name,
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "peak_gflops": round(peak(), 1),
        "bandwidth_gbs": round(bandwidth(), 1),
    }
