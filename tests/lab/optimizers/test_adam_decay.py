"""Penalty and decay: the claim, two ways to break it, and decay by hand."""

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.optimizers.adam_decay import Settings, pair, run


def test_the_claim_holds():
    holds("adam-decay")


@pytest.mark.parametrize("broken", [{"strength": 0.0}, {"factor": 1.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("adam-decay", **broken)


def test_decay_takes_the_same_share_of_both_weights():
    settings = Settings(adam_rate=0.001, steps=200)
    small, large = pair(settings, "decay")[-1]
    expected = (1.0 - settings.adam_rate * settings.strength) ** settings.steps
    assert small == pytest.approx(large, abs=1e-6)
    assert small == pytest.approx(expected, abs=2e-3)  # and the first, uneven steps of Adam


def test_under_sgd_both_are_the_same_way():
    series = run(Settings(steps=5))
    assert series["size_sgd_l2"] == pytest.approx(series["size_sgd_decay"], rel=1e-12)
