"""The rounds of two builds: worker processes of two checkouts, in turn.

Settings        how to compare
Comparison      the rounds of a workload, and whether both builds agree
Build           a checkout, and processes of it
compare_steps   a workload, in processes that stay
compare_whole   W10, in a process for each run
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratios import Round, quietest

from pellucid.bench.measure import (
    PAUSE_SECONDS,
    ROUND_SECONDS,
    STOLEN,
    busy_seconds,
    own_seconds,
    stolen_share,
)
from pellucid.bench.whole import WHOLE

TRIES = 4  # for each round that is asked for; then the quietest are taken
LOSS_TOLERANCE = 0.01  # relative
WORKER = Path(__file__).with_name("build_worker.py")


@dataclass(frozen=True)
class Settings:
    """How to compare."""

    rounds: int
    starts: int
    threads: int
    target: str
    folder: Path | None


@dataclass(frozen=True)
class Comparison:
    """One workload: rounds that count, how many were dropped, and the losses of both builds."""

    name: str
    rounds: list[Round]
    dropped: int
    losses: tuple[float, float]

    @property
    def agrees(self) -> bool:
        """Whether both builds train, or predict, alike."""
        old, new = self.losses
        return abs(old - new) <= LOSS_TOLERANCE * max(abs(old), 0.01)


class Build:
    """A checkout, with a cache of machine code and bytecode of its own."""

    def __init__(self, checkout: Path, folder: Path, settings: Settings) -> None:
        if not (checkout / "pellucid" / "__init__.py").is_file():
            raise SystemExit(
                f"builds: {checkout} is no checkout: pellucid/__init__.py is not there."
            )
        self.checkout, self.settings = checkout.resolve(), settings
        self.environment = os.environ | {
            "PYTHONPATH": str(self.checkout),
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "PYTHONDONTWRITEBYTECODE": "",
            "PELLUCID_CACHE": str(folder / "cache"),
        }

    def start(self, kind: str, name: str, cache: Path | None = None) -> "subprocess.Popen[str]":
        """A worker process of this build."""
        environment = self.environment | ({"PELLUCID_CACHE": str(cache)} if cache else {})
        settings = [str(self.settings.threads), self.settings.target]
        return subprocess.Popen(
            [sys.executable, str(WORKER), kind, name, *settings],
            env=environment,
            cwd=self.checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def told(self, worker: "subprocess.Popen[str]") -> dict[str, Any]:
        """The next answer of a worker, which must be one of this build."""
        line = worker.stdout.readline() if worker.stdout else ""
        if not line:
            raise SystemExit(f"builds: the process of {self.checkout} ended; see above.")
        answer: dict[str, Any] = json.loads(line)
        place = Path(answer.get("place", self.checkout))
        if not place.is_relative_to(self.checkout):
            raise SystemExit(f"builds: {self.checkout} was asked for, {place} was imported.")
        return answer


def quiet_rounds(once: Callable[[], Round], count: int) -> tuple[list[Round], int]:
    """So many rounds that others did not disturb, and how many were dropped.

    Where the machine is never quiet, the quietest of TRIES times as many.
    """
    found: list[Round] = []
    while len(found) < TRIES * count:
        found.append(once())
        if sum(r.stolen <= STOLEN for r in found) == count:
            break
    return quietest(found, count), len(found) - count


# ---- steps ---------------------------------------------------------------------------------


def compare_steps(name: str, builds: tuple[Build, Build], settings: Settings) -> Comparison | None:
    """The steps of a workload; None where a build does not know it."""
    found: list[Round] = []
    dropped, losses = 0, (0.0, 0.0)
    for start in range(settings.starts):
        with at_work(name, builds) as workers:
            first = [b.told(w) for b, w in zip(builds, workers, strict=True)]
            if any(answer.get("missing") for answer in first):
                return None
            losses = first[0]["loss"], first[1]["loss"]
            each = min(answer["each"] for answer in first)
            steps = max(2, min(200_000, round(ROUND_SECONDS / each)))

            def once(workers: Any = workers, steps: int = steps) -> Round:
                (old, one), (new, other) = (
                    step_round(b, w, steps) for b, w in zip(builds, workers, strict=True)
                )
                return Round(old / steps, new / steps, max(one, other))

            once()  # warm
            count = len(range(start, settings.rounds, settings.starts))
            rounds, disturbed = quiet_rounds(once, count)
            found, dropped = found + rounds, dropped + disturbed
    return Comparison(name, found, dropped, losses)


@contextmanager
def at_work(name: str, builds: tuple[Build, Build]) -> Iterator[list["subprocess.Popen[str]"]]:
    """A worker of each build, inside."""
    workers = [build.start("steps", name) for build in builds]
    try:
        yield workers
    finally:
        for worker in workers:
            with suppress(OSError):
                worker.communicate()


def step_round(build: Build, worker: "subprocess.Popen[str]", steps: int) -> tuple[float, float]:
    """Seconds of some steps, and the share of a CPU that others had."""
    time.sleep(PAUSE_SECONDS)
    busy, own = busy_seconds(), own_seconds()
    print(steps, file=worker.stdin, flush=True)
    answer = build.told(worker)
    own = own_seconds() - own + answer["own"]
    return answer["seconds"], stolen_share(busy_seconds() - busy, own, answer["seconds"])


# ---- whole runs ----------------------------------------------------------------------------


def compare_whole(builds: tuple[Build, Build], settings: Settings) -> list[Comparison]:
    """Whole runs with an empty cache, and with a warm one."""
    for build in builds:
        whole_round(build, settings, None)
    return [_whole_kind(kind, builds, settings) for kind in ("cold", "warm")]


def _whole_kind(kind: str, builds: tuple[Build, Build], settings: Settings) -> Comparison:
    losses = [0.0, 0.0]

    def once() -> Round:
        seconds, stolen = [0.0, 0.0], [0.0, 0.0]
        for i, build in enumerate(builds):
            with tempfile.TemporaryDirectory() as empty:
                cache = Path(empty) if kind == "cold" else None
                seconds[i], stolen[i], losses[i] = whole_round(build, settings, cache)
        return Round(seconds[0], seconds[1], max(stolen))

    rounds, dropped = quiet_rounds(once, settings.rounds)
    return Comparison(f"{WHOLE} {kind}", rounds, dropped, (losses[0], losses[1]))


def whole_round(build: Build, settings: Settings, cache: Path | None) -> tuple[float, float, float]:
    """Seconds of one process, the share that others had, and its loss: the errors in the test."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy, start = busy_seconds(), time.perf_counter()
    worker = build.start("whole", str(settings.folder), cache)
    answer = build.told(worker)
    worker.communicate()
    taken = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, stolen_share(busy_seconds() - busy, own, taken), answer["loss"]
