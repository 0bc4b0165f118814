"""Softmax that overflows: the claim, ways to break it, and the numbers of the notes."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.losses import softmax_overflow
from pellucid.lab.losses.softmax_overflow import Settings, naive, right, run, whole_sum, whole_top


def test_the_claim_holds():
    holds("softmax-overflow")


@pytest.mark.parametrize(
    "broken",
    [
        {"shift": 10.0},  # too little to overflow
        {"rows": 1},  # a row is the batch
    ],
    ids=str,
)
def test_the_claim_breaks(broken):
    breaks("softmax-overflow", **broken)


def test_the_claim_breaks_without_the_care(monkeypatch):
    monkeypatch.setattr(softmax_overflow, "right", naive)
    breaks("softmax-overflow")


def test_the_numbers_are_those_of_the_notes():
    scores = np.array([1010.0, 1000.0, 990.0])
    assert np.isnan(naive(scores)).all()
    assert right(scores) == pytest.approx([0.99995, 4.54e-5, 2.06e-9], rel=2e-3)
    assert run(Settings())["right"][-1] == pytest.approx(right(scores))


def test_rows_far_apart_are_lost_by_the_largest_of_the_batch_alone():
    batch = np.array([[0.0, 1.0], [-1000.0, -999.0]])
    assert whole_sum(batch)[0].sum() == pytest.approx(1.0)
    assert whole_sum(batch)[1].sum() == 0.0
    assert np.isnan(whole_top(batch)[1]).all()
    assert right(batch)[1] == pytest.approx(right(batch)[0])


def test_the_library_divides_each_row_by_its_own_sum():
    series = run(Settings())
    assert series["rows_right"] == pytest.approx(1.0)
    assert series["rows_far_right"] == pytest.approx(1.0)
    assert np.isfinite(series["library"]).all()
