"""L1 and L2: the claim, two ways to break it, and both paths at a penalty solved by hand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.regularisation.penalty_balls import TRUE, Settings, run


def test_the_claim_holds():
    holds("penalty-balls")


@pytest.mark.parametrize("broken", [{"penalty": 0.001}, {"learning_rate": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("penalty-balls", **broken)


def test_the_path_of_l2_is_the_solution_of_its_equations():
    settings = Settings(seed=4)
    draw = np.random.default_rng(settings.seed)
    x = draw.standard_normal((settings.samples, len(TRUE)))
    y = x @ TRUE + settings.noise * draw.standard_normal(settings.samples)
    m = settings.samples
    expected = np.linalg.solve(x.T @ x / m + settings.penalty * np.eye(len(TRUE)), x.T @ y / m)
    assert run(settings)["chosen_l2"] == pytest.approx(expected, abs=1e-6)


def test_the_path_of_l1_keeps_to_its_condition():
    # At the solution the slope of the cost is at most the penalty, and equal to it, with the sign
    # of the weight, where a weight is not zero.
    settings = Settings(seed=2)
    draw = np.random.default_rng(settings.seed)
    x = draw.standard_normal((settings.samples, len(TRUE)))
    y = x @ TRUE + settings.noise * draw.standard_normal(settings.samples)
    w = run(settings)["chosen_l1"]
    slope = x.T @ (y - x @ w) / settings.samples
    assert np.all(np.abs(slope) <= settings.penalty + 1e-6)
    assert slope[w != 0] == pytest.approx(settings.penalty * np.sign(w[w != 0]), abs=1e-6)
