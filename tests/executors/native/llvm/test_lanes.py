"""Lanes: operators and conversions are NumPy's, for every dtype and number of lanes."""

import operator

import numpy as np
import pytest
from executors.native.lane_program import compiled, text

from pellucid.executors.native.llvm.lanes import Lanes

FLOATS = [np.float32, np.float64]
SIGNED = [np.int32, np.int64]
UNSIGNED = [np.uint8, np.uint32]
NUMBERS = [*FLOATS, *SIGNED, *UNSIGNED]
EDGES = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 2.5, -2.5, 1e-42, 3e38]


def numbers(dtype, seed=0, count=83):
    """Edges against each other, then random numbers, small and of the whole range."""
    generator = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, count).astype(bool)
    if dtype.kind == "f":
        edges = np.repeat(EDGES, 3) if seed else np.tile(EDGES, 3)
        return np.concatenate([edges, generator.normal(size=count) * 5]).astype(dtype)
    info = np.iinfo(dtype)
    wide = generator.integers(info.min, info.max, count, dtype, endpoint=True)
    small = generator.integers(0, 5, count).astype(dtype)
    return np.concatenate([[info.min, info.max, 0], small, wide]).astype(dtype)


def assert_same(y, expected):
    assert y.dtype == expected.dtype
    np.testing.assert_array_equal(y, expected)
    if y.dtype.kind == "f":
        known = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(y[known]), np.signbit(expected[known]))


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("name", ["add", "sub", "mul", "eq", "ne", "lt", "le", "gt", "ge"])
def test_arithmetic_and_comparisons_are_those_of_numpy(name, dtype, width):
    function = getattr(operator, name)
    a, b = numbers(dtype), numbers(dtype, 1)
    y = compiled(lambda xp, a, b: function(a, b), [dtype, dtype], width)(a, b)
    with np.errstate(all="ignore"):
        assert_same(y, function(a, b))


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("dtype", FLOATS)
def test_division_is_that_of_numpy(dtype, width):
    a, b = numbers(dtype), numbers(dtype, 1)
    y = compiled(lambda xp, a, b: a / b, [dtype, dtype], width)(a, b)
    with np.errstate(all="ignore"):
        assert_same(y, a / b)


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("dtype", [bool, *SIGNED, *UNSIGNED])
@pytest.mark.parametrize("name", ["and_", "or_", "xor"])
def test_bits_combine_as_in_numpy(name, dtype, width):
    function = getattr(operator, name)
    a, b = numbers(dtype), numbers(dtype, 1)
    assert_same(
        compiled(lambda xp, a, b: function(a, b), [dtype, dtype], width)(a, b), function(a, b)
    )


@pytest.mark.parametrize("dtype", [bool, *SIGNED, *UNSIGNED])
def test_inversion_is_that_of_numpy(dtype):
    a = numbers(dtype)
    assert_same(compiled(lambda xp, a: ~a, [dtype], 16)(a), ~a)


@pytest.mark.parametrize("dtype", [*SIGNED, *UNSIGNED])
@pytest.mark.parametrize("name", ["lshift", "rshift"])
def test_shifts_keep_the_sign_of_signed_numbers_only(name, dtype):
    function = getattr(operator, name)
    a = numbers(dtype)
    assert_same(
        compiled(lambda xp, a: function(a, dtype(5)), [dtype], 16)(a), function(a, dtype(5))
    )


def test_a_rotation_moves_bits_around_the_end():
    a = np.array([0x80000001, 0x12345678], np.uint32)
    y = compiled(lambda xp, a: (a << 13) | (a >> 19), [np.uint32], 2)(a)
    np.testing.assert_array_equal(y, np.array([0x00003000, 0x8ACF0246], np.uint32))


@pytest.mark.parametrize("dtype", NUMBERS)
def test_python_numbers_take_the_dtype_of_the_lanes(dtype):
    a = numbers(dtype)
    y = compiled(lambda xp, a: 3 - (2 * a + 1), [dtype], 16)(a)
    with np.errstate(all="ignore"):
        assert_same(y, dtype(3) - (dtype(2) * a + dtype(1)))


@pytest.mark.parametrize("dtype", [*FLOATS, *SIGNED])
def test_a_negated_zero_has_the_other_sign(dtype):
    a = numbers(dtype)
    with np.errstate(all="ignore"):
        assert_same(compiled(lambda xp, a: -a, [dtype], 16)(a), -a)


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("to", [bool, *NUMBERS])
@pytest.mark.parametrize("of", [bool, *NUMBERS])
def test_conversions_are_those_of_numpy_where_the_number_fits(of, to, width):
    a = numbers(of)
    if np.dtype(of).kind == "f" and np.dtype(to).kind in "iu":
        info = np.iinfo(to)
        a = a[np.isfinite(a) & (a > max(info.min, -1e6) - 1) & (a < min(info.max, 1e6))]
        a = a[a > -1] if info.min == 0 else a
    y = compiled(lambda xp, a: a.astype(to), [of], width)(a)
    with np.errstate(all="ignore"):
        assert_same(y, a.astype(to))


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("of", FLOATS)
@pytest.mark.parametrize("to", [*SIGNED, *UNSIGNED])
def test_a_float_that_does_not_fit_becomes_the_nearest_integer_that_does(of, to, width):
    info = np.iinfo(to)
    a = np.array([1e30, -1e30, np.inf, -np.inf, np.nan], of)
    y = compiled(lambda xp, a: a.astype(to), [of], width)(a)
    np.testing.assert_array_equal(y, np.array([info.max, info.min, info.max, info.min, 0], to))


@pytest.mark.parametrize("count", [1, 2, 8, 16])
def test_folding_joins_halves_in_a_fixed_order(count):
    x = np.random.default_rng(2).normal(size=count).astype(np.float32)
    y = compiled(lambda xp, a: a.folded(operator.add).splat(count), [np.float32], count)(x)
    total = x
    while total.size > 1:
        total = total[: total.size // 2] + total[total.size // 2 :]
    np.testing.assert_array_equal(y, np.repeat(total, count))


def test_a_repeated_number_known_now_is_one_word_of_code_and_still_known():
    found = []

    def rule(xp, a):
        constant = Lanes.constant(a.builder, 0.1, np.float32).splat(a.width)
        found.extend([constant.number, a.number])
        return a + constant

    code, _ = text(rule, [np.float32], 64)
    assert "splat (float" in code
    assert found == [0.1, None] * 2
    y = compiled(rule, [np.float32], 64)(np.zeros(100))
    np.testing.assert_array_equal(y, np.full(100, 0.1, np.float32))
