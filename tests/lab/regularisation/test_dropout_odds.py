"""Dropout odds: the claim, two ways to break it, and the numbers of the notes."""

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.regularisation.dropout_odds import Settings, run


def test_the_claim_holds():
    holds("dropout-odds")


@pytest.mark.parametrize("broken", [{"present": 0.5}, {"teams": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("dropout-odds", **broken)


def test_the_chances_are_those_of_the_notes():
    series = run(Settings(present=0.9, trials=1))
    assert series["all_needed"][90] == pytest.approx(0.0052, abs=5e-5)
    assert series["any_team"][90] == pytest.approx(0.99987, abs=5e-6)
