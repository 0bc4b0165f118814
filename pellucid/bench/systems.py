"""pellucid and its peers: the same training in each, in the ways each is best used.

    Contender       one system in one configuration, ready to train
    contenders      all that are installed, for one problem

A contender's `run(steps)` trains from where it stands and gives the last loss.
"""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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
        """Train some steps, with this configuration's threads."""
        if self.set_threads is not None and self.threads is not None:
            self.set_threads(self.threads)
        return self.run(steps)


def installed(peers: Sequence[str]) -> list[str]:
    """The peers that can be imported here."""
    modules = {"torch": "torch", "jax": "jax", "sklearn": "sklearn", "numpy": "numpy"}
    return [peer for peer in peers if importlib.util.find_spec(modules[peer]) is not None]


def contenders(problem: Problem, peers: Sequence[str], threads: Sequence[int]) -> list[Contender]:
    """pellucid and the given peers, in all their configurations."""
    from pellucid.bench import ours, peer_jax, peer_numpy, peer_sklearn, peer_torch

    makers: dict[str, Any] = {
        "torch": peer_torch.contenders,
        "jax": peer_jax.contenders,
        "sklearn": peer_sklearn.contenders,
        "numpy": peer_numpy.contenders,
    }
    found: list[Contender] = ours.contenders(problem, threads)
    for peer in installed(peers):
        found += makers[peer](problem, threads)
    return found
