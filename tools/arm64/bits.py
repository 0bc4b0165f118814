"""The bits of random programs, to be compared between ARM64 and a machine that stands in for it.

    PYTHONPATH=.:tests python tools/arm64/bits.py FIRST COUNT

For each program: its seed, a digest of the bits of all that it computes on one thread, and one that
takes every nan for the same. On other machines than ARM64, programs are made for its vectors
and registers (`forced("neon")`).
"""

import hashlib
import sys

import numpy as np
from executors.native.cpus import on_target
from executors.native.programs import seeded

from pellucid.executors import threads
from pellucid.executors.native.executor import Native


def computed(seed: int) -> list[np.ndarray]:
    """All results and variables after one call; the text of the error where it fails."""
    made = seeded(seed)
    state = [array.copy() for array in made.state]
    try:
        results = Native(made.procedure)([array.copy() for array in made.arguments], state)
    except Exception as error:
        results = [np.frombuffer(str(error).encode(), np.uint8)]
    return [*results, *state]


def one_nan(array: np.ndarray) -> np.ndarray:
    """The array with one nan for all."""
    return np.where(np.isnan(array), np.nan, array) if array.dtype.kind == "f" else array


def digest(arrays: list[np.ndarray]) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()[:16]


def main() -> None:
    threads.set_threads(1)
    first, count = map(int, sys.argv[1:])
    with on_target("neon"):
        for seed in range(first, first + count):
            arrays = computed(seed)
            print(seed, digest(arrays), digest([one_nan(a) for a in arrays]), flush=True)


main()
