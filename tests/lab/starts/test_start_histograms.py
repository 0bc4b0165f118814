"""Histograms of starts: the claim, two ways to break it, and the spreads of the notes."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.starts.start_histograms import ARMS, Settings, film, run
from pellucid.lab.themes import themed


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("start-histograms")


@pytest.mark.parametrize("broken", [{"large": 0.1}, {"small": 0.2}], ids=str)
def test_the_claim_breaks(broken):
    breaks("start-histograms", **broken)


def test_spreads_are_those_of_the_notes(series):
    assert all(0.43 < std < 0.47 for std in series["std_sigmoid_large"])
    assert series["std_sigmoid_small"][1:] == pytest.approx(0.0125, abs=0.001)
    assert all(0.10 < std < 0.22 for std in series["std_sigmoid_xavier"])
    assert series["std_relu_small"][3] == pytest.approx(2e-5, rel=0.3)
    assert series["std_relu_xavier"][[0, 4]] == pytest.approx([0.59, 0.13], abs=0.03)
    assert series["std_relu_he"][0] == pytest.approx(0.83, abs=0.03)
    assert all(0.6 < std < 1.1 for std in series["std_relu_he"])


def test_sigmoids_from_large_weights_are_at_their_ends(series):
    counts = series["counts_sigmoid_large"][-1] / 1e5
    assert counts[0] + counts[-1] > 0.4
    assert np.all(series["counts_sigmoid_small"].sum(axis=1) == 100_000)


def test_the_film_has_a_picture_for_each_layer(series):
    with themed("light"):
        shown = film(series)
        shown.draw(4)
    assert (shown.pictures, len(shown.figure.axes)) == (5, len(ARMS))
