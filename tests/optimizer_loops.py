"""Each optimizer as a loop in NumPy, written from its paper alone, and what it is tried on.

LOOPS       by the optimizer's name: a function of weights, gradient, what it remembers, update
walked      a hundred updates of such a loop on the surface below
compiled    the same updates by an optimizer of the library

The surface is a bowl for each of some matrices and a vector, of curvatures from 0.2 to 3, which a
force that turns moves to and fro, so that gradients keep changing signs and sizes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import pellucid as pc

STEPS = 100
SHAPES = {"first": (5, 4), "hidden": (4, 6), "wide": (6, 3), "last": (3, 2), "bias": (3,)}
RATE = 0.01


def start(dtype: Any = "float64") -> dict[str, Any]:
    """The weights before the first update."""
    return {
        name: np.sin(1.0 + i + np.arange(np.prod(shape))).reshape(shape).astype(dtype)
        for i, (name, shape) in enumerate(SHAPES.items())
    }


def curvature(shape: tuple[int, ...]) -> Any:
    """Of each weight, from 0.2 to 3."""
    return np.linspace(0.2, 3.0, int(np.prod(shape))).reshape(shape)


def force(t: int, shape: tuple[int, ...]) -> Any:
    """What is added to the gradients of an update."""
    return 0.5 * np.sin(0.7 * t + np.arange(int(np.prod(shape)))).reshape(shape)


def mean(rate: float, old: Any, new: Any) -> Any:
    """An exponentially weighted average."""
    return rate * old + (1 - rate) * new


def lion(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    m = s.get("m", 0.0)
    s["m"] = mean(0.99, m, g)
    return w - RATE * np.sign(mean(0.9, m, g))


def moments(g: Any, s: dict[str, Any]) -> tuple[Any, Any]:
    s["m"] = mean(0.9, s.get("m", 0.0), g)
    s["v"] = mean(0.999, s.get("v", 0.0), g**2)
    return s["m"], s["v"]


def radam(w: Any, g: Any, s: dict[str, Any], t: int, threshold: float = 4.0) -> Any:
    m, v = moments(g, s)
    most = 2 / (1 - 0.999) - 1
    rho = most - 2 * t * 0.999**t / (1 - 0.999**t)
    m = m / (1 - 0.9**t)
    if rho <= threshold:
        return w - RATE * m
    adaptive = np.sqrt(1 - 0.999**t) / (np.sqrt(v) + 1e-8)
    r = np.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
    return w - RATE * r * m * adaptive


def nadam(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    mu = [0.9 * (1 - 0.5 * 0.96 ** (0.004 * i)) for i in range(1, t + 2)]
    s["m"] = mean(mu[-2], s.get("m", 0.0), g)
    s["v"] = mean(0.999, s.get("v", 0.0), g**2)
    m = mu[-1] * s["m"] / (1 - np.prod(mu)) + (1 - mu[-2]) * g / (1 - np.prod(mu[:-1]))
    v = 0.999 * s["v"] / (1 - 0.999**t)
    return w - RATE * m / (np.sqrt(v) + 1e-8)


def nadam_constant(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    mu = [0.9 * (1 - 0.5 * 0.96 ** (0.004 * i)) for i in range(1, t + 2)]
    m, v = moments(g, s)
    m = mu[-1] * m / (1 - np.prod(mu)) + (1 - mu[-2]) * g / (1 - np.prod(mu[:-1]))
    return w - RATE * m / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def adamax(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    s["m"] = mean(0.9, s.get("m", 0.0), g)
    s["u"] = np.maximum(0.999 * s.get("u", 0.0), np.abs(g))
    return w - RATE / (1 - 0.9**t) * s["m"] / s["u"]


def adam_epsilon_hat(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    m, v = moments(g, s)
    return w - RATE * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)


def adadelta(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    s["h"] = mean(0.95, s.get("h", 0.0), g**2)
    d = np.sqrt(s.get("u", 0.0) + 1e-6) / np.sqrt(s["h"] + 1e-6) * g
    s["u"] = mean(0.95, s.get("u", 0.0), d**2)
    return w - RATE * d


def lamb(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    m, v = moments(g, s)
    r = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-6) + 0.01 * w * (w.ndim > 1)
    return w - RATE * np.linalg.norm(w) / np.linalg.norm(r) * r


def newton_schulz(x: Any) -> Any:
    """Jordan's zeropower_via_newtonschulz5, in float64, of rows no longer than columns."""
    if x.shape[0] > x.shape[1]:
        return newton_schulz(x.T).T
    x = x / (np.linalg.norm(x) + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x


HIDDEN = {SHAPES["hidden"], SHAPES["wide"]}


def muon(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    return muon_of(w, g, s, t, lambda rows, columns: np.sqrt(max(1.0, columns / rows)), 0.015)


def muon_as_adam(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    return muon_of(w, g, s, t, lambda rows, columns: 0.2 * np.sqrt(max(rows, columns)), 1.0)


def muon_of(w: Any, g: Any, s: dict[str, Any], t: int, scale: Any, rest: float) -> Any:
    if w.shape in HIDDEN:
        s["b"] = 0.95 * s.get("b", 0.0) + g
        # The paper's matrices are (units, inputs), ours are their transposes.
        return w - RATE * scale(*w.shape) * newton_schulz((g + 0.95 * s["b"]).T).T
    s["m"] = mean(0.9, s.get("m", 0.0), g)
    s["v"] = mean(0.95, s.get("v", 0.0), g**2)
    divisor = np.sqrt(s["v"] / (1 - 0.95**t)) + 1e-10
    return w - RATE * rest * s["m"] / (1 - 0.9**t) / divisor


def schedule_free(
    y: Any, s: dict[str, Any], d: Any, rate: float, start: float, counted: float | None = None
) -> Any:
    z = s.get("z", y) - rate * d
    x = s.get("x", y)
    square = (rate if counted is None else counted) ** 2
    s["squares"] = s.get("squares", start * square) + square
    c = square / s["squares"]
    s["z"], s["x"] = z, (1 - c) * x + c * z
    return 0.1 * s["z"] + 0.9 * s["x"]


def schedule_free_sgd(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    return schedule_free(w, s, g, RATE, 1.0)


def schedule_free_adamw(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    s["v"] = mean(0.999, s.get("v", 0.0), g**2)
    d = g / (np.sqrt(s["v"]) + 1e-8)
    return schedule_free(w, s, d, RATE * np.sqrt(1 - 0.999**t), 0.0)


def schedule_free_adamw_corrected(w: Any, g: Any, s: dict[str, Any], t: int) -> Any:
    s["v"] = mean(0.999, s.get("v", 0.0), g**2)
    d = g / (np.sqrt(s["v"] / (1 - 0.999**t)) + 1e-8)
    return schedule_free(w, s, d, RATE, 0.0)


Loop = Callable[..., Any]
LOOPS: dict[str, Loop] = {
    "Adadelta": adadelta,
    "AdamEpsilonHat": adam_epsilon_hat,
    "Adamax": adamax,
    "LAMB": lamb,
    "Lion": lion,
    "Muon": muon,
    "MuonAsAdam": muon_as_adam,
    "NAdam": nadam,
    "NAdamConstant": nadam_constant,
    "RAdam": radam,
    "ScheduleFreeAdamW": schedule_free_adamw,
    "ScheduleFreeAdamWCorrected": schedule_free_adamw_corrected,
    "ScheduleFreeSGD": schedule_free_sgd,
}


def walked(loop: Loop, steps: int = STEPS) -> dict[str, Any]:
    """The weights after so many updates of a loop in NumPy, in float64."""
    weights: dict[str, Any] = start()
    kept: dict[str, dict[str, Any]] = {name: {} for name in weights}
    for t in range(1, steps + 1):
        for name, w in weights.items():
            g = curvature(w.shape) * w + force(t, w.shape)
            weights[name] = loop(w, g, kept[name], t)
    return weights


def surface(weights: dict[str, Any], forces: dict[str, Any]) -> Any:
    """The loss whose gradients the loops above are given."""
    parts = [
        (w * w * pc.tensor(0.5 * curvature(w.shape), dtype=w.dtype) + w * forces[name]).sum()
        for name, w in weights.items()
    ]
    return sum(parts[1:], parts[0])


def compiled(kind: Any, executor: str, dtype: str = "float64", steps: int = STEPS) -> Any:
    """The weights after so many updates of an optimizer, compiled."""
    weights = {name: pc.Parameter(w) for name, w in start(dtype).items()}
    optimizer = kind(weights, RATE)

    @pc.compile(executor=executor)
    def step(forces: dict[str, Any]) -> None:
        optimizer.minimize(surface(weights, forces))

    for t in range(1, steps + 1):
        step({n: pc.tensor(force(t, w.shape), dtype=dtype) for n, w in weights.items()})
    return {name: w.value.numpy() for name, w in weights.items()}
