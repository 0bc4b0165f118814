"""Random programs out of all primitives: the native executor against the reference.

    PYTHONPATH=.:tests python -m executors.native.programs 20000 [FIRST [TARGET]]

runs as many programs, prints each that differs with its graph, and how many there were;
TARGET: for a smaller CPU than this one, avx2 or sse.
Each is run on one thread and on three, from the same state, twice in a row and as a loop: all
must give the same bits, and the first run the values of the reference within its bounds.
"""

import math
import os
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from executors.native.bounds import disagreement, reference_with_bounds
from executors.native.builder import Builder, Program, Seeded, Source
from executors.native.cpus import on_target
from executors.native.growth import GROW

from pellucid import primitives as p
from pellucid.executors import threads
from pellucid.executors.native import depth, grain, inner, native, outer, pitch, strips, sums
from pellucid.executors.native import program as sharing
from pellucid.executors.native.cache import folder
from pellucid.executors.native.native import Native

ROWS = 3  # of a loop
MOST_NODES = 12


def program(source: Source) -> Program:
    """A random program of up to a dozen primitives."""
    builder = Builder(source)
    for _ in range(source.integer(1, MOST_NODES)):
        GROW[builder.choice(p.PRIMITIVES)](builder)
    if not builder.values:
        builder.leaf((3,), np.float32)
    return builder.finished()


def seeded(seed: int) -> Program:
    """The program of a seed."""
    return program(Seeded(seed))


def difference(made: Program) -> str | None:
    """What the native executor does otherwise than the reference, or None."""
    procedure, arguments = made.procedure, made.arguments
    expected = reference_with_bounds(procedure.graph, [*arguments, *made.state])
    ready = Native(procedure)
    given = [a.copy() for a in arguments]
    state = [a.copy() for a in made.state]
    threads.set_threads(1)
    results = ready(given, state)
    found = [*results, *(state[i - procedure.arguments] for i in procedure.updates)]
    for i, (want, have) in enumerate(zip(expected, found, strict=True)):
        wrong = disagreement(want, have)
        if wrong:
            return f"output {i}: {wrong}"
    written = {i - procedure.arguments for i in procedure.updates}
    for i, (before, after) in enumerate(zip(made.state, state, strict=True)):
        if i not in written and not same_bits(before, after):
            return f"variable {i} was written"
    if not all(same_bits(a, b) for a, b in zip(arguments, given, strict=True)):
        return "an argument was written"
    return _shared(results, [*given, *state]) or _repeated(ready, made, [*results, *state])


def _shared(results: list[Any], others: list[Any]) -> str | None:
    """Results have memory of their own."""
    for i, result in enumerate(results):
        for other in (*results[:i], *others):
            if np.shares_memory(result, other):
                return f"result {i} shares memory"
    return None


def _repeated(ready: Native, made: Program, first: list[Any]) -> str | None:
    """Other numbers of threads, and loops, give the same bits."""
    for count in (2, 3):
        threads.set_threads(count)
        state = [a.copy() for a in made.state]
        again = [*ready(made.arguments, state), *state]
        if not all(same_bits(a, b) for a, b in zip(first, again, strict=True)):
            return f"other bits on {count} threads"
    threads.set_threads(1)
    state = [a.copy() for a in made.state]
    calls = [ready(made.arguments, state) for _ in range(ROWS)]
    stacked = [np.stack(column) for column in zip(*calls, strict=True)]
    for count in (1, 3):
        threads.set_threads(count)
        looped = [a.copy() for a in made.state]
        rows = [np.stack([a] * ROWS) for a in made.arguments]
        if not rows:
            return None
        results, failure = ready.loop(rows, looped)
        if failure is not None:
            raise failure
        pairs = zip([*stacked, *state], [*results, *looped], strict=True)
        if not all(same_bits(a, b) for a, b in pairs):
            return f"a loop on {count} threads gives other bits than calls"
    return None


def same_bits(a: Any, b: Any) -> bool:
    """Whether two arrays are the same byte for byte; nan is nan, whichever."""
    if a.dtype.kind != "f":
        return (a.shape, a.dtype) == (b.shape, b.dtype) and a.tobytes() == b.tobytes()
    bits = np.dtype(f"u{a.dtype.itemsize}")
    same = np.ascontiguousarray(a).view(bits) == np.ascontiguousarray(b).view(bits)
    return (a.shape, a.dtype) == (b.shape, b.dtype) and bool(
        np.all(same.reshape(a.shape) | (np.isnan(a) & np.isnan(b)))
    )


class small_chunks:  # noqa: N801 (used like a function)
    """Inside, whatever is done for large programs is done for the smallest too.

    Kernels are divided as far as they can be, threads used for the least work, long sums cut
    and added in blocks, sums over rows cut, rows reduced some at once, and rows set apart. The
    code has a cache of its own: it is not that of the same programs outside.
    """

    LIMITS = (
        (sharing, "SHARED_NANOSECONDS", 0),
        (sharing, "CHUNK_NANOSECONDS", 1),
        (native, "LEAST_WORK", 0),
        (sharing, "WORTH_WAKING", ((math.inf, 0),)),
        (depth, "SHORTEST", 2),
        (depth, "LONGEST", 5),
        (grain, "KEPT_BYTES", 0),
        (strips, "LARGE_BYTES", 0),
        (strips, "FEWEST_ROWS", 2),
        (sums, "BLOCK", 2),
        (inner, "BLOCK", 2),
        (outer, "BLOCK", 4),
        (pitch, "FEWEST_ROWS", 2),
        (pitch, "LINE", 16),
    )

    def __enter__(self) -> None:
        self.threads = threads._Choice.count
        self.before = [getattr(module, name) for module, name, _ in self.LIMITS]
        self.cache = os.environ.get("PELLUCID_CACHE")
        os.environ["PELLUCID_CACHE"] = str(folder() / "small")
        for module, name, limit in self.LIMITS:
            setattr(module, name, limit)

    def __exit__(self, *failure: object) -> None:
        threads._Choice.count = self.threads
        if self.cache is None:
            del os.environ["PELLUCID_CACHE"]
        else:
            os.environ["PELLUCID_CACHE"] = self.cache
        for (module, name, _), limit in zip(self.LIMITS, self.before, strict=True):
            setattr(module, name, limit)


def main(count: int, first: int = 0, target: str = "") -> int:
    """Run programs; the number of those that differ."""
    place = Path(tempfile.mkdtemp(prefix="programs"))
    os.environ["PELLUCID_CACHE"] = str(place)
    bad, start = 0, time.monotonic()
    for seed in range(first, first + count):
        made = seeded(seed)
        try:
            with small_chunks(), on_target(target) if target else nullcontext():
                wrong = difference(made)
        except Exception as fault:
            wrong = f"{type(fault).__name__}: {fault}"
        if wrong:
            bad += 1
            print(f"program {seed}: {wrong}", flush=True)
            if bad <= 5:
                print(made.procedure.graph, made.procedure.updates, flush=True)
        if seed % 200 == 0:
            shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    print(f"{bad} of {count} programs differ ({time.monotonic() - start:.0f} s)")
    return bad


if __name__ == "__main__":
    numbers, target = sys.argv[1:3], sys.argv[3:]
    sys.exit(1 if main(*map(int, numbers), *target) else 0)
