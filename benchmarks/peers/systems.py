"""pellucid and its peers: the same work in each, in the ways each is best used.

beside          pellucid and some of them, as those who take part
contenders      each in several configurations
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import peer_jax
import peer_numpy
import peer_predictions
import peer_sklearn
import peer_torch
from available import NO_WHOLE_RUNS, installed

from pellucid.bench.alone import native
from pellucid.bench.contender import Contender, Systems
from pellucid.bench.workloads import Problem

WHOLE_RUN = Path(__file__).with_name("peer_whole_run.py")


def beside(peers: Sequence[str], threads: Sequence[int]) -> Systems:
    """pellucid and the given peers, in all their configurations.

    Errors: OptionError for an unknown peer.
    """
    here = installed(peers)
    training = [name for name in here if name not in NO_WHOLE_RUNS]
    runs = {name: (sys.executable, str(WHOLE_RUN), name) for name in training}
    return Systems(lambda problem: contenders(problem, here, threads), runs)


def contenders(problem: Problem, peers: Sequence[str], threads: Sequence[int]) -> list[Contender]:
    """pellucid and the given peers, which are installed, in all their configurations.

    Keras is not among them: a step of its backends alone is far quicker than one through it.
    """
    found = native(problem, threads)
    if not problem.workload.trains:
        return found + peer_predictions.contenders(problem, peers, threads)
    makers: dict[str, Any] = {
        "torch": peer_torch.contenders,
        "jax": peer_jax.contenders,
        "sklearn": peer_sklearn.contenders,
        "numpy": peer_numpy.contenders,
    }
    for peer in peers:
        if peer in makers:
            found += makers[peer](problem, threads)
    return found
