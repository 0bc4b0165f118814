"""Exponentials and their kin: SciPy's values far out, and slopes that keep their digits there."""

import numpy as np
import pytest
import scipy.special
from scipy.stats import logistic, norm

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import OptionError

FAR = np.array([-700.0, -40.0, -6.0, -1e-12, 0.0, 1e-12, 3.0, 38.0, 700.0])
THEIRS = [
    (p.Sigmoid(), scipy.special.expit),
    (p.LogisticDensity(), logistic.pdf),
    (p.Erf(), scipy.special.erf),
    (p.NormalCdf(), scipy.special.ndtr),
    (p.Expm1(), scipy.special.expm1),
    (p.Tanh(), np.tanh),
]
SLOPES = [
    (p.Sigmoid(), logistic.pdf),
    (p.Erf(), lambda x: 2 / np.sqrt(np.pi) * np.exp(-(x**2))),
    (p.NormalCdf(), norm.pdf),
    (p.Expm1(), np.exp),
    (p.Sin(), np.cos),
    (p.Cos(), lambda x: -np.sin(x)),
]
NEAR = np.array([-20.0, -6.0, -0.5, 0.0, 0.25, 3.0, 5.5])


@pytest.mark.parametrize(("primitive", "theirs"), THEIRS, ids=lambda f: str(getattr(f, "name", "")))
def test_values_far_out_are_scipys(primitive, theirs):
    with np.errstate(all="ignore"):
        y, expected = pc.apply(primitive, FAR).numpy(), theirs(FAR)
    np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize(("primitive", "theirs"), SLOPES, ids=lambda f: str(getattr(f, "name", "")))
def test_slopes_keep_their_digits(primitive, theirs):
    dx = pc.grad(lambda x: pc.apply(primitive, x).sum())(NEAR)
    np.testing.assert_allclose(dx.numpy(), theirs(NEAR), rtol=1e-13)


def test_the_angle_of_far_points_has_a_gradient():
    a, b = np.array([3e200]), np.array([4e200])  # r^2 does not fit: it is 25e400
    da, db = pc.grad(lambda a, b: pc.apply(p.Atan2(), a, b).sum(), argument=(0, 1))(a, b)
    np.testing.assert_allclose([da.item(), db.item()], [0.16e-200, -0.12e-200])


@pytest.mark.parametrize("factor", [0.3, -1.0, 0.0, 2.0**65, float("nan")])
def test_the_factor_of_a_bell_curve_is_a_power_of_two(factor):
    with pytest.raises(OptionError, match=r"gaussian: factor .* power of two"):
        p.Gaussian(factor)
