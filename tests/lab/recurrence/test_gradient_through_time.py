"""A derivative through time: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid import nn
from pellucid.lab.recurrence.gradient_through_time import Settings, run


def test_the_claim_holds():
    holds("gradient-through-time")


@pytest.mark.parametrize("broken", [{"steps": 5}, {"forget": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("gradient-through-time", **broken)


def test_a_matrix_that_turns_and_scales_leaves_powers_of_its_factor():
    series = run(Settings(steps=20))
    for arm, factor in (("shorter", 0.9), ("as_long", 1.0), ("longer", 1.1)):
        expected = factor ** series["lengths"].astype(float)
        assert series[arm] == pytest.approx(expected, rel=1e-4)


def test_a_memory_without_other_weights_is_kept_as_its_gate_says(monkeypatch):
    monkeypatch.setattr(nn.LSTMCell, "_recurrent", lambda self, rng: pc.zeros((8, 32)))
    series = run(Settings(steps=20, forget=3.0))
    for arm, bias in (("open", 3.0), ("half_open", 0.0)):
        share = 1.0 / (1.0 + np.exp(-bias))
        assert series[arm] == pytest.approx(share ** series["lengths"], rel=1e-4)
