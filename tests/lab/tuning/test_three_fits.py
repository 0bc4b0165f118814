"""Three fits: the claim, two ways to break it, and what the errors are said to mean."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.tuning.three_fits import Settings, diagnosis, run


def test_the_claim_holds():
    holds("three-fits")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"penalty": 1.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("three-fits", steps=300, **broken)


@pytest.mark.parametrize(
    ("own", "new", "told"),
    [(0.9, 1.2, "bias"), (0.05, 0.9, "variance"), (0.1, 0.15, "about right"), (0.3, 9.0, "bias")],
)
def test_errors_are_compared_with_the_noise(own, new, told):
    series = {"error_x": own, "new_error_x": new, "noise": 0.1}
    assert diagnosis(series, "x") == told


def test_the_line_is_that_of_least_squares():
    series = run(Settings(steps=1500, hidden=1))
    slope, height = np.polyfit(series["x"].astype(float), series["t"].astype(float), 1)
    expected = slope * series["places"] + height
    assert series["curve_line"] == pytest.approx(expected, abs=1e-3)
