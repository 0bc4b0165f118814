"""Straight lines, powers and roots: as plain functions of the step, and as PyTorch's."""

import math

import numpy as np
import pytest
from optim.schedule_rates import TORCH, assert_as

from pellucid import optim
from pellucid.errors import OptionError

PLAIN = {
    "a line down": (
        optim.LinearDecay(0.1, steps=60, final=0.005),
        lambda t: 0.1 + (0.005 - 0.1) * min(t, 60) / 60,
    ),
    "a line up": (
        optim.LinearDecay(0.02, steps=49, final=0.1),
        lambda t: 0.02 + 0.08 * min(t, 49) / 49,
    ),
    "a power": (
        optim.PolynomialDecay(0.1, steps=60, power=0.9),
        lambda t: 0.1 * (1 - min(t, 60) / 60) ** 0.9,
    ),
    "a power with an end": (
        optim.PolynomialDecay(0.1, steps=200, power=3.0, final=0.01),
        lambda t: 0.01 + 0.09 * (1 - t / 200) ** 3,
    ),
    "a root": (optim.InverseSquareRoot(0.1), lambda t: 0.1 / math.sqrt(t + 1)),
    "a root after a rise": (
        # As in the paper: width^-0.5 min(t^-0.5, t warm_up^-1.5), of width 512.
        optim.InverseSquareRoot(1 / math.sqrt(512 * 20), warm_up=20),
        lambda t: 512**-0.5 * min((t + 1) ** -0.5, (t + 1) * 20**-1.5),
    ),
}


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("name", PLAIN)
def test_a_hundred_updates_are_those_of_a_plain_loop(name, executor):
    assert_as(*PLAIN[name], executor)


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("linear", optim.LinearDecay(0.1, steps=60, final=0.005)),
        ("linear rise", optim.LinearDecay(0.02, steps=60, final=0.1)),
        ("polynomial", optim.PolynomialDecay(0.1, steps=60, power=0.9)),
        ("polynomial square", optim.PolynomialDecay(0.1, steps=100, power=2.0)),
    ],
)
def test_rates_are_those_of_pytorch(name, schedule):
    found = schedule(np.arange(100.0)).numpy()
    np.testing.assert_allclose(found, TORCH[name], rtol=0, atol=1e-12)
    found = schedule(np.arange(100, dtype=np.float32)).numpy()
    np.testing.assert_allclose(found, TORCH[name], rtol=0, atol=2e-8)


@pytest.mark.parametrize("steps", [3, 49, 1000])
@pytest.mark.parametrize("final", [0.0, 0.25])
def test_the_end_is_exact_also_in_float32(steps, final):
    line = optim.LinearDecay(1.0, steps, final)
    curve = optim.PolynomialDecay(1.0, steps, 0.5, final)
    for schedule in (line, curve):
        assert schedule(steps).item() == final
        assert schedule(steps - 1).item() > final
        assert schedule(10**6).item() == final


def test_four_times_as_many_updates_halve_the_rate():
    schedule = optim.InverseSquareRoot(0.4, warm_up=100)
    rates = schedule(np.array([0.0, 99.0, 399.0, 1599.0])).numpy()
    np.testing.assert_allclose(rates, [0.004, 0.4, 0.2, 0.1])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.LinearDecay(0.0, 10), r"LinearDecay: learning_rate 0\.0\. It must be above"),
        (lambda: optim.LinearDecay(0.1, 0), "LinearDecay: steps 0. It must be at least 1"),
        (lambda: optim.LinearDecay(0.1, 5, -1.0), r"LinearDecay: final -1\.0\. It must be 0 or m"),
        (
            lambda: optim.PolynomialDecay(0.1, 5, 0.0),
            r"PolynomialDecay: power 0\.0\. It must be ab",
        ),
        (lambda: optim.InverseSquareRoot(0.1, 0), "InverseSquareRoot: warm_up 0. It must be at l"),
        (lambda: optim.InverseSquareRoot(float("inf")), "InverseSquareRoot: learning_rate inf"),
    ],
    ids=["rate", "steps", "final", "power", "warm-up", "infinite"],
)
def test_what_has_no_meaning_is_refused(make, message):
    with pytest.raises(OptionError, match=message):
        make()
