"""A child process that enters doors within bounds of time and memory.

OUTCOMES    what can become of an input
Result      what became of one
try_inputs  inputs tried in children; one that dies or hangs is replaced

An input may take 5 seconds, and 4 times the memory of what it holds, decoded, and 200 MB.
"""

import contextlib
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doors.case import DifferError, Door

SECONDS = 5.0  # of the processor: the machine may be busy with other things
WALL_SECONDS = 60.0
SPARE_BYTES = 200_000_000
TIMES = 4
# The end of memory, for the children: far enough for threads and libraries.
LIMIT_BYTES = 3 * 2**30

OUTCOMES = ("read", "refused", "traceback", "differs", "memory", "hang", "abort")
GOOD = ("read", "refused")


@dataclass(frozen=True)
class Result:
    """What became of an input. `bytes`: of memory taken; `seconds`: of the processor."""

    number: int
    outcome: str
    message: str = ""
    seconds: float = 0.0
    bytes: int = 0


def try_inputs(door: Door, seed: int, numbers: Iterable[int]) -> Iterator[Result]:
    """The results of inputs, in order."""
    left = list(numbers)
    while left:
        child = _Child(door, seed, left)
        for result in child.results():
            yield result
            left = left[left.index(result.number) + 1 :]
        child.end()


def try_one(door: Door, seed: int, number: int) -> Result:
    """One input, in this very process."""
    # Imported here, as in the children: what a door needs does not count.
    from pellucid.errors import PellucidError

    rng = random.Random(f"{door.name}/{seed}/{number}")
    folder = Path(tempfile.mkdtemp(prefix="door-"))
    about = ""
    try:
        case = door.make(rng, folder)
        about = case.about
        memory, start = _memory_from_now(), _seconds()
        outcome, message = "read", ""
        try:
            case.enter()
        except PellucidError as error:
            outcome, message = "refused", f"{type(error).__name__}: {error}"
        except DifferError as error:
            outcome, message = "differs", str(error)
        except MemoryError:
            outcome, message = "memory", traceback.format_exc()
        seconds, taken = _seconds() - start, memory()
        if outcome in GOOD and taken > TIMES * case.holds + SPARE_BYTES:
            outcome, message = "memory", f"{taken:,} bytes for {case.holds:,}. {message}"
        if outcome in GOOD and seconds > SECONDS:
            outcome = "hang"
        return Result(number, outcome, f"{message}\n  input: {about}", seconds, taken)
    except BaseException:
        return Result(number, "traceback", f"{traceback.format_exc()}\n  input: {about}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory_from_now() -> Any:
    """A function that says how much the largest use of memory since now was above this one."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before, children = _status("VmRSS"), _largest_child()

    def taken() -> int:
        # A child counts from its birth, when it has what this process has: less than that, which a
        # large process that runs many tests may have, tells nothing.
        now, own = _largest_child(), _status("VmHWM")
        return max(0, own - before, now if now > max(children, own) else 0)

    return taken


def _largest_child() -> int:
    """The memory of the largest process that this one started so far, and that has ended."""
    return 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def _seconds() -> float:
    """Of the processor, of this process and of those that it started."""
    found = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in found)


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return 1024 * int(line.split()[1])
    return 0


class _Child:
    """A process that tries inputs, one after the other, until one ends it."""

    def __init__(self, door: Door, seed: int, numbers: list[int]) -> None:
        context = multiprocessing.get_context("fork")
        self.numbers = numbers
        self.receiver, sender = context.Pipe(duplex=False)
        self.process = context.Process(
            target=_work, args=(door, seed, numbers, sender), daemon=False
        )
        sys.stdout.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries with threads warn of forks
            self.process.start()
        sender.close()

    def results(self) -> Iterator[Result]:
        """Those that it sends; for the one that ends it, how it ended."""
        for number in self.numbers:
            start, spent = time.monotonic(), self._spent()
            while not self.receiver.poll(0.2):
                late = time.monotonic() - start > WALL_SECONDS
                if self._spent() - spent > 2 * SECONDS or late:
                    yield Result(number, "hang", f"stopped after {time.monotonic() - start:.0f} s")
                    return
            try:
                yield self.receiver.recv()
            except EOFError:
                self.process.join()
                code = self.process.exitcode or 0
                name = signal.Signals(-code).name if code < 0 else str(code)
                yield Result(number, "abort", f"the process ended: {name}")
                return

    def _spent(self) -> float:
        """Seconds of the processor that the child used so far."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Stop it, if it has not ended."""
        self.receiver.close()
        self.process.kill()
        self.process.join()


def _work(door: Door, seed: int, numbers: list[int], sender: Any) -> None:
    door.begin()
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in numbers:
        sender.send(try_one(door, seed, number))
    sender.close()
