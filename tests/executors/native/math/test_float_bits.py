"""The steps of vector functions, each alone: bits, one rounding, ends, signs."""

import math
from fractions import Fraction

import numpy as np
import pytest
from executors.native.lane_program import compiled

from pellucid.executors.native.math import float_bits as fb

FLOATS = [np.float32, np.float64]
BITS = {np.float32: np.uint32, np.float64: np.uint64}
WIDTH = 8
EDGES = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 0.5, -0.5, 2.5, -2.5, 1e-40, 3e38]


def numbers(dtype, seed=0):
    x = np.random.default_rng(seed).normal(size=51) * 4
    return np.concatenate([EDGES, x]).astype(dtype)


def run(rule, *arrays):
    """A rule of lanes alone, over arrays."""
    dtypes = [a.dtype for a in arrays]
    return compiled(lambda _, *lanes: rule(*lanes), dtypes, WIDTH)(*arrays)


@pytest.mark.parametrize("dtype", FLOATS)
def test_bits_and_floats_are_the_same_memory(dtype):
    x = numbers(dtype)
    np.testing.assert_array_equal(run(fb.bits, x), x.view(BITS[dtype]))
    back = run(lambda y: fb.floats(y, np.dtype(dtype)), x.view(BITS[dtype]))
    assert back.tobytes() == x.tobytes()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("number", [1.0, -2.0, 2 / 3, 0.0])
def test_a_pattern_is_the_bits_of_a_number(number, dtype):
    found = []
    run(lambda x: found.append(fb.pattern(x, number)) or x, numbers(dtype))
    expected = int.from_bytes(np.array(number, dtype).tobytes(), "little")
    assert set(found) == {expected}


@pytest.mark.parametrize("dtype", FLOATS)
def test_integers_are_patterns_in_all_lanes(dtype):
    x = numbers(dtype)
    made = run(lambda y: fb.integers(y, 7), x)
    np.testing.assert_array_equal(made, np.full(x.shape, 7, BITS[dtype]))


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_multiply_add_is_rounded_once(dtype):
    a, b = (np.random.default_rng(s).normal(size=40).astype(dtype) for s in (1, 2))
    c = -(a * b)  # what is left is the rounding of the product
    exact = [
        Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
        for x, y, z in zip(a, b, c, strict=True)
    ]
    found = run(fb.fma, a, b, c)
    np.testing.assert_array_equal(found, np.array([float(e) for e in exact]).astype(dtype))
    assert np.count_nonzero(found) > 20


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_polynomial_has_its_highest_power_first(dtype):
    x = np.array([0.0, 1.0, -1.0, 2.0, 10.0], dtype)
    found = run(lambda y: fb.polynomial(y, (2.0, -3.0, 5.0)), x)
    np.testing.assert_array_equal(found, [5.0, 4.0, 10.0, 7.0, 175.0])
    assert run(lambda y: fb.polynomial(y, (4.0,)), x).tolist() == [4.0] * 5


@pytest.mark.parametrize("dtype", FLOATS)
def test_clamping_keeps_nan_and_both_ends(dtype):
    x = np.array([-math.inf, -2.0, -1.0, 0.5, 3.0, 3.5, math.inf, math.nan], dtype)
    found = run(lambda y: fb.clamped(y, -1.0, 3.0), x)
    np.testing.assert_array_equal(found, [-1.0, -1.0, -1.0, 0.5, 3.0, 3.0, 3.0, math.nan])


@pytest.mark.parametrize("dtype", FLOATS)
def test_magnitude_floor_and_sign_are_numpys(dtype):
    x, sign = numbers(dtype), numbers(dtype, 1)[::-1].copy()
    cases = [
        (run(fb.magnitude, x), np.abs(x)),
        (run(fb.floor, x), np.floor(x)),
        (run(fb.with_sign, x, sign), np.copysign(x, sign)),
    ]
    for found, expected in cases:
        np.testing.assert_array_equal(found, expected)
        known = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(found[known]), np.signbit(expected[known]))


@pytest.mark.parametrize("dtype", FLOATS)
def test_one_of_two_is_selected_lane_by_lane(dtype):
    x, y = numbers(dtype), numbers(dtype, 1)
    found = run(lambda a, b: fb.select(a < b, a, b), x, y)
    np.testing.assert_array_equal(found, np.where(x < y, x, y))


@pytest.mark.parametrize("dtype", FLOATS)
def test_what_is_tiny_is_lost_beside_one_a_little_more_is_not(dtype):
    found = []
    run(lambda x: found.append(fb.tiny(x)) or x, numbers(dtype))
    tiny = dtype(found[0])
    assert dtype(1) + tiny == 1
    assert dtype(1) + 32 * tiny > 1


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_number_for_rounding_leaves_the_nearest_integer_in_the_low_bits(dtype):
    rounding = dtype(fb.LAYOUTS[np.dtype(dtype)].rounding)
    x = np.array([0.4, 2.6, 3.5, 4.5, 1000.4], dtype)  # to even where two are as near
    low = (x + rounding).view(BITS[dtype]) & BITS[dtype](0xFFFF)
    np.testing.assert_array_equal(low, [0, 3, 4, 4, 1000])
    np.testing.assert_array_equal((x + rounding) - rounding, [0, 3, 4, 4, 1000])


@pytest.mark.parametrize("dtype", FLOATS)
def test_layouts_are_those_of_ieee_and_functions_end_where_they_say(dtype):
    layout, info = fb.LAYOUTS[np.dtype(dtype)], np.finfo(dtype)
    assert (layout.mantissa, layout.bias) == (info.nmant, 1 - info.minexp)
    with np.errstate(all="ignore"):
        assert np.exp(dtype(layout.most)) == np.inf
        assert np.exp(dtype(layout.least)) == 0
        assert np.isfinite(np.exp(dtype(layout.most - 1)))
        assert np.exp(dtype(layout.least + 2)) > 0
    assert np.tanh(dtype(layout.one)) == 1
