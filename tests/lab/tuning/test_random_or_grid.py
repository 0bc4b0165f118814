"""Random or grid: the claim, two ways to break it, and what each search tries."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.tuning.random_or_grid import Settings, objective, run


def test_the_claim_holds():
    holds("random-or-grid")


@pytest.mark.parametrize("broken", [{"side": 9}, {"highest": 1.2}], ids=str)
def test_the_claim_breaks(broken):
    breaks("random-or-grid", tries=20, **broken)


def test_the_grid_tries_every_pair_of_three_values():
    series = run(Settings(tries=9, steps=1))
    pairs = set(zip(series["learning_rate_grid"], series["spread_grid"], strict=True))
    assert len(pairs) == 9
    rates = np.unique(series["learning_rate_grid"])
    assert rates == pytest.approx([1e-5, 10**-1.5, 100.0], rel=1e-3)


def test_rounds_close_in_on_the_best():
    series = run(Settings())
    rates = np.log10(series["learning_rate_rounds"])
    assert np.ptp(rates[-33:]) < np.ptp(rates[:33]) / 2.0


def test_a_try_depends_on_its_point_alone():
    tried = objective(Settings(steps=3))
    first = tried(0.1, 0.01)
    tried(50.0, 0.1)
    assert tried(0.1, 0.01) == first
