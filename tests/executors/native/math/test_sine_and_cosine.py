"""Sine and cosine: their stated error, angles of any size, the same bits for every width."""

import math

import numpy as np
import pytest
from executors.native.math.accuracy import (
    FLOATS,
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

NAMES = ("sin", "cos")
# Units in the last place: as stated in `sine_and_cosine`.
PLACES = {name: {np.float32: 0.501} for name in NAMES}
# The arguments of the largest errors of all float32.
WORST = {"sin": "0x1.c3850ap+85", "cos": "0x1.9266f0p-1"}
INF, NAN = math.inf, math.nan
SPECIAL = {
    "sin": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN)],
}


@pytest.mark.parametrize("name", NAMES)
def test_errors_stay_below_the_stated_bound_on_a_sample_of_all_bit_patterns(name):
    x = every_float32()
    assert_within(run(name, np.float32)(x), reference(name, x), PLACES[name][np.float32])


@pytest.mark.parametrize("name", NAMES)
def test_the_worst_arguments_reach_the_stated_bound_and_no_more(name):
    check_worst(name, WORST[name], PLACES[name][np.float32])


@pytest.mark.parametrize("power", [20, 21, 64, 65, 85, 86, 106, 107, 127])
@pytest.mark.parametrize("name", NAMES)
def test_angles_are_counted_in_turns_on_both_sides_of_every_change_of_constants(name, power):
    x = np.float32(2.0**power) * np.linspace(0.5, 1.9, 400, dtype=np.float32)
    assert_within(run(name, np.float32)(x), reference(name, x), PLACES[name][np.float32])
    assert_within(run(name, np.float32)(-x), reference(name, -x), PLACES[name][np.float32])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", NAMES)
def test_special_values(name, dtype):
    check_special(name, SPECIAL[name], dtype)


def test_the_smallest_angles_are_their_own_sines():
    info = np.finfo(np.float32)
    x = np.array([info.smallest_subnormal, -info.smallest_subnormal, info.tiny / 3], np.float32)
    np.testing.assert_array_equal(run("sin", np.float32)(x), x)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", NAMES)
def test_bits_depend_neither_on_the_width_nor_on_the_kind_of_cpu(name, dtype):
    check_bits(name, numbers(dtype))


@pytest.mark.parametrize("name", NAMES)
def test_vectors_call_no_library(name):
    check_library(name, np.float32)
