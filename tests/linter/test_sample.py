"""Rows of a data set, evenly spread; those that two sets have; columns that are the same."""

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.linter.sample import alike, column_keys, sample_of

DRAW = np.random.default_rng(0)


def data(x):
    return from_arrays(np.asarray(x, np.float32), np.arange(len(x)) % 2)


def test_few_numbers_are_rows_that_are_evenly_spread():
    sample = sample_of(data(DRAW.normal(size=(100, 5))), 25)
    assert sample.rows.tolist() == [0, 24, 49, 74, 99]
    assert sample.numbers.shape == (5, 5)
    assert sample.told == "5 of 100 samples, evenly spread"


def test_what_is_small_is_looked_at_whole():
    sample = sample_of(data(np.ones((4, 2))), 1000)
    assert sample.is_whole
    assert sample.numbers is sample.whole
    assert sample.told == "all 4 samples"
    assert len(sample_of(data(np.ones((4, 20))), 1).rows) == 1  # one row at least


@pytest.mark.parametrize("width", [3, 80])
def test_rows_that_both_have_are_found_in_pairs(width):
    ours = DRAW.normal(size=(50, width)).astype(np.float32)
    theirs = DRAW.normal(size=(20, width)).astype(np.float32)
    theirs[[3, 11]] = ours[[40, 7]]
    theirs[5] = ours[9]
    theirs[5, 1] += 1.0  # the same in all columns but one
    pairs, again = alike(*(sample_of(data(x), 10**6) for x in (ours, theirs)))
    assert sorted(pairs) == [(7, 11), (40, 3)]
    assert again == 0.0


def test_rows_that_come_again_are_a_share_of_ours():
    ours = np.arange(8.0).reshape(4, 2)[[0, 1, 0, 0]]
    pairs, again = alike(sample_of(data(ours), 100), sample_of(data(ours[:2]), 100))
    assert again == 0.5
    assert [b for _, b in pairs] == [0, 1]


def test_columns_have_one_key_if_they_are_the_same_zeros_of_both_signs_too():
    x = DRAW.normal(size=(3000, 4)).astype(np.float32)
    x[:, 2] = x[:, 0]
    x[5, 0], x[5, 2] = 0.0, -0.0
    keys = column_keys(x)
    assert keys[0] == keys[2]
    assert len(set(keys.tolist())) == 3
