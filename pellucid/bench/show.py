"""Showing measurements: a table for people, JSON for programs, a figure.

Result      a workload and the timings of all contenders
table       rich tables: medians, ratios with intervals, distance to the machine's limit
as_json     {"machine": ..., "workloads": {name: {system: best configuration}}}
figure      bars of the time of a step, relative to pellucid
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pellucid.bench.interval import FEWEST, Interval, interval
from pellucid.bench.measure import Timing
from pellucid.bench.workloads import Workload

LOSS_TOLERANCE = 0.01  # relative: all systems must train, or predict, alike


@dataclass(frozen=True)
class Result:
    """A workload and the timings of all contenders."""

    workload: Workload
    timings: tuple[Timing, ...]

    def best(self) -> dict[str, Timing]:
        """The fastest configuration of each system."""
        found: dict[str, Timing] = {}
        for timing in self.timings:
            system = timing.contender.system
            if system not in found or timing.median_us < found[system].median_us:
                found[system] = timing
        return found

    def against(self, timing: Timing) -> Interval | None:
        """Its time over that of pellucid's best configuration in the same round.

        A load of the machine slows both, and leaves their ratio: so disturbed rounds count. None
        for too few rounds.
        """
        own = self.best()["pellucid"]
        if timing is own or len(own.times) < FEWEST:
            return None
        return interval(a / b for a, b in zip(timing.times, own.times, strict=True))

    def disagreements(self) -> list[str]:
        """Contenders whose loss after the same first steps is another than pellucid's.

        Of predictions, it is the loss of the last batch. None where dropout makes every
        system's loss its own.
        """
        if self.workload.is_random:
            return []
        own = self.timings[0].first_loss
        scale = max(abs(own), 0.01)
        return [
            f"{t.contender.system} ({t.contender.config}): loss {t.first_loss:.6g}, "
            f"pellucid {own:.6g}"
            for t in self.timings
            if abs(t.first_loss - own) > LOSS_TOLERANCE * scale
        ]


def table(result: Result, peak: float) -> Any:
    """Every contender of a workload, the fastest first."""
    from rich.box import SIMPLE
    from rich.table import Table

    own = result.best()["pellucid"].median_us
    title = f"{result.workload.name}: {result.workload.about}"
    shown = Table("system", "configuration", title=title, box=SIMPLE, pad_edge=False)
    for name in ("median us", "min us", "against\npellucid", "95 % interval", "of\npeak"):
        shown.add_column(name, justify="right", no_wrap=True)
    for timing in sorted(result.timings, key=lambda t: t.median_us):
        speed = result.workload.flops / timing.median_us / 1e3
        found = result.against(timing)
        shown.add_row(
            timing.contender.system,
            timing.contender.config,
            f"{timing.median_us:,.1f}",
            f"{timing.min_us:,.1f}",
            f"{_times(found.median if found else timing.median_us / own)} x",
            f"{_times(found.low)} to {_times(found.high)}" if found else "",
            f"{speed / peak:.0%}",
        )
    return shown


def _times(ratio: float) -> str:
    """A ratio to three digits, or whole."""
    return f"{ratio:,.{max(0, 2 - int(math.log10(max(ratio, 1))))}f}"


def as_json(results: Sequence[Result], machine: dict[str, Any]) -> dict[str, Any]:
    """The best configuration of each system, by workload."""
    return {
        "machine": machine,
        "workloads": {
            result.workload.name: {
                system: {
                    "median_us": timing.median_us,
                    "min_us": timing.min_us,
                    "config": timing.contender.config,
                    "rounds": timing.rounds,
                    "loss": timing.first_loss,
                    "against_pellucid": asdict(found)
                    if (found := result.against(timing))
                    else None,
                }
                for system, timing in result.best().items()
            }
            for result in results
        },
    }


def _numbers(found: Interval | None) -> dict[str, float] | None:
    return asdict(found) if found else None


def figure(results: Sequence[Result], path: Path) -> None:
    """Bars, one group a workload: the time of a step relative to pellucid, log scale."""
    from matplotlib.figure import Figure

    systems = list(dict.fromkeys(s for result in results for s in result.best()))
    drawn = Figure(figsize=(1.6 + 1.5 * len(results), 4), layout="constrained")
    axes = drawn.subplots()
    width = 0.8 / len(systems)
    for i, system in enumerate(systems):
        places = []
        heights = []
        for j, result in enumerate(results):
            best = result.best()
            if system in best:
                places.append(j + (i - (len(systems) - 1) / 2) * width)
                heights.append(best[system].median_us / best["pellucid"].median_us)
        bars = axes.bar(places, heights, width, label=system)
        axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=1)
    axes.axhline(1, color="0.4", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_xticks(range(len(results)), [result.workload.name for result in results])
    axes.set_ylabel("time of a step, pellucid = 1")
    axes.legend(loc="best", ncols=len(systems), fontsize=8)
    drawn.savefig(path, dpi=150)
