"""More data: the claim, two ways to break it, and the samples that are learned from."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.lab.tuning.more_data import Settings, run, untidy


def test_the_claim_holds():
    holds("more-data")


@pytest.mark.parametrize("broken", [{"large": 5}, {"learning_rate": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("more-data", steps=100, **broken)


def test_digits_keep_their_labels_and_change_their_pixels():
    digits, moved = pc.data.digits(), untidy(Settings())
    assert np.array_equal(moved.labels, digits.labels)
    assert (moved.features != digits.features).any(axis=1).mean() > 0.99


def test_numbers_of_samples_grow_by_equal_factors():
    samples = run(Settings(steps=1))["samples"]
    assert samples.tolist() == [30, 103, 351, 1200]
