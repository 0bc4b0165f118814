"""Exponentials and their relatives: stated errors, special values, the same bits everywhere."""

import math

import numpy as np
import pytest
from executors.native.math.accuracy import (
    FLOATS,
    VALUES,
    assert_within,
    check_bits,
    check_library,
    check_special,
    check_worst,
    every_float32,
    numbers,
    reference,
    run,
)

INF, NAN = math.inf, math.nan

# Units in the last place: as stated in `exponentials` and `special`.
PLACES = {
    "exp": {np.float32: 0.765, np.float64: 0.77},
    "expm1": {np.float32: 1.155, np.float64: 1.3},
    "log": {np.float32: 0.843, np.float64: 0.9},
    "log1p": {np.float32: 1.566, np.float64: 1.6},
    "tanh": {np.float32: 1.423, np.float64: 1.5},
    "erf": {np.float32: 1.74, np.float64: 1.75},
    "gaussian": {np.float32: 1.75, np.float64: 1.75},
    "normal_cdf": {np.float32: 4.5, np.float64: 4.5},
}

# The arguments of the largest errors of all float32.
WORST = {
    "exp": "-0x1.5edcb4p+6",
    "expm1": "-0x1.634f82p-2",
    "log": "0x1.45e400p+0",
    "log1p": "0x1.564c06p-2",
    "tanh": "-0x1.1b9fe4p-1",
    "erf": "0x1.ae3f54p-1",
}


@pytest.mark.parametrize("name", PLACES)
def test_errors_in_float32_stay_below_the_stated_bound_on_a_sample_of_all_bit_patterns(name):
    x = every_float32()
    assert_within(run(name, np.float32)(x), reference(name, x), PLACES[name][np.float32])


@pytest.mark.parametrize("name", WORST)
def test_the_worst_arguments_of_float32_reach_the_stated_bound_and_no_more(name):
    check_worst(name, WORST[name], PLACES[name][np.float32])


@pytest.mark.parametrize("name", [name for name in VALUES if name in PLACES])
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
    "erf": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (1e30, 1.0), (-1e30, -1.0)],
    "gaussian": [(0.0, 1.0), (-0.0, 1.0), (INF, 0.0), (-INF, 0.0), (1e30, 0.0), (-1e30, 0.0)],
    "normal_cdf": [(0.0, 0.5), (-0.0, 0.5), (INF, 1.0), (-INF, 0.0), (1e30, 1.0), (-1e30, 0.0)],
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", SPECIAL)
def test_special_values(name, dtype):
    check_special(name, SPECIAL[name], dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["expm1", "log1p", "tanh", "erf"])
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
@pytest.mark.parametrize("name", PLACES)
def test_bits_depend_neither_on_the_width_nor_on_the_kind_of_cpu(name, dtype):
    check_bits(name, numbers(dtype))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", PLACES)
def test_vectors_call_no_library(name, dtype):
    check_library(name, dtype)
