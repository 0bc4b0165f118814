"""A contender: one system in one configuration, ready to train."""

from collections.abc import Callable
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
        """Train some steps, with this configuration's threads."""
        if self.set_threads is not None and self.threads is not None:
            self.set_threads(self.threads)
        return self.run(steps)
