"""A contender: one system in one configuration, ready to work.

Contender       what is timed
with_threads    one contender for each number of threads
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """One system in one configuration."""

    system: str
    config: str
    run: Callable[[int], float]
    threads: int | None = None
    set_threads: Callable[[int], None] | None = None

    def go(self, steps: int) -> float:
        """Train some steps, or predict some batches, with this configuration's threads."""
        if self.set_threads is not None and self.threads is not None:
            self.set_threads(self.threads)
        return self.run(steps)


def with_threads(
    system: str,
    form: str,
    run: Callable[[int], float],
    threads: Sequence[int],
    set_threads: Callable[[int], None],
) -> list[Contender]:
    """One contender for each number of threads; they share what `run` holds."""
    return [
        Contender(system, f"{form}, {n} thread{'s' * (n > 1)}", run, n, set_threads)
        for n in threads
    ]
