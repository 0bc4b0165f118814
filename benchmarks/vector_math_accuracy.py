"""The largest error of each vector function over all 2^32 arguments of float32.

    PYTHONPATH=.:tests python benchmarks/vector_math_accuracy.py [NAME...] [--step N]

compares with the C library in float64, whose error is below a thousandth of what is measured
here, and prints in units in the last place of float32 the largest error and where it is. A
step of 1 takes every argument, some minutes a function. An infinite error is a wrong special
value: inf, nan, overflow. The sign of 0 is compared, too.
"""

import argparse
import math
import time
from typing import Any

import numpy as np
from executors.native.lane_program import compiled

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import lanes_type
from pellucid.executors.native.math.namespace import XP
from pellucid.primitives.base import FLOAT32, FLOAT64, INT32, INT64
from pellucid.primitives.special import erf

NAMES = ("exp", "expm1", "log", "log1p", "tanh", "erf", "sin", "cos")
LANES = 16
BLOCK = 1 << 22


def value(name: str, xp: XP, x: Lanes) -> Lanes:
    """The function that is measured."""
    result: Lanes = erf(xp, x) if name == "erf" else getattr(xp, name)(x)
    return result


def error(name: str, xp: XP, x: Lanes) -> Lanes:
    """How far a result that is not the nearest is off, in units in the last place of float32."""
    y = value(name, xp, x)
    exact = xp._by_lanes(name, x.astype(FLOAT64))
    nearest = exact.astype(FLOAT32)
    # The unit: the power of two below the exact value, 23 bits lower; least 2^-149.
    power = _seen_as(_seen_as(exact, INT64) & 0x7FF0_0000_0000_0000, FLOAT64)
    unit = xp.maximum(power, xp.full_like(power, 2.0**-126)) * 2.0**-23
    apart = (xp.abs(y.astype(FLOAT64) - exact) / unit).astype(FLOAT32)
    # Comparisons with nan are false, so these are the special values.
    special = ~(apart >= 0.0) | (y == 0.0) & (nearest == 0.0)
    apart = xp.where(special, xp.full_like(y, math.inf), apart)
    both_nan = ~(y == y) & ~(nearest == nearest)  # noqa: PLR0124 (nan alone differs from itself)
    equal = (_seen_as(y, INT32) == _seen_as(nearest, INT32)) | both_nan
    return xp.where(equal, xp.full_like(y, 0.0), apart)


def _seen_as(x: Lanes, dtype: Any) -> Lanes:
    """The same bits as another dtype."""
    return Lanes(x.builder, x.builder.bitcast(x.value, lanes_type(dtype, x.width)), dtype)


def largest(name: str, step: int) -> tuple[float, Any, float]:
    """The largest error, its argument, and the share of results that are not the nearest."""
    run = compiled(lambda xp, x: error(name, xp, x), [np.float32], LANES)
    worst, place, missed, count = 0.5, np.float32(0), 0, 0
    for first in range(0, 1 << 32, BLOCK * step):
        numbers = np.arange(first, min(first + BLOCK * step, 1 << 32), step, dtype=np.uint64)
        x = numbers.astype(np.uint32).view(np.float32)
        errors = run(x)
        missed, count = missed + int((errors > 0).sum()), count + x.size
        i = int(errors.argmax())
        if errors[i] > worst:
            worst, place = float(errors[i]), x[i]
    return worst, place, missed / count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--step", type=int, default=1)
    options = parser.parse_args()
    for name in options.names or NAMES:
        start = time.perf_counter()
        worst, place, missed = largest(name, options.step)
        seconds = time.perf_counter() - start
        place_text = f"{place!r} = {float(place).hex()}"
        print(f"{name:6} {worst:.4f} at {place_text}; {missed:.2%} not nearest; {seconds:.0f} s")


if __name__ == "__main__":
    main()
