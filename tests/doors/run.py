"""`python -m doors.run` (in tests/): doors tried with many inputs; a table of what became of them.

    python -m doors.run --door graphs --count 10000 --seed 1 --jobs 2
    python -m doors.run --door graphs --seed 1 --only 4711     one input, here, with all it says

Prints door by outcome, and each input that was not read or refused in order. Exit code 1 where
there is one.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from doors import commands, configs, folders, graphs, hdf5, idx, pictures, weights
from doors.bounded import GOOD, OUTCOMES, Result, try_inputs, try_one
from doors.case import Door

DOORS = {
    door.name: door
    for door in (
        graphs.DOOR,
        idx.DOOR,
        pictures.DOOR,
        hdf5.DOOR,
        weights.DOOR,
        configs.CONFIG,
        configs.METRICS,
        configs.TRIALS,
        folders.DOOR,
        commands.DOOR,
    )
}
SHOWN = 12  # faults in full, for each door


def results(door: Door, seed: int, count: int, jobs: int) -> list[Result]:
    """What becomes of so many inputs, tried by so many processes."""

    def part(first: int) -> list[Result]:
        return list(try_inputs(door, seed, range(first, count, jobs)))

    with ThreadPoolExecutor(jobs) as pool:
        found = [result for some in pool.map(part, range(jobs)) for result in some]
    return sorted(found, key=lambda result: result.number)


def faults(found: list[Result]) -> list[Result]:
    """Those of which something else became than being read or refused."""
    return [result for result in found if result.outcome not in GOOD]


def lines(door: Door, found: list[Result]) -> Iterator[str]:
    """The row of the table, and the first faults."""
    counts = Counter(result.outcome for result in found)
    cells = "".join(f"{counts[outcome]:>11,}" for outcome in OUTCOMES)
    slowest = max(found, key=lambda r: r.seconds)
    largest = max(found, key=lambda r: r.bytes)
    yield (
        f"{door.name:<14}{len(found):>8,}{cells}   {slowest.seconds:6.2f} s"
        f"   {largest.bytes / 1e6:6.0f} MB"
    )
    for result in faults(found)[:SHOWN]:
        yield f"--- {door.name} {result.number}: {result.outcome} {result.message[-4000:]}"


def main() -> int:
    """Run the command."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--door", action="append", choices=DOORS)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--only", type=int)
    given = options.parse_args()
    chosen = [DOORS[name] for name in given.door or DOORS]
    if given.only is not None:
        chosen[0].begin()
        print(try_one(chosen[0], given.seed, given.only))
        return 0
    heads = "".join(f"{outcome:>11}" for outcome in OUTCOMES)
    print(f"{'door':<14}{'inputs':>8}{heads}   slowest    largest", flush=True)
    failed, start = False, time.monotonic()
    for door in chosen:
        found = results(door, given.seed, given.count, given.jobs)
        for line in lines(door, found):
            print(line, flush=True)
        failed = failed or bool(faults(found))
    print(f"seed {given.seed}, {time.monotonic() - start:.0f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
