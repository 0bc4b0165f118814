"""Sequences of unequal lengths as one data set, filled up to the longest.

from_sequences    a Dataset whose further input says how long each sample is
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.building import from_arrays
from pellucid.data.datasets import Dataset
from pellucid.data.tables import read
from pellucid.errors import DataError
from pellucid.strict import strict

PADDING = "(padding)"


@strict
def from_sequences(  # noqa: PLR0913 (options, each by name)
    sequences: Sequence[Any],
    labels: Any,
    *,
    name: str = "sequences",
    classes: int | Sequence[str] | None = None,
    vocabulary: int = 0,
    steps: int | None = None,
    blank: int | None = None,
) -> Dataset:
    """A data set of sequences, with 0 behind the end of each, and their lengths as further input.

    A model is called with both: `model(x, lengths)`, as recurrent layers and `nn.LastState` are;
    attention takes `functional.length_mask(lengths, steps)` as its mask. `steps` is how many each
    is filled up to; left out, as many as the longest has. Give that of the training set to the
    others, so that their shapes are equal.

    Labels are a class for each sequence, numbers with `classes=0`, or as many class numbers as the
    sequence has steps. Behind the end these are of a class of their own, the last one: leave it
    out of the loss and of what is measured, with `ignore_index=data.classes - 1`. With a `blank`
    each sequence has fewer labels than steps, and it stands behind them, as `ctc_loss` reads them.

    Shapes: sequences of (steps,) or (steps, features) -> features (samples, steps, ...), further
    input (samples,) int64, labels (samples,) or (samples, steps).
    Errors: DataError for sequences without steps, longer ones than `steps`, other features in
    each, or labels that are not as many as the steps; others as in `from_arrays`.

    >>> data = from_sequences([[[1.0]], [[2.0], [3.0]]], [0, 1])
    >>> data.features[:, :, 0].tolist(), data.further[0].tolist()
    ([[1.0, 0.0], [2.0, 3.0]], [1, 2])
    >>> from_sequences([[1, 2], [3]], [[0, 1], [1]], vocabulary=4).labels.tolist()
    [[0, 1], [1, 2]]
    """
    where = f"Dataset {name!r}"
    arrays = [read(where, f"sequence {i}", np.asarray, x) for i, x in enumerate(sequences)]
    lengths = _lengths(where, arrays, steps)
    longest = int(max(lengths, default=0)) if steps is None else steps
    features = _filled(arrays, longest, 0)
    of_steps = len(labels) > 0 and np.ndim(labels[0]) > 0
    if not of_steps or classes == 0:
        made = from_arrays(features, labels, name=name, classes=classes, vocabulary=vocabulary)
        return made.with_inputs(lengths)
    ids = [read(where, f"labels {i}", np.asarray, x) for i, x in enumerate(labels)]
    count, names = _classes(ids, classes)
    if blank is None:
        _check_labels(where, ids, lengths)
        filled = _filled(ids, longest, count)
        kinds = (*names, PADDING) if names else count + 1
    else:
        _check_fewer(where, ids, lengths)
        filled = _filled(ids, longest, blank)
        kinds = names or count
    made = from_arrays(features, filled, name=name, classes=kinds, vocabulary=vocabulary)
    return made.with_inputs(lengths)


def _lengths(where: str, arrays: list[NDArray[Any]], steps: int | None) -> NDArray[np.int64]:
    """How long each sequence is, once it is sure that all are alike."""
    for i, array in enumerate(arrays):
        if not array.ndim or not len(array):
            raise DataError(f"{where}: sequence {i} has no steps. Leave it out: it says nothing.")
        if array.shape[1:] != arrays[0].shape[1:]:
            raise DataError(
                f"{where}: the steps of sequence {i} have shape {array.shape[1:]}, those of "
                f"sequence 0 {arrays[0].shape[1:]}. They must be equal: lengths alone may differ."
            )
        if steps is not None and len(array) > steps:
            raise DataError(
                f"{where}: sequence {i} has {len(array)} steps, more than {steps}. Cut it, or give "
                "more `steps`."
            )
    return np.array([len(array) for array in arrays], np.int64)


def _check_labels(where: str, ids: list[NDArray[Any]], lengths: NDArray[np.int64]) -> None:
    for i, (found, steps) in enumerate(zip(ids, lengths, strict=False)):
        if found.shape != (steps,) or found.dtype.kind not in "biu":
            raise DataError(
                f"{where}: labels {i} have shape {found.shape} and type {found.dtype}; sequence "
                f"{i} has {steps} steps. There is one class number for each step."
            )


def _check_fewer(where: str, ids: list[NDArray[Any]], lengths: NDArray[np.int64]) -> None:
    for i, (found, steps) in enumerate(zip(ids, lengths, strict=False)):
        if found.ndim != 1 or (found.size and found.dtype.kind not in "iu") or len(found) > steps:
            raise DataError(
                f"{where}: labels {i} have shape {found.shape} and type {found.dtype}; sequence "
                f"{i} has {steps} steps. With a blank they are class numbers, not more than steps."
            )


def _classes(ids: list[NDArray[Any]], classes: Any) -> tuple[int, tuple[str, ...]]:
    """How many classes there are without that of the padding, and their names."""
    if isinstance(classes, int):
        return classes, ()
    if classes is not None:
        return len(classes), tuple(classes)
    largest = [int(found.max()) for found in ids if found.size]
    return max(largest, default=1) + 1, ()


def _filled(arrays: list[NDArray[Any]], steps: int, value: int) -> NDArray[Any]:
    """All in one array, with a value behind the end of each."""
    if not arrays:
        return np.zeros((0, steps))
    filled = [array for array in arrays if array.size]
    kind = np.result_type(*filled or arrays)
    whole = np.full((len(arrays), steps, *arrays[0].shape[1:]), value, kind)
    for row, array in zip(whole, arrays, strict=True):
        row[: len(array)] = array
    return whole
