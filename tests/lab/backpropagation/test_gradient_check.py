"""Gradient check: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.lab.backpropagation.gradient_check import (
    Settings,
    central,
    distance,
    network,
    one_sided,
    run,
)


def test_the_claim_holds():
    holds("gradient-check")


@pytest.mark.parametrize("broken", [{"fault": 0.0}, {"h": 1.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("gradient-check", **broken)


def test_differences_of_a_cube_are_those_worked_by_hand():
    # (w+h)^3 - (w-h)^3 = 6 w^2 h + 2 h^3, and (w+h)^3 - w^3 = 3 w^2 h + 3 w h^2 + h^3.
    w = np.array([2.0])
    cube = lambda w: (w**3.0).sum()  # noqa: E731
    assert central(cube, w, (0,), 0.5, np.float64) == pytest.approx(12.25)
    assert one_sided(cube, w, (0,), 0.5, np.float64) == pytest.approx(15.25)


def test_a_halved_step_quarters_the_error_and_to_one_side_halves_it():
    series = run(Settings())
    places = np.searchsorted(series["steps"], [0.9e-3, 0.9e-1])  # steps a hundredfold apart
    slopes = [np.log10(series[way][places[1]] / series[way][places[0]]) / 2.0
              for way in ("central", "one_sided")]  # fmt: skip
    assert slopes == pytest.approx([2.0, 1.0], abs=0.15)


def test_the_network_is_the_one_written_in_numpy():
    settings = Settings(samples=3)
    loss, w1 = network(settings)
    rng = pc.Generator(settings.seed)
    x = rng.normal(0.0, 1.0, (3, 4), pc.float64).numpy()
    rng.normal(0.0, 0.5, (4, 5), pc.float64)
    w2 = rng.normal(0.0, 0.5, (5, 3), pc.float64).numpy()
    scores = np.tanh(x @ w1) @ w2
    likely = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = -np.log(likely[np.arange(3), np.arange(3)]).mean()
    assert loss(pc.tensor(w1, pc.float64)).item() == pytest.approx(expected)


def test_the_distance_is_none_for_equal_and_one_for_opposite():
    a = np.array([3.0, 4.0])
    assert distance(a, a) == 0.0
    assert distance(a, -a) == 1.0
