"""How near vector functions come to exact values: in units in the last place.

run, rule           a function by its name, compiled; that of lanes
reference           what it is by NumPy and SciPy, in float64
assert_within       results against exact values
check_worst         the stated bound is reached
check_special       arguments and results one by one, signs of zeros too
check_bits          results are the same for every number of lanes and kind of CPU
check_library       vectors call none
VALUES              arguments, results to more places than float64 has
"""

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from executors.native.cpus import TARGETS
from executors.native.lane_program import WIDTHS, compiled, text
from scipy import special

from pellucid.executors.native.machine import target
from pellucid.primitives.special import erf, gaussian, normal_cdf

FLOATS = [np.float32, np.float64]
VALUES = json.loads((Path(__file__).parent / "vector_values.json").read_text())


def bell(xp, x):
    return gaussian(xp, x, 0.5)


SPECIAL_RULES = {
    "erf": (erf, special.erf),
    "gaussian": (bell, lambda x: np.exp(-x * x / 2)),
    "normal_cdf": (normal_cdf, special.ndtr),
}


def rule(name):
    if name in SPECIAL_RULES:
        return SPECIAL_RULES[name][0]
    return lambda xp, *operands: getattr(xp, name)(*operands)


@functools.cache
def run(name, dtype, width=16, kind=None):
    operands = 2 if name == "pow" else 1
    return compiled(rule(name), [dtype] * operands, width, target.forced(kind) if kind else None)


def reference(name, x):
    with np.errstate(all="ignore"):
        function = SPECIAL_RULES[name][1] if name in SPECIAL_RULES else getattr(np, name)
        return function(x.astype(np.float64))


def assert_within(y, exact, places, rest=0.0):
    """y is at most so many units in the last place from exact; special values are right.

    What exact lacks is `rest` units in its own last place.
    """
    with np.errstate(over="ignore"):
        nearest = exact.astype(y.dtype)
    plain = np.isfinite(nearest) & (nearest != 0)
    np.testing.assert_array_equal(y[~plain], nearest[~plain])
    np.testing.assert_array_equal(np.signbit(y[nearest == 0]), np.signbit(nearest[nearest == 0]))
    exact, rest, y = exact[plain], np.broadcast_to(rest, exact.shape)[plain], y[plain]
    # The unit of the binade of the exact value, not of its rounding.
    unit = np.maximum(2.0 ** np.floor(np.log2(np.abs(exact))), float(np.finfo(y.dtype).tiny))
    unit *= float(np.finfo(y.dtype).eps)
    apart = np.abs((y.astype(np.float64) - exact) / unit - rest)
    worst = int(np.argmax(apart))
    assert apart[worst] <= places, f"{apart[worst]} at result {y[worst]!r}"


def every_float32(step=8191):
    """A sample of all bit patterns."""
    return np.arange(0, 1 << 32, step, np.uint64).astype(np.uint32).view(np.float32)


def check_worst(name, argument, places):
    """The argument of the largest error in float32, in hexadecimal, reaches the bound, no more."""
    x = np.array([float.fromhex(argument)], np.float32)
    y, exact = run(name, np.float32)(x), reference(name, x)
    assert_within(y, exact, places)
    with pytest.raises(AssertionError, match="at result"):
        assert_within(y, exact, places - 0.05)


def check_special(name, pairs, dtype):
    """Arguments and results; nan gives nan."""
    x, expected = np.array([*pairs, (np.nan, np.nan)], dtype).T
    y = run(name, dtype)(x)
    np.testing.assert_array_equal(y, expected)
    known = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(y[known]), np.signbit(expected[known]))


def check_bits(name, *operands):
    """Bits depend neither on the number of lanes nor on the kind of CPU."""
    dtype = operands[0].dtype.type
    first = run(name, dtype, 1)(*operands)
    others = [run(name, dtype, width)(*operands) for width in WIDTHS]
    others += [run(name, dtype, 8, kind)(*operands) for kind in TARGETS]
    known = ~np.isnan(first)
    for other in others:
        np.testing.assert_array_equal(np.isnan(other), ~known)
        assert other[known].tobytes() == first[known].tobytes()


def numbers(dtype, seed=5):
    """Random numbers and edges."""
    x = np.random.default_rng(seed).normal(size=200) * 3
    edges = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-310]
    with np.errstate(all="ignore"):
        return np.concatenate([x, edges]).astype(dtype)


def check_library(name, dtype, operands=1):
    """Vectors call no library: all that is declared is of LLVM."""
    code, _ = text(rule(name), [dtype] * operands, 8)
    declared = [line for line in code.splitlines() if line.startswith("declare")]
    assert declared
    assert all('@"llvm.' in line for line in declared)
