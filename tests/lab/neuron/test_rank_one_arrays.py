"""Rank-one arrays: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.neuron import rank_one_arrays
from pellucid.lab.neuron.rank_one_arrays import Settings, points, run


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("rank-one-arrays")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"steps": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("rank-one-arrays", **broken)


def test_the_claim_breaks_where_the_loss_refuses_nothing(monkeypatch):
    monkeypatch.setattr(rank_one_arrays, "mean_squared_error", lambda predictions, targets: None)
    breaks("rank-one-arrays")


def test_products_with_the_transpose_are_a_number_and_a_table(series):
    assert series["product_rank_one"].shape == ()
    assert series["product_rank_one"] == 1 + 4 + 9 + 16 + 25
    assert np.array_equal(series["product_column"][1], [2, 4, 6, 8, 10])
    assert series["difference"].shape == (5, 5)


def test_the_flat_line_is_the_mean_of_all_targets(series):
    # Every prediction is compared with every target: the best is the same for all.
    height = series["targets"].mean()
    assert series["line_rank_one"] == pytest.approx([0.0, height], abs=1e-3)
    spread = series["targets"].var()
    assert series["losses_rank_one"][-1] == pytest.approx(spread, rel=1e-3)


def test_the_right_line_is_that_of_least_squares():
    x, targets = points(Settings())
    expected = np.polyfit(x[:, 0].astype(float), targets[:, 0].astype(float), 1)
    assert run(Settings())["line_column"] == pytest.approx(expected, abs=1e-3)
