"""pellucid and its peers: the same training in each, in the ways each is best used.

contenders      all that are installed, for one problem

"""

import importlib.util
from collections.abc import Sequence
from typing import Any

from pellucid.bench.contender import Contender
from pellucid.bench.workloads import Problem


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
