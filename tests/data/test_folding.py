"""Folds of a cross-validation."""

import numpy as np
import pytest

from pellucid.data import Dataset, folds, from_arrays
from pellucid.data.folding import pooled
from pellucid.errors import OptionError


def points(count: int, classes: int = 3) -> Dataset:
    return from_arrays(np.arange(count)[:, None], np.arange(count) % classes, classes=classes)


@pytest.mark.parametrize("count", [2, 5, 7])
def test_each_sample_chooses_once_and_learns_otherwise(count: int) -> None:
    data = points(23)
    seen = []
    for train, validation in folds(data, count, seed=3):
        both = [*train.features.ravel(), *validation.features.ravel()]
        assert sorted(both) == list(range(23))
        assert 23 // count <= len(validation) <= 23 // count + 1
        each = validation.class_counts
        assert each.max() - each.min() <= 2
        seen += validation.features.ravel().tolist()
    assert sorted(seen) == list(range(23))


def test_they_depend_on_the_seed_alone() -> None:
    first, same, other = (folds(points(20), 4, seed=s)[0][1].features.ravel() for s in (1, 1, 2))
    assert first.tolist() == same.tolist() != other.tolist()


def test_numbers_are_folded_without_classes() -> None:
    data = from_arrays(np.arange(9)[:, None], np.arange(9) / 2, classes=0)
    assert [len(validation) for _, validation in folds(data, 4)] == [3, 2, 2, 2]


def test_two_sets_are_pooled_with_all_that_they_have() -> None:
    first = from_arrays([[0.0], [1.0]], {"a": [0, 1], "b": [0.5, 1.5]}).with_inputs([[3], [4]])
    both = pooled(first, first[[1]])
    assert both.features.ravel().tolist() == [0.0, 1.0, 1.0]
    assert both.further[0].ravel().tolist() == [3, 4, 4]
    assert [t.ravel().tolist() for t in both.target_arrays] == [[0, 1, 1], [0.5, 1.5, 1.5]]


@pytest.mark.parametrize("count", [1, 24])
def test_other_numbers_of_folds_are_refused(count: int) -> None:
    with pytest.raises(OptionError, match=rf"^folds: {count} of 'arrays', which has 23 samples"):
        folds(points(23), count)
