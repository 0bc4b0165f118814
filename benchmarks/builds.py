"""Two builds side by side, to see whether the new one is slower.

    python benchmarks/builds.py OLD NEW [WORKLOADS...] [--rounds 31] [--threads N]
        [--target avx2] [--data-dir FOLDER]

OLD and NEW are two checkouts, for example `git worktree add /tmp/old v0.1`. For each workload of
`pellucid bench` both builds start from the same weights and data, in processes of their own that
stay: first they must reach the same loss; then they work in turn, A B A B, each round about a
tenth of a second. A round in which another process took much of a CPU is done again. W10, whole
runs from process start with MNIST of `--data-dir`, is timed with an empty and with a warm cache.

Printed are the medians, the ratio new / old, and its 95 % interval (`ratios`). A workload is
slower where that lies wholly above 1.02; then, and where losses differ, the exit status is 1.
Two processes of one build may differ by some per cent, by where their memory lies: the rounds
are divided among `--starts` pairs of processes.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from build_rounds import Build, Comparison, Settings, compare_steps, compare_whole
from ratios import ratio

from pellucid.bench.measure import STOLEN
from pellucid.bench.whole import WHOLE
from pellucid.bench.workloads import WORKLOADS

NAMES = (*WORKLOADS, WHOLE)


def row(found: Comparison) -> str:
    """One line of the table."""
    result = ratio(found.rounds)
    old = 1e6 * statistics.median(r.old for r in found.rounds)
    new = 1e6 * statistics.median(r.new for r in found.rounds)
    losses = "" if found.agrees else f"losses differ: {found.losses[0]:.6g} {found.losses[1]:.6g}"
    stolen = sum(r.stolen > STOLEN for r in found.rounds)
    disturbed = f"{found.dropped} dropped" + (f", {stolen} disturbed" if stolen else "")
    return (
        f"{found.name:10}{old:13,.1f}{new:13,.1f}{result.median:8.3f}   "
        f"{result.low:.3f} to {result.high:.3f}  {result.verdict:8}{disturbed}  {losses}"
    ).rstrip()


def verdict(found: list[Comparison]) -> str:
    """What holds of all workloads; empty where nothing is wrong."""
    slower = [c.name for c in found if ratio(c.rounds).verdict == "slower"]
    other = [c.name for c in found if not c.agrees]
    lines = [f"slower: {' '.join(slower)}"] if slower else []
    lines += [f"other losses: {' '.join(other)}"] if other else []
    return "\n".join(lines)


def revision(checkout: Path) -> str:
    """The commit of a checkout, for people."""
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{checkout} ({done.stdout.strip() or 'no commit'})"


def arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"of {' '.join(NAMES)}")
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--starts", type=int, default=3, help="pairs of processes")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--target", default="host", help="avx512, avx2, sse, neon")
    parser.add_argument("--data-dir", type=Path, help="the folder with MNIST, for W10")
    chosen = parser.parse_args(words)
    if unknown := set(chosen.workloads) - set(NAMES):
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {' '.join(NAMES)}.")
    if WHOLE in chosen.workloads and chosen.data_dir is None:
        parser.error("W10 trains on MNIST. Name the folder with its files: --data-dir FOLDER.")
    if chosen.rounds < 6 * chosen.starts:
        parser.error(f"{chosen.rounds} rounds of {chosen.starts} pairs: at least 6 rounds a pair.")
    return chosen


def compared(
    name: str, builds: tuple[Build, Build], settings: Settings
) -> Sequence[Comparison | None]:
    """The comparisons of a workload, those of W10 where there is a folder; None: not in both."""
    if name == WHOLE:
        return compare_whole(builds, settings) if settings.folder else []
    return [compare_steps(name, builds, settings)]


def main(words: list[str] | None = None) -> int:
    chosen = arguments(words)
    folder = chosen.data_dir.resolve() if chosen.data_dir else None
    settings = Settings(chosen.rounds, chosen.starts, chosen.threads, chosen.target, folder)
    print(f"old: {revision(chosen.old)}\nnew: {revision(chosen.new)}")
    print(f"{settings.threads} threads, target {settings.target}, {settings.rounds} rounds\n")
    print(f"{'':10}{'old us':>13}{'new us':>13}{'ratio':>8}   95 % interval")
    found: list[Comparison] = []
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        builds = (
            Build(chosen.old, Path(one), settings),
            Build(chosen.new, Path(other), settings),
        )
        for name in chosen.workloads or NAMES:
            for comparison in compared(name, builds, settings):
                print(row(comparison) if comparison else f"{name}: not in both", flush=True)
                found += [comparison] if comparison else []
    wrong = verdict(found)
    print(f"\n{wrong or 'no workload is slower'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
