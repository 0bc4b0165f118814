"""Gradient descent in bowls: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.neuron.gradient_descent_bowl import RADIUS, Settings, film, off_steepest, run
from pellucid.lab.themes import themed


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("gradient-descent-bowl")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"learning_rate": 0.9}], ids=str)
def test_the_claim_breaks(broken):
    breaks("gradient-descent-bowl", **broken)


def test_each_step_in_the_bowl_of_one_weight_is_that_worked_by_hand(series):
    # J = w^2, dJ/dw = 2w: a step with rate 0.1 leaves 0.8 of w.
    assert series["path_line"] == pytest.approx(RADIUS * 0.8 ** series["steps"])


def test_each_step_in_the_bowl_of_two_weights_is_that_worked_by_hand(series):
    left = np.array([0.9, 0.7]) ** series["steps"][:, None]
    assert series["path_bowl"] == pytest.approx(series["path_bowl"][0] * left)


def test_both_valleys_are_places_without_a_slope():
    series = run(Settings(steps=200))
    for side in ("left", "right"):
        w = series[f"path_{side}"][-1]
        assert 4.0 * w * (w * w - 1.0) + 0.4 == pytest.approx(0.0, abs=1e-6)
    assert series["cost_left"][-1] < series["cost_right"][-1] - 0.5


def test_where_the_bowl_falls_most_is_measured_well():
    assert off_steepest(np.array([2.0, 0.0])) < 0.1


def test_the_film_shows_one_step_more_in_each_picture(series):
    with themed("light"):
        shown = film(series)
        for i in (0, 7):
            shown.draw(i)
            descent = shown.figure.axes[0].lines[1]
            assert len(descent.get_xdata()) == i + 1
