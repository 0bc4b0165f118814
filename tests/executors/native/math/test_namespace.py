"""The namespace of forward rules: exact functions give NumPy's bits, the others come close."""

from pathlib import Path

import numpy as np
import pytest
from executors.native.lane_program import compiled
from executors.native.llvm.test_lanes import FLOATS, NUMBERS, SIGNED, UNSIGNED, assert_same, numbers

from pellucid.executors.native.math.namespace import XP
from pellucid.primitives.random import threefry_2x32


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["abs", "sign", "floor", "sqrt", "ones_like"])
def test_exact_functions_of_floats_are_those_of_numpy(name, dtype, width):
    a = np.concatenate([numbers(dtype), np.array([2.0**23 + 1, -0.3, 0.3, 1e30]).astype(dtype)])
    y = compiled(lambda xp, a: getattr(xp, name)(a), [dtype], width)(a)
    with np.errstate(all="ignore"):
        assert_same(y, getattr(np, name)(a))


@pytest.mark.parametrize("dtype", [*SIGNED, *UNSIGNED])
@pytest.mark.parametrize("name", ["abs", "sign", "ones_like"])
def test_exact_functions_of_integers_are_those_of_numpy(name, dtype):
    a = numbers(dtype)
    assert_same(compiled(lambda xp, a: getattr(xp, name)(a), [dtype], 16)(a), getattr(np, name)(a))


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_the_larger_and_the_smaller_are_nan_if_either_is(name, dtype, width):
    a, b = numbers(dtype), numbers(dtype, 1)
    y = compiled(lambda xp, a, b: getattr(xp, name)(a, b), [dtype, dtype], width)(a, b)
    # Which of two zeros is the larger is left to the CPU by NumPy.
    np.testing.assert_array_equal(y, getattr(np, name)(a, b))


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_sign_is_copied_from_zeros_too(dtype):
    a, b = numbers(dtype), numbers(dtype, 1)
    y = compiled(lambda xp, a, b: xp.copysign(a, b), [dtype, dtype], 16)(a, b)
    assert_same(y, np.copysign(a, b))


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_where_chooses_lane_by_lane(dtype, width):
    a, b = numbers(dtype), numbers(dtype, 1)
    condition = np.arange(a.size) % 3 == 0
    y = compiled(lambda xp, c, a, b: xp.where(c, a, b), [bool, dtype, dtype], width)(
        condition, a, b
    )
    assert_same(y, np.where(condition, a, b))


@pytest.mark.parametrize("name", ["logical_and", "logical_or"])
def test_logic_is_that_of_numpy(name):
    a, b = numbers(bool), numbers(bool, 1)
    y = compiled(lambda xp, a, b: getattr(xp, name)(a, b), [bool, bool], 16)(a, b)
    assert_same(y, getattr(np, name)(a, b))
    assert_same(compiled(lambda xp, a: xp.logical_not(a), [bool], 16)(a), ~a)


@pytest.mark.parametrize("width", [1, 16])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_waves_are_right_for_huge_angles_too(name, dtype, width):
    a = np.concatenate([numbers(dtype), np.array([1e5, 1e22, 3e38, 2.0**60]).astype(dtype)])
    y = compiled(lambda xp, a: getattr(xp, name)(a), [dtype], width)(a)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(a.astype(np.float64)).astype(dtype)
    np.testing.assert_allclose(y, expected, rtol=2 * float(np.finfo(dtype).eps))


def test_random_words_are_those_of_the_reference_cipher():
    low = np.arange(100, dtype=np.uint32)
    key, high = np.uint32(0x13198A2E), np.uint32(0x03707344)

    def rule(xp, low):
        words = (xp.full_like(low, int(key)), xp.full_like(low, int(high)))
        return threefry_2x32(words, xp.full_like(low, 7), low)[0]

    y = compiled(rule, [np.uint32], 16)(low)
    with np.errstate(over="ignore"):
        expected = threefry_2x32((key, high), np.uint32(7), low)[0]
    np.testing.assert_array_equal(y, expected)


def test_the_chapter_on_extending_lists_all_names():
    page = Path(__file__).parents[4] / "docs" / "extend.md"
    listed = page.read_text(encoding="utf-8").partition("asks `xp` for no more than this: `")[2]
    functions = {name for name in vars(XP) if not name.startswith("_")}
    assert set(listed.partition("`")[0].split()) == functions
