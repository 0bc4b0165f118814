"""Training as a plain loop in NumPy and float64: what a Trainer does, written from the pages alone.

    looped    the weights after some epochs, and the average of them

The network is x W1 + b1, tanh, W2 + b2 under the weighted mean of cross-entropies.
"""

import math
from typing import Any

import numpy as np

from pellucid.data.batches import batches

Arrays = dict[str, Any]


def gradient(w: Arrays, x: Any, ids: Any, weights: Any) -> Arrays:
    """The gradient of sum(weights l) / sum(weights) over some samples."""
    h = np.tanh(x @ w["inner.weight"] + w["inner.bias"])
    scores = h @ w["outer.weight"] + w["outer.bias"]
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(ids)), ids] -= 1.0
    slope = p * (weights / weights.sum())[:, None]
    back = slope @ w["outer.weight"].T * (1.0 - h * h)
    return {
        "inner.weight": x.T @ back,
        "inner.bias": back.sum(axis=0),
        "outer.weight": h.T @ slope,
        "outer.bias": slope.sum(axis=0),
    }


def clipped(g: Arrays, clip: str | None) -> Arrays:
    """By value at 0.02, or by the norm of all at 0.1."""
    if clip == "value":
        return {name: np.clip(each, -0.02, 0.02) for name, each in g.items()}
    norm = math.sqrt(sum((each**2).sum() for each in g.values()))
    share = min(1.0, 0.1 / norm) if clip == "global norm" else 1.0
    return {name: each * share for name, each in g.items()}


def rate(schedule: str, step: int) -> float:
    """The learning rate of an update, 0 for the first; the numbers are those of the grammar."""
    if schedule == "cosine":
        return 0.002 + 0.018 * (1.0 + math.cos(math.pi * min(step, 9) / 9)) / 2.0
    return 0.02 * 0.5 ** (step // 4) if schedule == "steps" else 0.02


def stepped(kind: str, w: Any, g: Any, s: Arrays, lr: float, t: int) -> Any:
    """One parameter after the formula of an optimizer; `s` is what it remembers."""
    if kind == "sgd":
        return w - lr * g
    if kind in ("momentum", "nesterov"):
        s["v"] = v = 0.9 * s.get("v", 0.0) + g
        return w - lr * (g + 0.9 * v if kind == "nesterov" else v)
    if kind in ("adagrad", "rmsprop"):
        keep, new = (1.0, 1.0) if kind == "adagrad" else (0.9, 0.1)
        s["h"] = h = keep * s.get("h", 0.0) + new * g * g
        return w - lr * g / (np.sqrt(h) + 1e-7)
    s["m"] = m = 0.9 * s.get("m", 0.0) + 0.1 * g
    s["v"] = v = 0.999 * s.get("v", 0.0) + 0.001 * g * g
    return w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def averaged(history: list[Arrays], average: str | None) -> Arrays:
    """The average of the weights after each update; without one the last ones."""
    if average is None:
        return history[-1]
    decay = 0.8 if average == "exponential" else 1.0
    counted = history if average == "exponential" else history[4::2] or history[-1:]
    shares = decay ** np.arange(len(counted) - 1, -1, -1.0)
    shares /= shares.sum()
    return {
        name: sum(share * each[name] for share, each in zip(shares, counted, strict=True))
        for name in history[-1]
    }


def _is_frozen(drawn: Any, epoch: int) -> bool:
    """Whether the first layer is left as it is: no update, no decay, nothing remembered."""
    return drawn.frozen is not None and drawn.frozen[0] <= epoch < drawn.frozen[1]


def looped(w: Arrays, data: Any, weights: Any, drawn: Any, epochs: int) -> tuple[Arrays, Arrays]:
    """The last weights, and the average, after some epochs of a drawn combination."""
    w = {name: np.array(each) for name, each in w.items()}
    memory: dict[str, Arrays] = {name: {} for name in w}
    history: list[Arrays] = []
    x, ids = data.features.astype(np.float64), data.labels
    updates = dict.fromkeys(w, 0)
    for epoch in range(epochs):
        trained = [n for n in w if not (_is_frozen(drawn, epoch) and n.startswith("inner"))]
        for rows in batches(
            len(x), drawn.batch, seed=drawn.seed, epoch=epoch, shuffle=drawn.shuffle,
            drop_last=drawn.drop_last,
        ):  # fmt: skip
            slopes = gradient(w, x[rows], ids[rows], weights[rows])
            g = clipped({name: slopes[name] for name in trained}, drawn.clip)
            lr = rate(drawn.schedule, len(history))
            for name in trained:
                each, t = w[name], updates[name] + 1
                updates[name] = t
                own = lr * (2.0 if drawn.groups and name.endswith("bias") else 1.0)
                is_weight = each.ndim > 1
                slope = g[name] + (drawn.l2 * each if is_weight else 0.0)
                decayed = each - own * drawn.decay * each if is_weight else each
                w[name] = stepped(drawn.optimizer, decayed, slope, memory[name], own, t)
            history.append(dict(w))
    return history[-1], averaged(history, drawn.average)
