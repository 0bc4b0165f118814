"""Powers: their stated errors, the special cases of C, the same bits for every width."""

import math

import numpy as np
import pytest
from executors.native.lane_program import compiled, text
from executors.native.math.accuracy import (
    FLOATS,
    VALUES,
    assert_within,
    check_bits,
    check_library,
    numbers,
    run,
)

INF, NAN = math.inf, math.nan
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


@pytest.mark.parametrize("dtype", FLOATS)
def test_bits_depend_neither_on_the_width_nor_on_the_kind_of_cpu(dtype):
    base = numbers(dtype)
    check_bits("pow", base, np.random.default_rng(6).normal(size=base.size).astype(dtype))


@pytest.mark.parametrize("dtype", FLOATS)
def test_vectors_call_no_library(dtype):
    check_library("pow", dtype, operands=2)
