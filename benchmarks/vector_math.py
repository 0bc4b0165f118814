"""Nanoseconds an element of the vector functions and of NumPy's, side by side.

    PYTHONPATH=.:tests python benchmarks/vector_math.py [NAME...]

One thread, arrays of 16,384 numbers, which stay in the second-level cache; medians and minima of
interleaved rounds. The first line is a loop that only adds 1: memory and call, which the
others contain, too.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from executors.native.lane_program import function, text
from scipy import special

from pellucid.executors.native.machine import target
from pellucid.primitives.special import erf

COUNT, ROUNDS, CALLS = 16384, 31, 5
RULES: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[float, float]]] = {
    "x + 1": (lambda xp, x: x + 1.0, lambda x: x + 1, (-5, 5)),
    "exp": (lambda xp, x: xp.exp(x), np.exp, (-50, 50)),
    "expm1": (lambda xp, x: xp.expm1(x), np.expm1, (-5, 5)),
    "log": (lambda xp, x: xp.log(x), np.log, (0.001, 50)),
    "log1p": (lambda xp, x: xp.log1p(x), np.log1p, (-0.9, 50)),
    "tanh": (lambda xp, x: xp.tanh(x), np.tanh, (-5, 5)),
    "erf": (erf, special.erf, (-4, 4)),
    "sin": (lambda xp, x: xp.sin(x), np.sin, (-4, 4)),
    "pow": (
        lambda xp, x: xp.pow(x, xp.full_like(x, 1.7)),
        lambda x: x ** x.dtype.type(1.7),
        (0, 9),
    ),
}


def nanoseconds(function: Callable[[Any], Any], x: Any) -> float:
    """Time of a call for each element."""
    start = time.perf_counter_ns()
    for _ in range(CALLS):
        function(x)
    return (time.perf_counter_ns() - start) / CALLS / COUNT


def row(name: str, dtype: Any) -> str:
    """One function in one dtype."""
    rule, numpy_function, (low, high) = RULES[name]
    run = function(text(rule, [dtype], target.host().lanes(np.dtype(dtype)))[0], 2)
    x = np.random.default_rng(0).uniform(low, high, COUNT).astype(dtype)
    out = np.empty_like(x)
    places = x.ctypes.data, out.ctypes.data
    systems = [lambda _: run(*places, COUNT), numpy_function]
    times: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for system, found in zip(systems, times, strict=True):
            found.append(nanoseconds(system, x))
    ours, theirs = ((statistics.median(found), min(found)) for found in times)
    return (
        f"{name:6} {np.dtype(dtype)!s:8} {ours[0]:8.3f} {ours[1]:8.3f} {theirs[0]:8.3f} "
        f"{theirs[1]:8.3f} {theirs[0] / ours[0]:6.1f}x"
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[])
    names = parser.parse_args().names or list(RULES)
    print(f"{target.host().cpu}, {target.host().name}; nanoseconds an element")
    print("                   ours:            NumPy (erf: SciPy):")
    print("                 median      min   median      min  ratio of medians")
    for dtype in (np.float32, np.float64):
        for name in names:
            print(row(name, dtype), flush=True)


if __name__ == "__main__":
    main()
