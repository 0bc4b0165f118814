"""One batch through a model and back, node by node: what came out where.

Measured    loss, gradients, outputs, and the numbers of each operation
Numbers     what is kept of one array
measured    run what was captured, on the reference executor
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.evaluation import run
from pellucid.graph import Node
from pellucid.linter.looking import Look

SAME = 1e-5  # of the largest: equal sums may be rounded differently


@dataclass(frozen=True)
class Numbers:
    """What an array is like.

    `rms`: root mean square. `spread`: the standard deviation over the samples, its mean over all
    else; nan where the samples stand on another axis. `dead`: the share of units that are 0 for
    every sample. `far`: the share of numbers beyond 4 on either side, where sigmoid and tanh are
    flat.
    """

    rms: float
    spread: float
    dead: float
    far: float


@dataclass(frozen=True)
class Measured:
    """What one batch gave. `numbers`: by the name of a node's output.

    `alike`: the paths of weights that are the same for all units, and whose gradients are.
    """

    loss: float
    gradients: Mapping[str, Numbers]
    outputs: Sequence[Any]
    numbers: Mapping[str, Numbers]
    alike: Sequence[str] = ()


def measured(look: Look) -> Measured:
    """Run it; no variable changes."""
    captured = look.captured
    state = [variable.present() for variable in captured.variables]
    found: dict[str, Numbers] = {}

    def keep(node: Node, _: list[Any], result: Any) -> None:
        if result.dtype.kind == "f" and result.ndim and not node.scope.startswith("gradient of"):
            found[node.output.name] = numbers_of(result, len(look.arrays[-1]))

    graph = captured.procedure.graph
    results = run(graph, [*look.arrays, *state], observe=keep)
    results = results[: captured.procedure.results]
    count = len(look.reached)
    gradients = {path: numbers_of(g, 0) for path, g in zip(look.reached, results[1:], strict=False)}
    both = zip(look.reached.items(), results[1:], strict=False)
    alike = [path for (path, v), g in both if _are_alike(v.present()) and _are_alike(g)]
    return Measured(
        float(results[0]),
        gradients,
        results[1 + count :],
        found,
        alike,
    )


def _are_alike(weights: Any) -> bool:
    """Whether the numbers of all units are the same, but for rounding."""
    if weights.ndim < 2:
        return False
    units = np.asarray(weights.T if weights.ndim == 2 else weights.reshape(len(weights), -1))
    apart = np.abs(units - units[:1]).max(initial=0.0)
    largest = np.abs(units).max(initial=0.0)
    return len(units) > 1 and bool(apart <= SAME * largest)


def numbers_of(array: Any, batch: int) -> Numbers:
    """What an array is like, its first axis the samples where it is so long."""
    x = np.asarray(array, np.float64)
    rms = float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0
    if not x.ndim or batch < 2 or not len(x) or len(x) % batch:
        return Numbers(rms, math.nan, 0.0, 0.0)
    rows = x.reshape(batch, -1)  # what was laid out as more rows, too
    dead = np.mean(~rows.any(axis=0)) if rows.size else 0.0
    spread = float(np.mean(rows.std(axis=0)))
    return Numbers(
        rms,
        spread,
        float(dead),
        float(np.mean(np.abs(rows) > 4.0)),
    )
