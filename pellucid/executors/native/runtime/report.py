"""What a native program does, kernel by kernel, and how near it comes to the machine's limit.

Report          a table of kernels; prints itself
report          the report of a program, each kernel timed on its own
peak            the multiply-add rate of one thread of this machine, measured
"""

import ctypes
import statistics
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from pellucid.executors.native.ir.kernels import Kernel
from pellucid.executors.native.kernels.kinds import kind_of
from pellucid.executors.native.runtime.listing import Listing
from pellucid.executors.native.runtime.peak import peak
from pellucid.executors.native.schedule.loop_bodies import coded
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.work import Work

KERNEL = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * 3)


@dataclass(frozen=True)
class KernelRow:
    """One kernel, which runs `turns` times in a step; numbers are those of all turns.

    Seconds are the median of one thread; bytes count each buffer once a turn.
    """

    name: str
    scope: str
    shape: tuple[int, ...]
    seconds: float
    share: float
    bytes: int
    flops: int
    fallback: bool
    turns: int = 1

    @property
    def gflops(self) -> float:
        """Billions of floating-point operations a second."""
        return self.flops / self.seconds / 1e9 if self.seconds else 0.0


@dataclass(frozen=True)
class Report:
    """All kernels of a program in order, and the machine's peak (GFLOP/s, one thread).

    Where it is `tiled`, products of bfloat16 are computed in tile registers, in their order.
    """

    rows: tuple[KernelRow, ...]
    peak: float
    arena_bytes: int
    tiled: bool = False

    @property
    def seconds(self) -> float:
        """The time of one step on one thread, kernel by kernel."""
        return sum(row.seconds for row in self.rows)

    @property
    def fallbacks(self) -> tuple[str, ...]:
        """The primitives that run through their reference rule."""
        return tuple(row.name for row in self.rows if row.fallback)

    def __str__(self) -> str:
        """The table, one line a kernel."""
        head = f"{'#':>3} {'us':>9} {'share':>6} {'kB':>8} {'GFLOP/s':>8} {'peak':>5}  kernel"
        lines = [head]
        for i, row in enumerate(self.rows):
            ratio = f"{row.gflops / self.peak:5.0%}" if row.flops else "     "
            speed = f"{row.gflops:8.1f}" if row.flops else " " * 8
            note = "  (reference rule)" if row.fallback else ""
            note += f"  {row.turns} times" if row.turns > 1 else ""
            lines.append(
                f"{i:3} {row.seconds * 1e6:9.2f} {row.share:6.1%} {row.bytes / 1e3:8.1f} {speed} "
                f"{ratio}  {row.name} {list(row.shape)}{note}"
            )
        total = f"{len(self.rows)} kernels, {self.seconds * 1e6:.1f} us a step on one thread"
        tiled = "; bfloat16 in tile registers" if self.tiled else ""
        lines.append(
            f"{total}; arena {self.arena_bytes / 1e3:.0f} kB; peak {self.peak:.0f} GFLOP/s{tiled}."
        )
        return "\n".join(lines)


def report(shared: Planned, listing: Listing, table: Any) -> Report:
    """Time every kernel by itself; `table` must lead to memory that may be overwritten.

    One of a loop is timed in its first turn, and counted as often as it runs.
    """
    kernels, turns = coded(shared)[0], Counter(listing.numbers)
    seconds = []
    for number in range(len(kernels)):
        call = listing.numbers.index(number)
        function, bindings, _ = listing.kernels[call].tolist()
        where = (table.ctypes.data, bindings)
        seconds.append(_median_seconds(KERNEL(function), where, listing.work[call]))
        seconds[-1] *= turns[number]
    total = sum(seconds) or 1.0
    rows = [
        _row(each.kernel, each.shared, taken, taken / total)
        for each, taken in zip(kernels, seconds, strict=True)
    ]
    counted = tuple(_times(row, turns[number]) for number, row in enumerate(rows))
    return Report(counted, peak(), shared.plan.arena_bytes, shared.target.has_tiles)


def _times(row: KernelRow, turns: int) -> KernelRow:
    """The row of a kernel that runs `turns` times in a step: times and numbers of all turns."""
    return replace(row, bytes=row.bytes * turns, flops=row.flops * turns, turns=turns)


def _median_seconds(kernel: Any, where: tuple[int, int], work: Work) -> float:
    """The median of repeated runs, some 20 ms in all, less what an empty call costs."""
    times: list[float] = []
    empty: list[float] = []
    begin = time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - begin < 0.02 and len(times) < 500):
        start = time.perf_counter()
        kernel(*where, 0, 0, work.units)
        middle = time.perf_counter()
        kernel(*where, 0, 0, 0)
        times.append(middle - start)
        empty.append(time.perf_counter() - middle)
    return max(statistics.median(times) - statistics.median(empty), 1e-9)


def _row(kernel: Kernel, shared: Planned, seconds: float, share: float) -> KernelRow:
    kind = kind_of(kernel)
    return KernelRow(
        name=kind.name(kernel),
        scope=kind.scope(kernel),
        shape=kind.shape(kernel),
        seconds=seconds,
        share=share,
        bytes=kind.bytes(kernel, shared),
        flops=kind.flops(kernel),
        fallback=kind.calls_python(kernel),
    )
