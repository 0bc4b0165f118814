"""Activations keep their digits over the whole range of floats, and so do their slopes."""

import numpy as np
import pytest
from functional.exact import BOUNDS, EXACT, numbers, worst

import pellucid as pc
from pellucid import functional as f
from pellucid.executors import EXECUTORS

STEP = 262_139  # every so manyth of all float32; benchmarks/numerics.py takes more


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", EXACT)
def test_values_slopes_and_bends_of_activations_keep_their_digits(name, executor):
    found = worst(name, executor, numbers(STEP))
    for (error, place), bound in zip(found, BOUNDS[name], strict=True):
        assert error <= bound, f"{error} roundings at {place}"


# Worked out with 30 digits by mpmath, where the plain formulas have none left.
VALUES = [
    (f.silu, -88.0, -5.3280497e-37),
    (f.gelu, -6.0, -5.9195258e-09),
    (f.gelu, -12.0, -2.1317785e-32),
    (f.gelu_tanh, -6.0, -8.4396467e-11),
    (pc.grad(f.elu), -20.0, 2.0611536e-09),
    (pc.grad(f.gelu), -6.0, -3.5468709e-08),
    (pc.grad(f.silu), -60.0, -5.1663413e-25),
    (pc.grad(lambda x: x.expm1()), -30.0, 9.3576230e-14),
    (pc.grad(lambda x: x.erf()), 8.0, 1.8097068e-28),
]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(("function", "x", "expected"), VALUES)
def test_the_tails_of_activations_are_right(function, x, expected, executor):
    found = pc.compile(function, executor=executor)(np.float32(x)).item()
    assert found == pytest.approx(expected, rel=2e-5 if function is f.gelu_tanh else 1e-6)


def test_functions_of_float64_keep_their_digits_too():
    x = pc.tensor(np.array([-20.0, -6.0, -5.0]))
    y, pull = pc.vjp(f.gelu, x)
    exact = [-5.5072482372124674e-88, -5.9195258702261888e-9, -1.4332578593959696e-6]
    np.testing.assert_allclose(y.numpy(), exact, rtol=2e-15)
    assert pull(np.ones(3))[0].numpy()[1] == pytest.approx(-3.5468709453902015e-8, rel=2e-15)
