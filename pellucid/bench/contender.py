"""A contender: one system in one configuration, ready to work.

Contender       what is timed
with_threads    one contender for each number of threads
Systems         which contenders take part, in steps and in whole runs
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pellucid.bench.workloads import Problem


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


@dataclass(frozen=True)
class Systems:
    """Who takes part: pellucid first, and whoever is compared with it.

    `whole_runs`: the commands of others' whole runs by system. A process of one gets the folder
    of MNIST as its last argument, and prints the test accuracy (`whole_run`).
    """

    contenders: Callable[[Problem], list[Contender]]
    whole_runs: Mapping[str, Sequence[str]]
