"""Divergences: the claim, ways to break it, and what is known beforehand."""

import math

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.losses import divergences
from pellucid.lab.losses.divergences import Settings, bell, film, run

SIGMA = np.array([1.0, 1.3])


def test_the_claim_holds():
    holds("divergences")


@pytest.mark.parametrize(
    "broken",
    [{"farthest": 2.0}, {"cut": 4.0, "farthest": 6.0}],  # the bells never come apart
    ids=str,
)
def test_the_claim_breaks(broken):
    breaks("divergences", **broken)


def test_the_claim_breaks_where_bits_and_nats_are_mixed_up(monkeypatch):
    known = divergences.pc.measures.js_divergence
    monkeypatch.setattr(
        divergences.pc.measures, "js_divergence", lambda p, q, base=2.0: known(p, q, base=math.e)
    )
    breaks("divergences")


def test_bells_have_the_measures_of_normal_distributions():
    # On a fine grid, up to the entropy of its spacing of 0.1.
    series = run(Settings(width_p=1.0, width_q=1.3, farthest=4.0))
    d = series["distance"]
    nats = math.log(2.0)
    entropy = 0.5 * math.log(2.0 * math.pi * math.e) - math.log(0.1)
    assert series["entropy"] * nats == pytest.approx(entropy, abs=1e-6)
    kl = math.log(1.3) + (1.0 + d**2) / (2.0 * 1.3**2) - 0.5
    assert series["kl_pq"] * nats == pytest.approx(kl, abs=1e-4)


def test_equal_bells_are_nothing_apart():
    series = run(Settings(width_p=1.0, width_q=1.0))
    for name in ("kl_pq", "kl_qp", "js", "js_cut"):
        assert series[name][0] == 0.0


def test_apart_bells_are_one_bit_or_log_2_nats_apart():
    series = run(Settings())
    assert series["is_disjoint"][-1]
    assert series["js_cut"][-1] == pytest.approx(1.0)
    assert series["js_cut_nats"][-1] == pytest.approx(0.693147, abs=1e-6)


def test_a_cut_bell_ends_where_it_is_cut():
    places = divergences.PLACES[bell(0.0, 1.5, 2.0) > 0.0]
    assert -3.0 < places.min() < -2.85
    assert 2.85 < places.max() < 3.0


def test_the_film_has_a_picture_for_each_distance():
    drawn = film(run(Settings()))
    assert drawn.pictures == 81
    drawn.draw(40)
    assert "4.0" in drawn.figure.axes[0].get_title()
