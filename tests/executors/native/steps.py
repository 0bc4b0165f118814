"""Training steps of real size, one by one from the same state on both executors.

    PYTHONPATH=.:tests python -m executors.native.steps 1000

784-50-10 with SGD and Adam, and 784-100x5-10 with batch norm and Adam: at every step the loss
and all variables must be those of the reference executor, to 1e-5 in float32 and 1e-12 in
float64, relative to the largest number of each. Training goes on from the native state.
"""

import sys
import time
from itertools import pairwise
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import nn, optim
from pellucid.captured import capture_call
from pellucid.executors.native.executor import Native
from pellucid.executors.reference import Reference
from pellucid.functional import cross_entropy
from pellucid.structure import flatten

CASES = {
    "784-50-10, SGD": ((784, 50, 10), False, 100, lambda w: optim.SGD(w, 0.1)),
    "784-50-10, Adam": ((784, 50, 10), False, 100, lambda w: optim.Adam(w, 0.001)),
    "784-100x5-10, batch norm, Adam": (
        (784, 100, 100, 100, 100, 100, 10),
        True,
        128,
        lambda w: optim.Adam(w, 0.001),
    ),
}
TOLERANCE: dict[Any, float] = {np.float32: 1e-5, np.float64: 1e-12}


def network(sizes: tuple[int, ...], norm: bool, dtype: Any) -> Any:
    """Dense layers; batch norm would take a bias before it away again, so there is none."""
    rng, layers = pc.Generator(seed=1), []
    for i, (a, b) in enumerate(pairwise(sizes)):
        last = i == len(sizes) - 2
        layers.append(nn.Linear(a, b, rng=rng, dtype=dtype, bias=last or not norm))
        if not last:
            layers += [nn.BatchNorm(b, dtype=dtype)] if norm else []
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def largest_difference(case: str, dtype: Any, steps: int) -> float:
    """The largest relative difference of a loss or variable at any step."""
    sizes, norm, batch, rule = CASES[case]
    model = network(sizes, norm, dtype)
    optimizer = rule(model.parameters())

    def step(x: Any, t: Any) -> Any:
        loss = cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    draw = np.random.default_rng(0)
    centres = draw.random((10, 784))
    leaves: list[Any] = []
    example = np.zeros((batch, 784), dtype), np.zeros(batch, np.int64)
    made = capture_call(step, flatten(example, leaves), leaves)
    native, reference = Native(made.procedure), Reference(made.procedure)
    state = [np.array(v.present()) for v in made.variables]
    worst = 0.0
    for _ in range(steps):
        t = draw.integers(0, 10, batch)
        x = (0.7 * draw.random((batch, 784)) + 0.3 * centres[t]).astype(dtype)
        expected = [a.copy() for a in state]
        pairs = [*zip(native([x, t], state), reference([x, t], expected), strict=True)]
        pairs += zip(state, expected, strict=True)
        worst = max(worst, *(_apart(a, b) for a, b in pairs))
    return worst


def _apart(a: Any, b: Any) -> float:
    return float(np.max(np.abs(a - b), initial=0.0) / max(np.max(np.abs(b), initial=0.0), 1.0))


def main(steps: int) -> int:
    """Compare all cases; the number of those that differ too much."""
    bad = 0
    for case in CASES:
        for dtype, most in TOLERANCE.items():
            start = time.monotonic()
            found = largest_difference(case, dtype, steps)
            bad += found > most
            taken = time.monotonic() - start
            print(f"{case}, {np.dtype(dtype)}: {found:.1e} of {most:.0e} ({taken:.0f} s)")
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1])) else 0)
