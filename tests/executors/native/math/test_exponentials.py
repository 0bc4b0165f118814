"""Vector functions: their stated errors, special values, the same bits for every width."""

import functools
import json
import math
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
INF, NAN = math.inf, math.nan

# Units in the last place: as stated in vector_math and special.
PLACES = {
    "exp": {np.float32: 0.765, np.float64: 0.77},
    "expm1": {np.float32: 1.155, np.float64: 1.3},
    "log": {np.float32: 0.843, np.float64: 0.9},
    "log1p": {np.float32: 1.566, np.float64: 1.6},
    "tanh": {np.float32: 1.423, np.float64: 1.5},
    "erf": {np.float32: 1.74, np.float64: 1.75},
    "gaussian": {np.float32: 1.75, np.float64: 1.75},
    "normal_cdf": {np.float32: 4.5, np.float64: 4.5},
    "sin": {np.float32: 0.501},
    "cos": {np.float32: 0.501},
}

# The arguments of the largest errors of all float32.
WORST = {
    "exp": "-0x1.5edcb4p+6",
    "expm1": "-0x1.634f82p-2",
    "log": "0x1.45e400p+0",
    "log1p": "0x1.564c06p-2",
    "tanh": "-0x1.1b9fe4p-1",
    "erf": "0x1.ae3f54p-1",
    "sin": "0x1.c3850ap+85",
    "cos": "0x1.9266f0p-1",
}


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


@pytest.mark.parametrize("name", PLACES)
def test_errors_in_float32_stay_below_the_stated_bound_on_a_sample_of_all_bit_patterns(name):
    x = np.arange(0, 1 << 32, 8191, np.uint64).astype(np.uint32).view(np.float32)
    exact = reference(name, x)
    assert_within(run(name, np.float32)(x), exact, PLACES[name][np.float32])


@pytest.mark.parametrize("name", WORST)
def test_the_worst_arguments_of_float32_reach_the_stated_bound_and_no_more(name):
    x = np.array([float.fromhex(WORST[name])], np.float32)
    exact = reference(name, x)
    y = run(name, np.float32)(x)
    assert_within(y, exact, PLACES[name][np.float32])
    with pytest.raises(AssertionError, match="at result"):
        assert_within(y, exact, PLACES[name][np.float32] - 0.05)


@pytest.mark.parametrize("name", [name for name in VALUES if name != "pow"])
def test_errors_in_float64_stay_below_the_stated_bound(name):
    rows = [(float.fromhex(x), float.fromhex(y), rest) for x, y, rest in VALUES[name]]
    x, exact, rest = np.array(rows).T
    assert_within(run(name, np.float64)(x), exact, PLACES[name][np.float64], rest)


SPECIAL = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (1e5, INF), (-1e5, 0.0)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (1e5, INF), (-1e5, -1.0)],
    "log": [(0.0, -INF), (-0.0, -INF), (1.0, 0.0), (INF, INF), (-INF, NAN), (-1.0, NAN)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (INF, INF), (-INF, NAN), (-1.5, NAN)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (1e30, 1.0), (-1e30, -1.0)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN)],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (1e30, 1.0), (-1e30, -1.0)],
    "gaussian": [(0.0, 1.0), (-0.0, 1.0), (INF, 0.0), (-INF, 0.0), (1e30, 0.0), (-1e30, 0.0)],
    "normal_cdf": [(0.0, 0.5), (-0.0, 0.5), (INF, 1.0), (-INF, 0.0), (1e30, 1.0), (-1e30, 0.0)],
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", SPECIAL)
def test_special_values(name, dtype):
    x, expected = np.array([*SPECIAL[name], (NAN, NAN)], dtype).T
    y = run(name, dtype)(x)
    np.testing.assert_array_equal(y, expected)
    known = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(y[known]), np.signbit(expected[known]))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["expm1", "log1p", "tanh", "erf", "sin"])
def test_functions_that_are_straight_near_0_keep_the_smallest_numbers(name, dtype):
    info = np.finfo(dtype)
    x = np.array([info.smallest_subnormal, -info.smallest_subnormal, info.tiny / 3], dtype)
    factor = 2 / math.sqrt(math.pi) if name == "erf" else 1.0
    expected = (x.astype(np.longdouble) * np.longdouble(factor)).astype(dtype)
    np.testing.assert_array_equal(run(name, dtype)(x), expected)


@pytest.mark.parametrize("dtype", FLOATS)
def test_exponentials_underflow_gradually_and_logarithms_reach_the_smallest_numbers(dtype):
    info = np.finfo(dtype)
    lowest = math.log(float(info.smallest_subnormal))
    np.testing.assert_array_equal(run("exp", dtype)(np.array([lowest, lowest - 0.7])), [
        info.smallest_subnormal, 0.0
    ])  # fmt: skip
    y = run("log", dtype)(np.array([info.smallest_subnormal]))
    np.testing.assert_allclose(y, lowest, rtol=float(info.eps))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", [*PLACES, "pow"])
def test_bits_depend_neither_on_the_width_nor_on_the_kind_of_cpu(name, dtype):
    generator = np.random.default_rng(5)
    x = np.concatenate([generator.normal(size=200) * 3, [NAN, INF, -INF, 0.0, -0.0, 1e-310]])
    operands = [x, generator.normal(size=x.size)] if name == "pow" else [x]
    with np.errstate(all="ignore"):
        operands = [a.astype(dtype) for a in operands]
    first = run(name, dtype, 1)(*operands)
    others = [run(name, dtype, width)(*operands) for width in WIDTHS]
    others += [run(name, dtype, 8, kind)(*operands) for kind in TARGETS]
    known = ~np.isnan(first)
    for other in others:
        np.testing.assert_array_equal(np.isnan(other), ~known)
        assert other[known].tobytes() == first[known].tobytes()


OWN = [(name, dtype) for name, places in PLACES.items() for dtype in places]
OWN += [("pow", dtype) for dtype in FLOATS]


@pytest.mark.parametrize(("name", "dtype"), OWN)
def test_vectors_call_no_library(name, dtype):
    code, _ = text(rule(name), [dtype] * (2 if name == "pow" else 1), 8)
    declared = [line for line in code.splitlines() if line.startswith("declare")]
    assert declared
    assert all('@"llvm.' in line for line in declared)


# ---- powers ------------------------------------------------------------------------------

EDGES = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1e30, 16777216.0]
EDGES += [8388607.5, -8388607.5, 16777215.0]


@pytest.mark.parametrize("dtype", FLOATS)
def test_special_cases_of_a_power_are_those_of_c(dtype):
    base, exponent = (a.ravel().astype(dtype) for a in np.meshgrid(EDGES, EDGES))
    y = run("pow", dtype)(base, exponent)
    with np.errstate(all="ignore"):
        expected = np.power(base.astype(np.float64), exponent.astype(np.float64)).astype(dtype)
    np.testing.assert_allclose(y, expected, rtol=float(np.finfo(dtype).eps))
    known = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(y[known]), np.signbit(expected[known]))


def test_powers_in_float32_are_the_nearest_but_for_one_in_a_hundred_thousand():
    generator = np.random.default_rng(6)
    base = np.exp(generator.uniform(-20, 20, 200_000)).astype(np.float32)
    exponent = generator.uniform(-4, 4, base.size).astype(np.float32)
    exact = np.power(base.astype(np.float64), exponent.astype(np.float64))
    y = run("pow", np.float32)(base, exponent)
    assert_within(y, exact, 0.501)


def test_powers_in_float64_stay_below_the_stated_bound():
    rows = [(*map(float.fromhex, row[:3]), row[3]) for row in VALUES["pow"]]
    base, exponent, exact, rest = np.array(rows).T
    assert_within(run("pow", np.float64)(base, exponent), exact, 0.7, rest)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("exponent", [-1.0, -0.5, 0.5, 2.0, 3.0])
def test_powers_known_when_compiling_have_the_same_special_cases(exponent, dtype):
    generator = np.random.default_rng(7)
    x = np.concatenate([np.exp(generator.uniform(-5, 5, 1000)), EDGES]).astype(dtype)
    known = compiled(lambda xp, a: xp.pow(a, xp.full_like(a, exponent)), [dtype], 8)
    with np.errstate(all="ignore"):
        exact = np.power(x.astype(np.float64), np.full(x.shape, exponent))
        nearest = exact.astype(dtype)
    y = known(x)
    np.testing.assert_allclose(y, nearest, rtol=2 * float(np.finfo(dtype).eps))
    finite = ~np.isnan(nearest)
    np.testing.assert_array_equal(np.signbit(y[finite]), np.signbit(nearest[finite]))


def test_powers_known_when_compiling_need_no_logarithm():
    code, _ = text(lambda xp, a: xp.pow(a, xp.full_like(a, -0.5)), [np.float32], 8)
    assert "llvm.sqrt" in code
    assert "llvm.fma" not in code
