"""Zero start: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.starts.zero_start import Settings, run


def test_the_claim_holds():
    holds("zero-start")


@pytest.mark.parametrize(
    "broken",
    [
        {"learning_rate": 0.0},  # nothing is learned from any start
        {"steps": 1},  # too few for anything to be learned
    ],
    ids=str,
)
def test_the_claim_breaks(broken):
    breaks("zero-start", **broken)


def test_from_zero_nothing_but_a_bias_is_learned():
    # Two classes of one size: the best bias is none, and the loss stays that of a coin.
    series = run(Settings())
    assert series["loss_zero"] == pytest.approx(np.log(2.0), abs=1e-6)


def test_random_units_are_apart_from_the_beginning():
    assert run(Settings())["difference_random"][0] > 0.1
