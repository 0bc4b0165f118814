"""Updates of optimizers, and schedules, in NumPy: what a loop that is written by hand does.

UPDATES         by name: of weights, their gradient, what is remembered, and the update's number
SCHEDULES       schedules beside what they say, as functions of the updates before
USUAL_DECAY     of optimizers that decay where nothing is said
FREE            optimizers whose average takes the place of a schedule
DECAY_WITHIN    optimizers whose decay is a part of the direction
"""

import math
from collections.abc import Callable
from unittest import mock

import numpy as np
import optimizer_loops

from pellucid import optim


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
    """Decay is a part of the direction. Biases begin at 0, and move all the same, as by Adam."""
    m, v = optimizer_loops.moments(g, s)
    r = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-6) + s["decay"] * w
    lengths = np.linalg.norm(w), np.linalg.norm(r)
    return w - optimizer_loops.RATE * (lengths[0] / lengths[1] if min(lengths) > 0.0 else 1.0) * r


def muon(w, g, s, t):
    with mock.patch.object(optimizer_loops, "HIDDEN", {w.shape} if w.ndim > 1 else set()):
        return optimizer_loops.muon(w, g, s, t)


def free_sgd(w, g, s, t):
    return optimizer_loops.schedule_free_sgd(w, g + s["decay"] * w, s, t)


def free_adamw(w, g, s, t):
    s["v"] = optimizer_loops.mean(0.999, s.get("v", 0.0), g**2)
    d = g / (np.sqrt(s["v"]) + 1e-8) + s["decay"] * w
    rate = optimizer_loops.RATE * np.sqrt(1 - 0.999**t)
    return optimizer_loops.schedule_free(w, s, d, rate, 0.0)


def free_adamw_corrected(w, g, s, t):
    s["v"] = optimizer_loops.mean(0.999, s.get("v", 0.0), g**2)
    d = g / (np.sqrt(s["v"] / (1 - 0.999**t)) + 1e-8) + s["decay"] * w
    rate = optimizer_loops.RATE
    s["most"] = max(s.get("most", 0.0), rate)
    return optimizer_loops.schedule_free(w, s, d, rate, 0.0, s["most"])


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
    "Muon": muon,
    "ScheduleFreeSGD": free_sgd,
    "ScheduleFreeAdamW": free_adamw,
    "ScheduleFreeAdamWCorrected": free_adamw_corrected,
    "SAM": momentum,
    **{name: optimizer_loops.LOOPS[name] for name in FURTHER},
}
USUAL_DECAY = {"AdamW": 0.01, "LAMB": 0.01}
FREE = ("ScheduleFreeSGD", "ScheduleFreeAdamW", "ScheduleFreeAdamWCorrected")
DECAY_WITHIN = ("LAMB", *FREE)


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
