"""Padding: the claim, two ways to break it, and sizes and windows counted by hand."""

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.convolution.padding_sizes import Settings, run


def test_the_claim_holds():
    holds("padding-sizes")


@pytest.mark.parametrize("broken", [{"padding": "valid"}, {"filter": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("padding-sizes", **broken)


def test_sizes_are_those_counted_by_hand():
    series = run(Settings(size=7, filter=3, layers=4))
    assert series["size_unpadded"].tolist() == [7, 5, 3, 1, 0]
    assert series["size_padded"].tolist() == [7] * 5


def test_a_corner_is_in_one_window_and_the_middle_in_all():
    series = run(Settings(size=7, filter=3))
    assert series["windows_unpadded"][0].tolist() == [1, 2, 3, 3, 3, 2, 1]
    assert series["windows_unpadded"][3, 3] == 9
    assert series["windows_padded"][0].tolist() == [4, 6, 6, 6, 6, 6, 4]


def test_the_formula_is_that_of_the_padding_chosen():
    series = run(Settings(size=10, filter=5, padding="valid", layers=3))
    assert series["formula_padded"].tolist() == series["size_padded"].tolist() == [10, 6, 2, 0]
