"""Learning rates: the claim, two ways to break it, and the bowl by hand."""

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.optimizers.learning_rates import RATES, Settings, run


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("learning-rates")


@pytest.mark.parametrize("broken", [{"too_large": 0.5}, {"small": 0.5}], ids=str)
def test_the_claim_breaks(broken):
    breaks("learning-rates", **broken)


@pytest.mark.parametrize("name", RATES)
def test_a_step_multiplies_the_weight_by_one_number(series, name):
    factor = 1.0 - vars(Settings())[name] * Settings().curvature
    expected = [factor**i for i in range(Settings().steps + 1)]
    assert series[f"way_{name}"] == pytest.approx(expected, rel=1e-9)


def test_hardly_anything_is_learned_at_the_smallest_rate(series):
    assert series["losses"][0] == pytest.approx(2.3, abs=0.1)  # ln 10: a guess
