"""Activation curves: the claim, ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.networks.activation_curves import Settings, run


def test_the_claim_holds():
    holds("activation-curves")


@pytest.mark.parametrize(
    "broken",
    [
        {"gain": 2.0},  # the slope of the sigmoid is stretched with it
        {"leak": 0.0},  # a ReLU that does not leak
        {"layers": 2},  # too few for a gradient to vanish
    ],
    ids=str,
)
def test_the_claim_breaks(broken):
    breaks("activation-curves", **broken)


def test_the_places_are_those_of_the_notes():
    z = run(Settings())["z"]
    assert z == pytest.approx(np.arange(-5.0, 5.05, 0.1))


def test_values_and_slopes_are_those_of_the_formulas():
    series = run(Settings())
    z = series["z"]
    sigmoid = 1.0 / (1.0 + np.exp(-z))
    off_zero = np.abs(z) > 0.01
    assert series["sigmoid"] == pytest.approx(sigmoid)
    assert series["slope_sigmoid"] == pytest.approx(sigmoid * (1.0 - sigmoid))
    assert series["slope_tanh"] == pytest.approx(1.0 - np.tanh(z) ** 2)
    assert np.array_equal(series["slope_relu"][off_zero], (z > 0.0)[off_zero])
    assert series["slope_leaky"][off_zero] == pytest.approx(np.where(z > 0.0, 1, 0.01)[off_zero])
    assert not series["slope_step"].any()


def test_ranges_are_open_intervals():
    series = run(Settings())
    assert 0.0 < series["sigmoid"].min() < series["sigmoid"].max() < 1.0
    assert -1.0 < series["tanh"].min() < series["tanh"].max() < 1.0


def test_half_of_all_units_of_relu_are_off():
    back = run(Settings())["back_relu_any"]
    assert back[:4] == pytest.approx(0.5 ** np.arange(4), rel=0.1)
