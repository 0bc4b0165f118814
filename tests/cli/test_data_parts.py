"""The sets of a run: other shapes, and folds that are parted anew."""

import numpy as np

from pellucid.cli.data_parts import DataParts
from pellucid.data import from_arrays


def test_all_sets_get_another_shape() -> None:
    some = from_arrays(np.zeros((6, 4), np.float32), np.arange(6) % 2)
    parts = DataParts(some, some, None).with_shape((2, 2))
    assert parts.validation is not None
    assert parts.train.features.shape == parts.validation.features.shape == (6, 2, 2)
    assert parts.test is None


def test_folds_part_what_was_for_training_and_for_choosing() -> None:
    numbers = np.arange(10, dtype=np.float32).reshape(10, 1)
    classes = np.arange(10) % 2
    train = from_arrays(numbers[:8], classes[:8])
    validation = from_arrays(numbers[8:], classes[8:])
    chosen = []
    for fold in range(1, 6):
        parts = DataParts(train, validation, None).of_fold(fold, 5, seed=1)
        assert parts.validation is not None
        assert (len(parts.train), len(parts.validation)) == (8, 2)
        chosen += [*np.asarray(parts.validation.features).ravel()]
    assert sorted(chosen) == [*range(10)]
