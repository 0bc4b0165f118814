"""Other CPUs, which this one can stand in for: smaller ones of its kind, and ARM64.

TARGETS     their names, this one first
on_target   programs made for one of them
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.executors.native import target as targets

HERE = targets.host().name
SMALLER = {"avx512": ["avx512", "avx2", "sse", "neon"], "avx2": ["avx2", "sse", "neon"]}
TARGETS = SMALLER.get(HERE, [HERE])


@contextmanager
def on_target(name: str) -> Iterator[None]:
    """Inside, programs are made for the CPU of that name."""
    found, before = targets.forced(name), targets.host
    targets.host = lambda: found
    try:
        yield
    finally:
        targets.host = before
