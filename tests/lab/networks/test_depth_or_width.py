"""Depth and width: the claim, two ways to break it, and the sizes counted by hand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.networks.depth_or_width import Settings, run, xor


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("depth-or-width")


@pytest.mark.parametrize("broken", [{"gates_missing": 1}, {"counters_missing": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("depth-or-width", **broken)


def test_sizes_are_those_of_the_formulas(series):
    n = series["bits"]
    assert np.array_equal(series["units_gates"], 2 ** (n - 1))
    assert np.array_equal(series["units_counters"], n)
    assert np.array_equal(series["units_tree"], 3 * (n - 1))
    assert np.array_equal(series["depth_tree"], 2 * np.ceil(np.log2(n)))


def test_xor_is_right_on_all_pairs():
    pairs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    assert xor(pairs).tolist() == [0.0, 1.0, 1.0, 0.0]
