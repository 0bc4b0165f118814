"""W10: a whole run from process start: MNIST, 784-50-10, batch 100, 5 epochs, Adam.

    WHOLE           its name
    compare         every system in a process of its own, in turn (whole_run: what it does)

The time includes starting Python, importing, reading the files, compiling and training.
pellucid runs twice: with an empty cache of machine code, and with a warm one. Python modules
are there as bytecode, as in any installed package, this one's too where it runs from a checkout.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WHOLE = "W10"  # a workload of processes, not of steps
OURS = (sys.executable, "-m", "pellucid.bench.whole_run")
COLD = "pellucid, cold"
CACHED = "pellucid, cached"


@dataclass(frozen=True)
class WholeRun:
    """Seconds of whole runs of one system, and the test accuracy it reached."""

    system: str
    median_s: float
    min_s: float
    accuracy: float


def compare(
    folder: Path,
    others: Mapping[str, Sequence[str]],
    rounds: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[WholeRun]:
    """Run pellucid and others some times, in turn. `others`: their commands, by system."""
    commands: dict[str, Sequence[str]] = {COLD: OURS, CACHED: OURS, **others}
    seconds: dict[str, list[float]] = {system: [] for system in commands}
    accuracy: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as warm, tempfile.TemporaryDirectory() as bytecode:
        for first in (OURS, *others.values()):
            _run(first, folder, Path(warm), Path(bytecode))
        for number in range(rounds):
            for system, command in commands.items():
                progress(f"{WHOLE}: {system}, round {number + 1} of {rounds}")
                with tempfile.TemporaryDirectory() as empty:
                    cache = Path(empty if system == COLD else warm)
                    taken, accuracy[system] = _run(command, folder, cache, Path(bytecode))
                seconds[system].append(taken)
    return [
        WholeRun(system, statistics.median(times), min(times), accuracy[system])
        for system, times in seconds.items()
    ]


def _run(
    command: Sequence[str],
    folder: Path,
    cache: Path,
    bytecode: Path,
) -> tuple[float, float]:
    """Seconds and test accuracy of one process."""
    environment = os.environ | {
        "PELLUCID_CACHE": str(cache),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(bytecode),
        "KERAS_HOME": str(bytecode),  # a peer's: no settings of its user
    }
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 (this interpreter, a module of the benchmarks)
        [*command, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - start, float(done.stdout.split()[-1])
