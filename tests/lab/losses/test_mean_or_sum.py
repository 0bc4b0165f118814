"""Mean or sum: the claim, ways to break it, and the numbers of the notes."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.losses import mean_or_sum
from pellucid.lab.losses.mean_or_sum import Settings, central, run, summed_loss


def test_the_claim_holds():
    holds("mean-or-sum")


@pytest.mark.parametrize(
    "broken",
    [
        {"largest": 1},  # a batch of one sample: sum and mean are one
        {"delta": 1e-12},  # too small to cap anything
        {"delta": 0.1},  # so large that the given gradient is not that of the loss
    ],
    ids=str,
)
def test_the_claim_breaks(broken):
    breaks("mean-or-sum", **broken)


def test_the_claim_breaks_where_the_printed_loss_is_a_mean(monkeypatch):
    mean = lambda z, labels, delta: summed_loss(z, labels, delta) / len(z)  # noqa: E731
    monkeypatch.setattr(mean_or_sum, "summed_loss", mean)
    breaks("mean-or-sum")


def test_the_numbers_are_those_of_the_notes():
    series = run(Settings())
    assert series["book_squared"] == pytest.approx(0.0975)
    assert series["book_cross_entropy"] == pytest.approx(0.510825457, abs=5e-10)
    assert series["book_cross_entropy_exact"] == pytest.approx(0.510825624, abs=5e-10)


def test_the_cap_is_minus_the_logarithm_of_the_small_number():
    assert run(Settings())["loss_delta"][0] == pytest.approx(16.118, abs=1e-3)


def test_central_differences_of_a_square_are_those_known():
    z = np.array([[1.0, -2.0]])
    assert central(lambda z: (z * z).sum(), z) == pytest.approx(2.0 * z)
