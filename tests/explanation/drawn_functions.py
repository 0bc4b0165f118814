"""Functions drawn at random from primitives, each a loss of a batch and some parameters."""

import numpy as np

UNARY = (
    lambda a: a.tanh(),
    lambda a: a.sigmoid(),
    lambda a: (a * 0.3).exp(),
    lambda a: (a * a + 0.5).log(),
    lambda a: (a * a + 0.1).sqrt(),
    lambda a: (a <= 0.0).where(0.0, a),
    lambda a: a.sin(),
    lambda a: -a,
    lambda a: a.mean(axis=0, keepdims=True) + a,
    lambda a: a - a.max(axis=1, keepdims=True),
    lambda a: a / (a.abs().sum(axis=1, keepdims=True) + 1.0),
    lambda a: (a - a.max(axis=1, keepdims=True)).exp(),
)
BINARY = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1.0),
    lambda a, b: a.maximum(b),
    lambda a, b: (a < b).where(a, b * 2.0),
)


def drawn(seed):
    """A function of x, W, b and its inputs."""
    rng = np.random.default_rng(seed)
    plan = [(int(rng.integers(3)), int(rng.integers(1 << 20)), rng.random(2)) for _ in range(6)]
    x, w, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)

    def function(x, W, b):
        known = [x @ W + b]
        for kind, number, (first, second) in plan:
            a = known[int(first * len(known))]
            other = known[int(second * len(known))]
            if kind == 0:
                known.append(UNARY[number % len(UNARY)](a))
            elif kind == 1:
                known.append(BINARY[number % len(BINARY)](a, other))
            else:
                known.append(a @ W + (b if number % 2 else 0.5))
        return known[-1].mean() + (known[-2] * known[-2]).sum() * 0.1

    return function, (x, w, b)
