"""Other CPUs, which this one can stand in for: smaller ones of its kind, and ARM64.

TARGETS     their names, this one first
EVERY       more: those with wider vectors, which LLVM splits
on_target   programs made for one of them
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.executors.native.machine import target as targets

HERE = targets.host().name
SMALLER = {"avx512": ["avx512", "avx2", "sse", "neon"], "avx2": ["avx2", "sse", "neon"]}
TARGETS = SMALLER.get(HERE, [HERE])
WIDER = {"avx512": ["avx512 on avx2"], "avx2": ["avx512"]}
EVERY = TARGETS + WIDER.get(HERE, [])


@contextmanager
def on_target(name: str) -> Iterator[None]:
    """Inside, programs are made for the CPU of that name, or for that one on another."""
    before = targets.host
    for each in reversed(name.split(" on ")):
        found = targets.forced(each)
        targets.host = lambda found=found: found
    try:
        yield
    finally:
        targets.host = before
