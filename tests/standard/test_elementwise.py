"""Arithmetic at each position: NumPy's values on edges and ordinary numbers, and gradients."""

import numpy as np
import pytest
import scipy.special
from standard.against_numpy import (
    DTYPES,
    EXECUTORS,
    SMOOTH,
    integers,
    one_number,
    two_numbers,
    without_a_warning,
)

import pellucid as pc

UNARY = [
    "abs", "ceil", "exp", "expm1", "floor", "log", "log10", "log1p", "log2", "negative",
    "positive", "reciprocal", "round", "sign", "signbit", "sqrt", "square", "trunc", "real",
    "imag", "conj",
]  # fmt: skip
BINARY = [
    "add", "copysign", "divide", "floor_divide", "hypot", "logaddexp", "maximum", "minimum",
    "multiply", "nextafter", "pow", "remainder", "subtract",
]  # fmt: skip
FLAT = {"ceil", "floor", "round", "sign", "trunc", "imag", "signbit"}
NOT_SMOOTH = FLAT | {"floor_divide", "nextafter"}
DOMAIN = dict.fromkeys(("log", "log2", "log10", "sqrt"), SMOOTH + 1.0) | {"log1p": SMOOTH}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_a_function_of_one_number_is_numpys(name, dtype, executor):
    one_number(name, dtype, executor)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_a_function_of_two_numbers_is_numpys(name, dtype, executor):
    two_numbers(name, dtype, executor)


@pytest.mark.parametrize("name", sorted(set(UNARY) - NOT_SMOOTH))
def test_the_gradient_of_a_function_of_one_number(name):
    pc.check_gradients(getattr(pc, name), DOMAIN.get(name, SMOOTH))


@pytest.mark.parametrize("name", sorted(set(BINARY) - NOT_SMOOTH))
def test_the_gradients_of_a_function_of_two_numbers(name):
    a, b = SMOOTH + 2.0, SMOOTH[::-1] + 1.7
    pc.check_gradients(getattr(pc, name), a, b)


@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_what_has_a_value_has_it_without_a_warning(name):
    without_a_warning(name, 1 if name in UNARY else 2)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_squares_of_large_and_small_numbers_do_not_overflow_on_the_way(size):
    x = np.array([3.0, -4.0], np.float32) * np.float32(size)
    np.testing.assert_allclose(pc.hypot(x[0], x[1]).numpy(), np.float32(5 * size), rtol=1e-6)


def test_small_numbers_keep_their_digits():
    x = np.float32([1e-6, -1e-4, 3e-3])
    for name in ("expm1", "log1p"):
        exact = getattr(np, name)(x.astype(np.float64))
        np.testing.assert_allclose(getattr(pc, name)(x).numpy(), exact, rtol=3e-7, err_msg=name)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", ["uint8", "uint32", "int32", "int64"])
def test_quotients_and_powers_of_integers_are_numpys(dtype, executor):
    integers(("pow", "floor_divide", "remainder"), dtype, executor)


@pytest.mark.parametrize("dtype", ["uint8", "uint32", "int32", "int64"])
def test_integers_are_round(dtype):
    x = np.array([0, 7, np.iinfo(dtype).max], dtype)
    for name in ("floor", "ceil", "trunc", "round"):
        np.testing.assert_array_equal(getattr(pc, name)(x).numpy(), x, strict=True)


def test_clip_keeps_between_what_is_given():
    x = pc.tensor([-2.0, 0.5, 9.0])
    assert pc.clip(x, max=1.0).tolist() == [-2.0, 0.5, 1.0]
    assert pc.clip(x, min=0.0).tolist() == [0.0, 0.5, 9.0]
    assert pc.clip(x).tolist() == x.tolist()


def test_logarithms_of_sums_equal_scipys():
    x = np.array([[1000.0, 1000.5], [-1000.0, 3.0]])
    expected = scipy.special.logsumexp(x, axis=1)
    np.testing.assert_allclose(pc.logaddexp(x[:, 0], x[:, 1]).numpy(), expected)


def test_equal_infinities_share_the_slope_of_their_sum():
    for end in (-np.inf, np.inf, 1.0):
        other = pc.tensor([end])
        assert pc.grad(lambda a, b: pc.logaddexp(a, b).sum())(other, other).tolist() == [0.5]
