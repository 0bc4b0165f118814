"""Angles and hyperbolic functions: NumPy's values on edges, digits near 0, and gradients."""

import numpy as np
import pytest
from standard.against_numpy import (
    DTYPES,
    EXECUTORS,
    SMOOTH,
    one_number,
    two_numbers,
    without_a_warning,
)

import pellucid as pc

NAMES = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan"]
NAMES += ["tanh"]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_a_function_of_one_number_is_numpys(name, dtype, executor):
    one_number(name, dtype, executor)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_angle_of_a_point_is_numpys(dtype, executor):
    two_numbers("atan2", dtype, executor)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_of_a_function_of_one_number(name):
    pc.check_gradients(getattr(pc, name), SMOOTH + 2.1 if name == "acosh" else SMOOTH)


def test_the_gradients_of_the_angle_of_a_point():
    pc.check_gradients(pc.atan2, SMOOTH + 2.0, SMOOTH[::-1] + 1.7)


@pytest.mark.parametrize("name", [*NAMES, "atan2"])
def test_what_has_a_value_has_it_without_a_warning(name):
    without_a_warning(name, 2 if name == "atan2" else 1)


def test_large_numbers_do_not_overflow_on_the_way():
    y = np.float32([89.0, -88.9])  # e^89 is larger than any float32, half of it is not
    np.testing.assert_allclose(pc.sinh(y).numpy(), np.sinh(y), rtol=1e-5)
    np.testing.assert_allclose(pc.cosh(y).numpy(), np.cosh(y), rtol=1e-5)
    far = np.float32([1e30, -1e30])
    np.testing.assert_allclose(pc.asinh(far).numpy(), np.arcsinh(far), rtol=1e-6)


def test_hyperbolic_functions_keep_their_digits_near_0():
    x = np.float32([1e-6, -1e-4, 3e-3])
    for name in ("sinh", "asinh", "atanh", "tanh"):
        exact = getattr(np, name)(x.astype(np.float64))
        np.testing.assert_allclose(getattr(pc, name)(x).numpy(), exact, rtol=3e-7, err_msg=name)
