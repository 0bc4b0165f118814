"""A training as a plain loop in NumPy, in float64: what a Trainer's must come to.

    trained     the weights after all epochs, from the same start
    UPDATES     the updates of optimizers, by name
    SCHEDULES   schedules beside what they say, as functions of the updates before

Nothing is shared with the library but the order of samples, which has tests of its own. What a step
does, in this order: gradients of the loss, divided by the weight of the batch; clipping; penalties
in the gradient; decay; the optimizer's formula; what rules do to the new weights; the average.
"""

import copy
import math
from collections.abc import Callable
from unittest import mock

import numpy as np
import optimizer_loops

from pellucid import optim
from pellucid.data import batches

BATCH, EPOCHS = 8, 4
RATE, PENALTY, LIMIT, LONGEST = 0.05, 0.03, 0.02, 0.8
KEPT = 0.5  # of a state, from one step of a sequence to the next
CLASS_WEIGHTS = [1.0, 2.0, 0.5, 1.5]
SAMPLE_WEIGHTS = np.tile(np.float32([0.5, 1.0, 2.0, 1.0]), 100)


def sgd(w, g, s, t):
    return w - optimizer_loops.RATE * g


def momentum(w, g, s, t):
    s["v"] = 0.9 * s.get("v", 0.0) + g
    return w - optimizer_loops.RATE * s["v"]


def nesterov(w, g, s, t):
    s["v"] = 0.9 * s.get("v", 0.0) + g
    return w - optimizer_loops.RATE * (g + 0.9 * s["v"])


def adagrad(w, g, s, t):
    s["h"] = s.get("h", 0.0) + g**2
    return w - optimizer_loops.RATE * g / (np.sqrt(s["h"]) + 1e-7)


def rmsprop(w, g, s, t):
    s["h"] = 0.9 * s.get("h", 0.0) + 0.1 * g**2
    return w - optimizer_loops.RATE * g / (np.sqrt(s["h"]) + 1e-7)


def adam(w, g, s, t):
    m, v = optimizer_loops.moments(g, s)
    m, v = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - optimizer_loops.RATE * m / (np.sqrt(v) + 1e-8)


def lamb(w, g, s, t):
    """Biases begin at 0, and move all the same: then the step is that of Adam."""
    if np.linalg.norm(w) > 0.0:
        return optimizer_loops.lamb(w, g, s, t)
    m, v = optimizer_loops.moments(g, s)
    return w - optimizer_loops.RATE * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-6)


FURTHER = ("Adadelta", "AdamEpsilonHat", "Adamax", "Lion", "NAdam", "RAdam")
UPDATES = {
    "SGD": sgd,
    "Momentum": momentum,
    "Nesterov": nesterov,
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
    "AdamW": adam,
    "LAMB": lamb,
    **{name: optimizer_loops.LOOPS[name] for name in FURTHER},
}
USUAL_DECAY = {"AdamW": 0.01}


def half_cosine(share, first, last):
    return last + (first - last) * (1 + math.cos(math.pi * min(max(share, 0.0), 1.0))) / 2


def one_cycle(n, peak=0.05, steps=12, rise=0.3):
    top = rise * steps - 1
    if n <= top:
        return half_cosine(n / top, peak / 25, peak)
    return half_cosine((n - top) / (steps - 1 - top), peak, peak / 250_000)


SCHEDULES: dict[str, tuple[optim.Schedule, Callable[[int], float]]] = {
    "StepDecay": (optim.StepDecay(0.05, every=4, factor=0.5), lambda n: 0.05 * 0.5 ** (n // 4)),
    "ExponentialDecay": (optim.ExponentialDecay(0.04, 0.9), lambda n: 0.04 * 0.9**n),
    "CosineDecay": (optim.CosineDecay(0.05, 8, 0.001), lambda n: half_cosine(n / 8, 0.05, 0.001)),
    "WarmUp": (
        optim.WarmUp(3, optim.LinearDecay(0.05, 10)),
        lambda n: min(1.0, (n + 1) / 3) * 0.05 * (1 - min(1.0, max(0, n - 3) / 10)),
    ),
    "LinearDecay": (
        optim.LinearDecay(0.05, 9, 0.01), lambda n: 0.05 + (0.01 - 0.05) * min(n, 9) / 9
    ),
    "PolynomialDecay": (
        optim.PolynomialDecay(0.05, 20, 2.0, 0.001),
        lambda n: 0.001 + 0.049 * (1 - n / 20) ** 2,
    ),
    "InverseSquareRoot": (
        optim.InverseSquareRoot(0.05, 4),
        lambda n: 0.05 * min((n + 1) / 4, math.sqrt(4 / (n + 1))),
    ),
    "CosineRestarts": (
        optim.CosineRestarts(0.05, period=2, factor=2),
        lambda n: half_cosine(n / 2, 0.05, 0) if n < 2
        else half_cosine((n - 2) / 4, 0.05, 0) if n < 6 else half_cosine((n - 6) / 8, 0.05, 0),
    ),
    "Chain": (
        optim.Chain([optim.Constant(0.02), optim.LinearDecay(0.05, 10)], at=[5]),
        lambda n: 0.02 if n < 5 else 0.05 * (1 - (n - 5) / 10),
    ),
    "OneCycle": (optim.OneCycle(0.05, 12), one_cycle),
}  # fmt: skip


def epoch_batches(options, samples, seed, epoch):
    """The batches of an epoch."""
    cut = {"shuffle": options["data"] != "in-order", "drop_last": options["data"] == "drop-last"}
    return batches(samples, BATCH, seed=seed, epoch=epoch, **cut)


def updates(options, samples):
    """How many updates there are in all."""
    return EPOCHS * len(epoch_batches(options, samples, 0, 0))


def slopes(weights, h, ids, counts):
    """Those of the weighted mean of the cross-entropy by what the output layer is given."""
    z = h @ weights["output.weight"] + weights["output.bias"]
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    dz = e / e.sum(axis=-1, keepdims=True) - np.eye(z.shape[-1])[ids]
    return dz * (counts / counts.sum())[..., None]


def gradients(weights, x, ids, counts):
    """Of samples, or of sequences step by step, by hand."""
    a = x @ weights["hidden.weight"] + weights["hidden.bias"]
    h = np.tanh(a)
    for t in range(1, h.shape[1] if h.ndim > 2 else 0):
        h[:, t] = np.tanh(a[:, t] + KEPT * h[:, t - 1])
    dz = slopes(weights, h, ids, counts)
    dh = dz @ weights["output.weight"].T
    da = dh * (1 - h**2)
    for t in range(h.shape[1] - 2 if h.ndim > 2 else -1, -1, -1):
        da[:, t] = (dh[:, t] + KEPT * da[:, t + 1]) * (1 - h[:, t] ** 2)
    h, x, dz, da = (each.reshape(-1, each.shape[-1]) for each in (h, x, dz, da))
    return {
        "hidden.weight": x.T @ da,
        "hidden.bias": da.sum(axis=0),
        "output.weight": h.T @ dz,
        "output.bias": dz.sum(axis=0),
    }


def counted(options, ids, outside):
    """How much each label counts; `outside`: the class that stands behind the end of sequences."""
    counts = np.ones(ids.shape)
    if options["weights"] == "samples":
        counts = counts * SAMPLE_WEIGHTS[: len(ids)].reshape(-1, *[1] * (ids.ndim - 1))
    if options["weights"] == "classes":
        counts = counts * np.array(CLASS_WEIGHTS)[ids]
    return counts * (ids != outside)


def clipped(kind, found):
    if kind == "ByValue":
        return {name: np.clip(g, -LIMIT, LIMIT) for name, g in found.items()}
    if kind == "ByNorm":
        return {n: g * min(1.0, LIMIT / np.linalg.norm(g)) for n, g in found.items()}
    if kind == "ByGlobalNorm":
        norm = math.sqrt(sum(float((g**2).sum()) for g in found.values()))
        return {name: g * min(1.0, LIMIT / norm) for name, g in found.items()}
    return found


def rate_of(options, name, n):
    """The learning rate of a parameter, after n updates."""
    rate = SCHEDULES[options["rate"]][1](n) if options["rate"] in SCHEDULES else RATE
    if not name.startswith("output."):
        return rate
    own = {
        "factor": 0.5 * rate,
        "own-rate": 0.02,
        "own-schedule": SCHEDULES["ExponentialDecay"][1](n),
    }
    return own.get(options["groups"], rate)


def updated(options, name, w, g, state, n):
    """One parameter after an update; n: the updates before."""
    rate, rule = rate_of(options, name, n), options["rule"]
    is_weight = w.ndim > 1
    if is_weight and rule == "l2":
        g = g + PENALTY * w
    if is_weight and rule == "l1":
        g = g + PENALTY * np.sign(w)
    decay = PENALTY if rule == "weight_decay" else USUAL_DECAY.get(options["optimizer"], 0.0)
    if options["groups"] == "own-decay" and name.startswith("output."):
        decay = 0.1
    if is_weight:
        w = w * (1 - rate * decay)
    with mock.patch.object(optimizer_loops, "RATE", rate):
        state["updates"] = state.get("updates", 0) + 1
        w = UPDATES[options["optimizer"]](w, g, state, state["updates"])
    if is_weight and rule == "Proximal":
        w = np.sign(w) * np.maximum(np.abs(w) - rate * PENALTY, 0.0)
    if is_weight and rule == "MaxNorm":
        w = w * np.minimum(1.0, LONGEST / np.linalg.norm(w, axis=0))
    return w


def is_frozen(options, name, epoch):
    """Whether a parameter stays in an epoch."""
    frozen = {"at-first": epoch < 2, "at-last": epoch >= 2}.get(options["frozen"], False)
    return frozen and name.startswith("hidden.")


class Average:
    """A mean of the weights that are counted."""

    def __init__(self, kind):
        self.decay = {"exponential": 0.8, "seldom": 0.5}.get(kind, 1.0)
        self.start, self.every = (5 if kind == "late" else 0), (3 if kind == "seldom" else 1)
        self.counted, self.weights = [], None

    def see(self, update, weights):
        if update > self.start and (update - self.start) % self.every == 0:
            self.counted.append({name: w.copy() for name, w in weights.items()})

    def mean(self, weights):
        if not self.counted:
            return weights
        shares = self.decay ** np.arange(len(self.counted))[::-1]
        return {
            name: np.average([each[name] for each in self.counted], axis=0, weights=shares)
            for name in weights
        }


def trained(options, data, seed, start):
    """The weights that are kept after all epochs."""
    weights = {name: w.astype(np.float64) for name, w in start.items()}
    states = {name: {} for name in weights}
    x, ids = data.features.astype(np.float64), data.labels
    counts = counted(options, ids, data.classes - 1 if ids.ndim > 1 else None)
    average, n = Average(options["average"]), 0
    tried, mark = 0, copy.deepcopy((weights, states, average, n))
    for epoch in range(EPOCHS):
        for batch in epoch_batches(options, len(ids), seed, epoch):
            tried += 1
            if np.isnan(x[batch]).any():  # the step is not made
                if options["not_finite"] == "go-back-met":
                    weights, states, average, n = copy.deepcopy(mark)
                continue
            found = gradients(weights, x[batch], ids[batch], counts[batch])
            found = {n: g for n, g in found.items() if not is_frozen(options, n, epoch)}
            found = clipped(options["clip"], found)
            for name, g in found.items():
                weights[name] = updated(options, name, weights[name], g, states[name], n)
            n += 1
            average.see(n, weights)
            if tried % 3 == 0:
                mark = copy.deepcopy((weights, states, average, n))
    return weights if options["average"] == "none" else average.mean(weights)
