"""Pieces cover a whole, and no fewer would."""

import math

import pytest

from pellucid.executors.native.rounding import ceil_divide, round_up


@pytest.mark.parametrize("size", [1, 3, 64])
@pytest.mark.parametrize("total", [0, 1, 2, 3, 63, 64, 65, 2**60 + 1])
def test_the_fewest_pieces_that_cover_a_whole(total, size):
    pieces = ceil_divide(total, size)
    assert (pieces - 1) * size < total <= pieces * size
    assert round_up(total, size) == pieces * size


def test_small_numbers_agree_with_floats():
    for total in range(50):
        for size in range(1, 9):
            assert ceil_divide(total, size) == math.ceil(total / size)
