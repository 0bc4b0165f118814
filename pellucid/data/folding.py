"""K-fold cross-validation: each sample is in the validation set of one of the folds.

folds    pairs of sets, to learn from and to choose by
pooled   the samples of two sets as one
"""

from dataclasses import replace

import numpy as np

from pellucid.data.batches import SPLIT, permutation
from pellucid.data.datasets import Dataset
from pellucid.errors import DataError, OptionError
from pellucid.strict import strict


@strict
def folds(data: Dataset, count: int, *, seed: int = 0) -> list[tuple[Dataset, Dataset]]:
    """The training and the validation set of each fold.

    Samples are shuffled by the seed, and dealt out in turn; those of classes class by class, so
    that each fold has a class as often as another, give or take one. Folds differ by one sample
    at most.

    Errors: OptionError for fewer than 2 folds, or more than there are samples; DataError for data
    that are not in memory.

    >>> from pellucid.data.building import from_arrays
    >>> data = from_arrays([[0.0], [1.0], [2.0], [3.0], [4.0]], [0, 1, 0, 1, 0])
    >>> [(len(train), len(validation)) for train, validation in folds(data, 2)]
    [(2, 3), (3, 2)]
    """
    if not 2 <= count <= len(data):
        raise OptionError(
            f"folds: {count} of {data.name!r}, which has {len(data)} samples. There are at least 2 "
            "folds, with a sample each."
        )
    _check_in_memory(data)
    order = permutation(len(data), seed, 0, purpose=SPLIT)
    if data.classes and data.labels.ndim == 1:
        order = order[np.argsort(data.labels[order], kind="stable")]
    turns = np.arange(len(data)) % count
    found = []
    for fold in range(count):
        parts = [np.sort(order[kept]) for kept in (turns != fold, turns == fold)]
        found.append((data.subset(parts[0]), data.subset(parts[1])))
    return found


def pooled(first: Dataset, second: Dataset) -> Dataset:
    """The samples of two sets of one kind as one, those of the first before the others.

    Errors: DataError for data that are not in memory.
    """
    for data in (first, second):
        _check_in_memory(data)
    held = (first.held, second.held)
    alike = held[0].dtype == held[1].dtype
    features = held if alike else (first.features, second.features)
    further = zip(first.further, second.further, strict=True)
    pairs = zip(first.further_targets, second.further_targets, strict=True)
    targets = [replace(a, labels=np.concatenate([a.labels, b.labels])) for a, b in pairs]
    parts = {
        "features": np.concatenate(features),
        "further": tuple(map(np.concatenate, further)),
        "labels": np.concatenate([first.labels, second.labels]),
        "further_targets": tuple(targets),
    }
    return first.but(parts)


def _check_in_memory(data: Dataset) -> None:
    if not isinstance(data.held, np.ndarray):
        raise DataError(
            f"folds: {data.name!r} is read batch by batch. Folds are made of data in memory."
        )
