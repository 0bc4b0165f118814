"""Functions that NumPy does not have: SciPy's values to a few units in the last place."""

import numpy as np
import pytest
import scipy.special

from pellucid.primitives.special import erf, gaussian, normal_cdf, saturated


def units(found, exact):
    """The largest error, in units in the last place of what is exact, which is float64 or more."""
    expected = exact.astype(found.dtype)
    return float(np.max(np.abs(found.astype(exact.dtype) - exact) / np.spacing(np.abs(expected))))


@pytest.mark.parametrize("span", [0.84, 4.0, 40.0])
def test_the_error_function_errs_by_less_than_2_units_in_float32(span):
    x = np.random.default_rng(0).uniform(-span, span, 5000).astype(np.float32)
    assert units(erf(np, x), scipy.special.erf(x.astype(np.float64))) < 1.75


def test_the_normal_distribution_keeps_its_digits_far_below_0():
    x = np.linspace(-12.0, 6.0, 5001).astype(np.float32)
    assert units(normal_cdf(np, x), scipy.special.ndtr(x.astype(np.float64))) < 8.0
    far = np.array([-37.0, -20.0, -5.0])
    np.testing.assert_allclose(normal_cdf(np, far), scipy.special.ndtr(far), rtol=1e-12)


@pytest.mark.parametrize("factor", [0.25, 0.5, 1.0, 4.0])
def test_the_bell_curve_does_not_lose_what_rounds_off_the_square(factor):
    x = np.linspace(-9.0, 9.0, 5001).astype(np.float32) / np.float32(factor**0.5)
    wide = x.astype(np.float64)
    exact = np.exp(-factor * wide * wide)
    assert units(gaussian(np, x, factor), exact) < 5.0


@pytest.mark.parametrize("dtype", ["uint8", "uint32", "int32", "int64"])
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_what_does_not_fit_becomes_the_nearest_integer_that_does(dtype, kind):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    x = np.array([-np.inf, -1e30, -0.9, 0.9, 100.7, 1e30, np.inf, np.nan], kind)
    expected = np.array([low, low, 0, 0, 100, high, high, 0], dtype)
    np.testing.assert_array_equal(saturated(np, x, np.dtype(dtype)), expected, strict=True)
