"""W10: a whole run from process start: MNIST, 784-50-10, batch 100, 5 epochs, Adam.

    compare         every system in a process of its own, in turn (whole_run: what it does)

The time includes starting Python, importing, reading the files, compiling and training.
pellucid runs twice: with an empty cache of machine code, and with a warm one. Python modules
are there as bytecode, as in any installed package, this one's too where it runs from a checkout.
Keras runs on JAX where that is installed, otherwise on PyTorch, with no settings of its user.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pellucid.bench.systems import installed


@dataclass(frozen=True)
class WholeRun:
    """Seconds of whole runs of one system, and the test accuracy it reached."""

    system: str
    median_s: float
    min_s: float
    accuracy: float


def compare(
    folder: Path, peers: Sequence[str], rounds: int, progress: Callable[[str], None]
) -> list[WholeRun]:
    """Run every system some times, in turn."""
    systems = ["pellucid, cold", "pellucid, cached", *(p for p in installed(peers) if p != "numpy")]
    seconds: dict[str, list[float]] = {system: [] for system in systems}
    accuracy: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as warm, tempfile.TemporaryDirectory() as bytecode:
        for system in dict.fromkeys(name.split(",")[0] for name in systems):
            _run(system, folder, Path(warm), Path(bytecode))
        for number in range(rounds):
            for system in systems:
                progress(f"W10: {system}, round {number + 1} of {rounds}")
                with tempfile.TemporaryDirectory() as empty:
                    cache = Path(empty if system == "pellucid, cold" else warm)
                    taken, accuracy[system] = _run(
                        system.split(",")[0], folder, cache, Path(bytecode)
                    )
                seconds[system].append(taken)
    return [
        WholeRun(system, statistics.median(times), min(times), accuracy[system])
        for system, times in seconds.items()
    ]


def _run(system: str, folder: Path, cache: Path, bytecode: Path) -> tuple[float, float]:
    """Seconds and test accuracy of one process."""
    environment = os.environ | {
        "PELLUCID_CACHE": str(cache),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(bytecode),
        "KERAS_HOME": str(bytecode),
    }
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 (this interpreter, this module)
        [sys.executable, "-m", "pellucid.bench.whole_run", system, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - start, float(done.stdout.split()[-1])
