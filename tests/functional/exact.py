"""Activations and their first two derivatives in float64, by formulas that keep all digits.

BOUNDS      their stated errors
EXACT       for each function (x) -> the three, each with the scale that its error is measured by
KEPT        how far out native programs, which flush small numbers, keep their digits
worst       the largest errors of a function over numbers of float32

A scale is the sum of the sizes of the terms: where they cancel, as at the minimum of silu, no
relative accuracy is left to be had. Tanh has its slope from its result, which is quicker: the
scale is that of the result.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import erf, expit, ndtr

import pellucid as pc
from pellucid import functional as f
from pellucid.primitives import LogisticDensity

Array = np.ndarray[Any, Any]
Terms = tuple[Array, ...]  # whose sum is the result
Exact = Callable[[Array], tuple[Terms, Terms, Terms]]


def bell(x: Array) -> Array:
    """The density of the normal distribution."""
    return np.exp(-x * x / 2.0) / np.sqrt(2.0 * np.pi)


def _elu(x: Array) -> tuple[Terms, Terms, Terms]:
    low = np.minimum(x, 0.0)
    grows = np.exp(low)
    return (np.where(x > 0, x, np.expm1(low)),), (grows,), (np.where(x > 0, 0.0, grows),)


def _gelu(x: Array) -> tuple[Terms, Terms, Terms]:
    density = bell(x)
    return (x * ndtr(x),), (ndtr(x), x * density), (2.0 * density, -x * x * density)


def _gated(x: Array, z: Array, slope: Array, bend: Array) -> tuple[Terms, Terms, Terms]:
    """x sigmoid(z)."""
    s, c = expit(z), expit(-z)
    curved = (2.0 * s * c * slope, x * s * c * (c - s) * slope**2, x * s * c * bend)
    return (x * s,), (s, x * s * c * slope), curved


def _silu(x: Array) -> tuple[Terms, Terms, Terms]:
    return _gated(x, x, np.ones_like(x), np.zeros_like(x))


def _gelu_tanh(x: Array) -> tuple[Terms, Terms, Terms]:
    k, x = np.sqrt(8.0 / np.pi), np.maximum(x, -1e3)
    near = np.clip(x, -1e3, 1e3)
    z = k * (near + 0.044715 * near**3)
    return _gated(x, z, k * (1.0 + 0.134145 * near**2), k * 0.26829 * near)


def _softplus(x: Array) -> tuple[Terms, Terms, Terms]:
    return (np.logaddexp(0.0, x),), (expit(x),), (expit(x) * expit(-x),)


def _log_sigmoid(x: Array) -> tuple[Terms, Terms, Terms]:
    return (-np.logaddexp(0.0, -x),), (expit(-x),), (-expit(x) * expit(-x),)


def _sigmoid(x: Array) -> tuple[Terms, Terms, Terms]:
    s, c = expit(x), expit(-x)
    return (s,), (s * c,), (-s * c * np.tanh(x / 2.0),)


def _tanh(x: Array) -> tuple[Terms, Terms, Terms]:
    e = np.exp(-2.0 * np.abs(x))
    y, slope = np.tanh(x), 4.0 * e / (1.0 + e) ** 2
    return (y,), (slope, y * y, -y * y), (-2.0 * y * slope, y, -y)


def _logistic_density(x: Array) -> tuple[Terms, Terms, Terms]:
    y, turn = expit(x) * expit(-x), np.tanh(x / 2.0)
    return (y,), (-y * turn,), (y * turn * turn, -2.0 * y * y)


def _erf(x: Array) -> tuple[Terms, Terms, Terms]:
    slope = 2.0 / np.sqrt(np.pi) * np.exp(-x * x)
    return (erf(x),), (slope,), (-2.0 * x * slope,)


def _expm1(x: Array) -> tuple[Terms, Terms, Terms]:
    return (np.expm1(x),), (np.exp(x),), (np.exp(x),)


EXACT: dict[str, tuple[Callable[[Any], Any], Exact]] = {
    "elu": (f.elu, _elu),
    "erf": (lambda x: x.erf(), _erf),
    "expm1": (lambda x: x.expm1(), _expm1),
    "gelu": (f.gelu, _gelu),
    "gelu_tanh": (f.gelu_tanh, _gelu_tanh),
    "log_sigmoid": (f.log_sigmoid, _log_sigmoid),
    "logistic_density": (lambda x: pc.apply(LogisticDensity(), x), _logistic_density),
    "sigmoid": (f.sigmoid, _sigmoid),
    "silu": (f.silu, _silu),
    "softplus": (f.softplus, _softplus),
    "tanh": (f.tanh, _tanh),
}
# The largest errors of value, slope and bend, in roundings (units of 2^-24 of the scale), on
# either executor: NumPy's own e^x errs by up to five of them, LLVM's code by two. That of
# gelu_tanh is what the rounding of its z costs, whose size is up to 87.
BOUNDS = {
    "elu": (5.0, 6.0, 6.0),
    "erf": (4.0, 7.0, 7.0),
    "expm1": (5.0, 6.0, 6.0),
    "gelu": (9.0, 9.0, 8.0),
    "gelu_tanh": (260.0, 260.0, 300.0),
    "log_sigmoid": (6.0, 7.0, 7.0),
    "logistic_density": (6.0, 7.0, 8.0),
    "sigmoid": (6.0, 6.0, 6.0),
    "silu": (9.0, 9.0, 9.0),
    "softplus": (6.0, 7.0, 7.0),
    "tanh": (4.0, 3.0, 4.0),
}
# Native programs flush numbers below the smallest normal one. From where on they need none on
# the way to a normal result: the value, and the slopes on both sides of 0.
KEPT = {
    "gelu": (-12.9, 12.8),
    "gelu_tanh": (-np.inf, 9.8),
    "silu": (-np.inf, 86.0),
    "erf": (-np.inf, 9.2),
}


def orders(function: Callable[[Any], Any], executor: str) -> list[Callable[[Any], Any]]:
    """A function, its derivative and its second one."""

    def slope(x: Any) -> Any:
        return pc.grad(lambda z: function(z).sum())(x)

    def bend(x: Any) -> Any:
        return pc.grad(lambda z: slope(z).sum())(x)

    return [pc.compile(each, executor=executor) for each in (function, slope, bend)]


def worst(name: str, executor: str, x: Array) -> list[tuple[float, float]]:
    """For value, slope and bend the largest error in units of 2^-24 of its scale, and where."""
    function, exact = EXACT[name]
    found = []
    with np.errstate(all="ignore"):
        terms = exact(x.astype(np.float64))
    for order, (run, parts) in enumerate(zip(orders(function, executor), terms, strict=True)):
        with np.errstate(all="ignore"):
            y, scale = sum(parts), sum(np.abs(part) for part in parts)
            apart = np.abs(run(x).numpy().astype(np.float64) - y) / scale * 2.0**24
        normal = (np.abs(y) > 2.0**-126) & (scale < 3e38) & (np.abs(x) > 2.0**-126)
        low, reach = KEPT.get(name, (-np.inf, np.inf))
        normal &= (x > -reach) & (x < reach) if order else x > low
        apart = np.where(normal, apart, 0.0)
        i = int(np.argmax(apart))
        found.append((float(apart[i]), float(x[i])))
    return found


def numbers(step: int) -> Array:
    """Every `step`-th finite number of float32, denormal ones included."""
    bits = np.arange(0, 1 << 32, step, np.uint64).astype(np.uint32)
    x = bits.view(np.float32)
    return x[np.isfinite(x)]
