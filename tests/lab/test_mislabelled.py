"""Wrong labels: as many as were asked for, the same for a seed, and nothing else is changed."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.lab.mislabelled import mislabelled


def test_a_share_of_labels_is_drawn_and_a_tenth_of_these_is_right():
    digits = pc.data.digits()
    wrong = mislabelled(digits, 0.5, 3)
    assert (wrong.labels != digits.labels).mean() == pytest.approx(0.45, abs=0.04)
    assert np.array_equal(wrong.features, digits.features)


def test_a_seed_decides_which():
    first, again, other = (mislabelled(pc.data.digits(), 0.5, seed).labels for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
