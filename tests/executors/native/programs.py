"""Random programs out of all primitives: the native executor against the reference.

    PYTHONPATH=.:tests python -m executors.native.programs 20000 [FIRST [TARGET]]
    PYTHONPATH=.:tests python -m executors.native.programs of 3 14 15

runs as many programs, or those of some seeds, prints each that differs with its graph, and how
many there were; TARGET: for another CPU than this one (`cpus`), "all" for each in turn.

A program is a few sentences: a value that lies in memory in one way (`walks`), read by a kernel
of one kind (`readers`); gradients of that to second order; nodes of any primitive (`growth`);
pieces of networks (`families`). One of five is in bfloat16. The programs of 0, 1, 2 ... have the
pairs of walks and readers in turn. Each is run on guarded memory full of poison (`guarded`), on one
thread to four, twice in a row, as a loop, and some go on from what a run has left, compiled anew:
all must give the same bits, and the first run the values of the reference within its bounds.
"""

import math
import os
import sys
import time
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import numpy as np
from executors.native.bounds import FAST_RULES, RULES, disagreement, reference_with_bounds
from executors.native.builder import Builder, Program, Seeded, Source
from executors.native.cpus import EVERY, on_target
from executors.native.families import FAMILIES, is_fast
from executors.native.growth import GROW
from executors.native.guarded import ARENAS, Guarded
from executors.native.guarded_stack import guarded_stack
from executors.native.pairs import PAIRS, Pair
from executors.native.readers import READERS
from executors.native.walks import Wanted

from pellucid.executors import threads
from pellucid.executors.native import executor
from pellucid.executors.native.ir import fast_convolutions, fast_gradients
from pellucid.executors.native.kernels import accumulation, emission, loop_unit
from pellucid.executors.native.llvm import vectors
from pellucid.executors.native.matmul import tiling
from pellucid.executors.native.passes import (
    dilated_images,
    long_products,
    row_padding,
    triangular_products,
    window_rules,
)
from pellucid.executors.native.runtime import program as sharing
from pellucid.executors.native.schedule import (
    batch_strips,
    fusion,
    granularity,
    recompute,
    row_blocks,
    row_strips,
    sum_blocks,
    work,
)

ROWS = 3  # of a loop
KINDS = (*GROW, *FAMILIES)
AIMS = 2  # of a program: pairs that it is to have
RESUMED = 4  # one of so many goes on from what a run has left


def program(source: Source, aims: tuple[Pair, ...] = (), kind: Any = None) -> Program:
    """A random program: what it is to have, pairs and a primitive, then anything."""
    builder = Builder(source)
    for pair in aims:
        _say(builder, pair)
    if kind is not None:
        _differentiated(builder, (GROW | FAMILIES)[kind](builder))
    for _ in range(source.integer(1, 4)):
        way = source.integer(1, 10)
        if way <= 3:
            _say(builder, builder.choice(PAIRS))
        elif way <= 8:
            GROW[builder.choice(tuple(GROW))](builder)
        elif builder.chance(70):
            builder.differentiate()
        else:
            FAMILIES[builder.choice(tuple(FAMILIES))](builder)
    if not builder.values:
        builder.leaf((3,), np.float32)
    return builder.finished()


def _say(builder: Builder, pair: Pair) -> None:
    """A value that lies so, read so."""
    walk, reader = pair
    _differentiated(builder, READERS[reader](builder, Wanted(builder, walk)))


def _differentiated(builder: Builder, made: Any) -> None:
    """A value that the program is to give, and perhaps gradients of it, and theirs."""
    if made is None:
        return
    builder.kept.append(made)
    for _ in range(builder.choice((0, 0, 1, 2))):
        builder.differentiate()


def seeded(seed: int) -> Program:
    """The program of a seed."""
    aims = tuple(PAIRS[(AIMS * seed + i) % len(PAIRS)] for i in range(AIMS))
    return program(Seeded(seed), aims, KINDS[seed % len(KINDS)])


def target_of(seed: int) -> str:
    """The CPU that the program of a seed is for, where they take turns."""
    return EVERY[seed // len(ARENAS) % len(EVERY)]


def difference(made: Program, arena: str = ARENAS[0]) -> str | None:
    """What the native executor does otherwise than the reference, or None."""
    procedure, arguments = made.procedure, made.arguments
    ready = Guarded(procedure, arena)
    rules = FAST_RULES if is_fast(ready.shared) else RULES
    expected = reference_with_bounds(procedure.graph, [*arguments, *made.state], rules)
    threads.set_threads(1)
    results, given, state = ready.call(arguments, made.state, "end")
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
    first = [*results, *state]
    return _repeated(ready, made, first) or _plainly(ready, made, first) or _resumed(made, first)


def _plainly(ready: Guarded, made: Program, first: list[Any]) -> str | None:
    """A call as users make it gives the same bits, and results that share no memory."""
    state = [a.copy() for a in made.state]
    results = ready.ready(made.arguments, state)
    if not all(same_bits(a, b) for a, b in zip(first, [*results, *state], strict=True)):
        return "other bits in memory that is not guarded"
    for i, result in enumerate(results):
        for other in (*results[:i], *made.arguments, *state):
            if np.shares_memory(result, other):
                return f"result {i} shares memory"
    return None


def _repeated(ready: Guarded, made: Program, first: list[Any]) -> str | None:
    """Other numbers of threads, and loops, give the same bits."""
    for count, side in ((2, "begin"), (3, "end"), (4, "begin")):
        threads.set_threads(count)
        results, _, state = ready.call(made.arguments, made.state, side)
        recompute = [*results, *state]
        if not all(same_bits(a, b) for a, b in zip(first, recompute, strict=True)):
            return f"other bits on {count} threads"
    if not made.arguments:
        return None
    threads.set_threads(1)
    state, calls = made.state, []
    for _ in range(ROWS):
        results, _, state = ready.call(made.arguments, state, "begin")
        calls.append(results)
    stacked = [np.stack(column) for column in zip(*calls, strict=True)]
    rows = [np.stack([a] * ROWS) for a in made.arguments]
    for count, side in ((1, "end"), (3, "begin")):
        threads.set_threads(count)
        results, _, looped = ready.call(rows, made.state, side, ROWS)
        pairs = zip([*stacked, *state], [*results, *looped], strict=True)
        if not all(same_bits(a, b) for a, b in pairs):
            return f"a loop on {count} threads gives other bits than calls"
    return None


def _resumed(made: Program, first: list[Any]) -> str | None:
    """Compiled anew, on other memory and threads, a program goes on from what was left."""
    procedure = made.procedure
    if not procedure.updates or len(procedure.graph.nodes) % RESUMED:
        return None
    state = first[procedure.results :]
    found = []
    for arena, count, side in ((ARENAS[0], 1, "end"), (ARENAS[2], 4, "begin")):
        threads.set_threads(count)
        results, _, after = Guarded(procedure, arena).call(made.arguments, state, side)
        found.append([*results, *after])
    if not all(same_bits(a, b) for a, b in zip(*found, strict=True)):
        return "other bits where a run goes on, compiled anew"
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
    and added in blocks, sums over rows cut, rows reduced some at once, rows set apart, and those
    of loops kept apart. But where all is to be `whole`, kernels are kept short too, their bodies
    written once, rules called, and products cut into parts of k. What is `chosen` stays so: which
    convolutions have fewer multiplications, and how high blocks of rows are. Nothing is kept on the
    disk: the code is not that of the same programs outside.
    """

    LIMITS = (
        (work, "SHARED_NANOSECONDS", 0),
        (work, "CHUNK_NANOSECONDS", 1),
        (executor, "LEAST_WORK", 0),
        (sharing, "WORTH_WAKING", ((math.inf, 0),)),
        (long_products, "SHORTEST", 2),
        (long_products, "LONGEST", 5),
        (granularity, "KEPT_BYTES", 0),
        (work, "MOST_CHUNKS_OF_LOOP", 16),
        (row_blocks, "FEWEST_TURNS", 1),
        (row_blocks, "HEIGHTS", ((3, 2), (2, 1))),
        (batch_strips, "LARGE_BYTES", 0),
        (batch_strips, "FEWEST", 2),
        (triangular_products, "LEAST", 8),
        (row_strips, "LARGE_BYTES", 0),
        (row_strips, "FEWEST_ROWS", 2),
        (fusion, "MOST_NODES", 4),
        (recompute, "MOST_NODES", 4),
        (loop_unit, "LONG_NODES", 1),
        (emission, "MOST_WRITTEN_OUT", 0),
        (sum_blocks, "BLOCK", 2),
        (vectors, "BLOCK", 4),
        (window_rules, "MUCH_WORK", 1),
        (window_rules, "FEWEST_CHANNELS", 1),
        (dilated_images, "MUCH_WORK", 1),
        (fast_convolutions, "GAIN", math.inf),
        (fast_gradients, "GAIN", math.inf),
        (fast_convolutions, "MOST_TILES", 4),
        (fast_gradients, "MOST_BLOCKS", 2),
        (fast_gradients, "SUM_BYTES", 40_000),
        (accumulation, "BLOCK", 2),
        # Less would be less than two squares of a wide tile.
        (tiling, "PACKED_BYTES", 1 << 16),
        (row_padding, "FEWEST_ROWS", 2),
        (row_padding, "LINE", 16),
    )

    CUTTING = ("LONGEST", "MOST_NODES", "LONG_NODES", "MOST_WRITTEN_OUT")  # into short kernels

    CHOICES = ("GAIN", "MOST_TILES", "MOST_BLOCKS", "HEIGHTS")

    def __init__(self, *, whole: bool = False, chosen: bool = False) -> None:
        left_out = (*(self.CUTTING if whole else ()), *(self.CHOICES if chosen else ()))
        self.limits = [limit for limit in self.LIMITS if limit[1] not in left_out]

    def __enter__(self) -> None:
        self.threads = threads._Choice.count
        self.before = [getattr(module, name) for module, name, _ in self.limits]
        self.cache = os.environ.get("PELLUCID_CACHE")
        os.environ["PELLUCID_CACHE"] = os.devnull
        for module, name, limit in self.limits:
            setattr(module, name, limit)
        tiling.tiling.cache_clear()
        self.stack = guarded_stack()
        self.stack.__enter__()

    def __exit__(self, *failure: object) -> None:
        self.stack.__exit__()
        threads._Choice.count = self.threads
        if self.cache is None:
            del os.environ["PELLUCID_CACHE"]
        else:
            os.environ["PELLUCID_CACHE"] = self.cache
        for (module, name, _), limit in zip(self.limits, self.before, strict=True):
            setattr(module, name, limit)
        tiling.tiling.cache_clear()


def finely(seed: int) -> small_chunks:
    """How finely the program of a seed is divided."""
    return small_chunks(whole=seed % 4 > 0, chosen=seed % 5 < 2)


def checked(seed: int, target: str = "") -> tuple[Program, str | None]:
    """The program of a seed, and what is wrong with it, for a CPU; "all": for each in turn."""
    made, name = seeded(seed), target_of(seed) if target == "all" else target
    try:
        with finely(seed), on_target(name) if name else nullcontext():
            return made, difference(made, ARENAS[seed % len(ARENAS)])
    except Exception as fault:
        return made, f"{type(fault).__name__}: {fault}"


def main(seeds: Iterable[int], target: str) -> int:
    """Run programs; the number of those that differ. The last seed printed is the one that died."""
    bad, count, start = 0, 0, time.monotonic()
    for seed in seeds:
        print(f"\rprogram {seed} ", end="", flush=True)
        made, wrong = checked(seed, target)
        count += 1
        if wrong:
            bad += 1
            print(wrong, flush=True)
            if bad <= 5:
                print(made.procedure.graph, made.procedure.updates, flush=True)
    print(f"\r{bad} of {count} programs differ ({time.monotonic() - start:.0f} s)")
    return bad


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[0] == "of":
        sys.exit(min(main(map(int, words[1:]), "all"), 1))
    first = int(words[1]) if len(words) > 1 else 0
    sys.exit(min(main(range(first, first + int(words[0])), words[2] if len(words) > 2 else ""), 1))
