"""A network by hand: the claim, ways to break it, and the numbers of the notes."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.networks import forward_by_hand
from pellucid.lab.networks.forward_by_hand import BENDS, Settings, diagram, run


def test_the_claim_holds():
    holds("forward-by-hand")


def test_the_claim_breaks_without_an_activation():
    breaks("forward-by-hand", activation="identity")


def test_the_claim_breaks_where_a_bias_is_forgotten(monkeypatch):
    def forgetful(x, bend):
        return forward_by_hand.by_rows(x, bend)[-1] - 0.1

    monkeypatch.setattr(forward_by_hand, "by_columns", forgetful)
    breaks("forward-by-hand")


def test_the_numbers_are_those_of_the_notes():
    series = run(Settings())
    expected = {
        "a1": [0.3, 0.7, 1.1],
        "z1": [0.57444252, 0.66818777, 0.75026011],
        "a2": [0.51615984, 1.21402696],
        "z2": [0.62624937, 0.7710107],
        "y_loops": [0.31682708, 0.69627909],
        "y_rows": [0.31682708, 0.69627909],
        "y_columns": [0.31682708, 0.69627909],
    }
    for name, values in expected.items():
        assert series[name] == pytest.approx(values, abs=5e-9)
    assert series["y_library"] == pytest.approx([0.31682708, 0.69627909], abs=1e-6)


@pytest.mark.parametrize("activation", list(BENDS))
def test_the_library_has_the_same_activation(activation):
    series = run(Settings(activation=activation, x1=-2.0))
    assert np.abs(series["y_library"] - series["y_loops"]).max() < 1e-6


def test_its_graph_is_drawn():
    assert diagram(run(Settings())).startswith("<svg")
