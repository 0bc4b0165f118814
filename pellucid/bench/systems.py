"""pellucid and its peers: the same work in each, in the ways each is best used.

PEERS           by name; Keras takes part in whole runs alone
installed       those that are here
contenders      pellucid and those of them that do a workload's work
"""

import importlib.util
from collections.abc import Sequence
from typing import Any

from pellucid.bench.contender import Contender
from pellucid.bench.workloads import Problem
from pellucid.errors import OptionError, closest

PEERS = ("torch", "jax", "sklearn", "numpy", "keras")  # the names of their modules, too
KERAS_BACKENDS = ("jax", "torch")  # the quicker one first


def installed(peers: Sequence[str]) -> list[str]:
    """The peers that can be imported here.

    Errors: OptionError for an unknown peer.
    """
    for peer in peers:
        if peer not in PEERS:
            raise OptionError(f"bench: peer {peer!r}. {closest(peer, PEERS)}")
    return [peer for peer in peers if _is_there(peer) and (peer != "keras" or keras_backend())]


def keras_backend() -> str | None:
    """The framework on which Keras is run here."""
    return next((name for name in KERAS_BACKENDS if _is_there(name)), None)


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def contenders(problem: Problem, peers: Sequence[str], threads: Sequence[int]) -> list[Contender]:
    """pellucid and the given peers, which are installed, in all their configurations.

    Keras is not among them: a step of its backends alone is far quicker than one through it.
    """
    from pellucid.bench import ours, peer_jax, peer_numpy, peer_sklearn, peer_torch, prediction

    if not problem.workload.trains:
        return prediction.contenders(problem, peers, threads)
    makers: dict[str, Any] = {
        "torch": peer_torch.contenders,
        "jax": peer_jax.contenders,
        "sklearn": peer_sklearn.contenders,
        "numpy": peer_numpy.contenders,
    }
    found: list[Contender] = ours.contenders(problem, threads)
    for peer in peers:
        if peer in makers:
            found += makers[peer](problem, threads)
    return found
