"""What the arrays of a data set must be, and what is said where they are not.

check_not_empty   at least one sample, with at least one number
check_arrays      element types, layouts, lengths; check_shapes: layouts and lengths
check_targets     class numbers in their range, or finite numbers
check_features    finite numbers, or ids of a vocabulary
check_names       a name for each class, where they have any
positions         integers that say where samples stand
reshaped          rows in another shape
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import DataError

AT_ONCE = 2**20  # numbers looked at together


def check_arrays(where: str, features: Any, labels: Any, dtypes: tuple[type, ...]) -> None:
    """Raise DataError for other element types, layouts or lengths.

    `dtypes`: of the features, and of the labels unless these are float32.
    """
    label_dtype = dtypes[1] if len(dtypes) > 1 else np.float32
    for field, array, dtype in (("features", features, dtypes[0]), ("labels", labels, label_dtype)):
        if not isinstance(array, np.ndarray) or array.dtype != dtype:
            have = getattr(array, "dtype", type(array).__name__)
            raise DataError(
                f"{where}: {field} are {have}. They must be a NumPy array of {dtype.__name__}; "
                "pellucid.data.from_arrays converts."
            )
        if not array.flags.c_contiguous:
            raise DataError(
                f"{where}: {field} are not C-contiguous. Use np.ascontiguousarray, or "
                "pellucid.data.from_arrays, which copies."
            )
    check_shapes(where, features, labels)


def check_not_empty(where: str, features: tuple[int, ...], labels: tuple[int, ...]) -> None:
    """Raise DataError for shapes of features and labels without a sample, or a number in it."""
    if 0 in (*features, *labels):
        raise DataError(
            f"{where}: it is empty: {features[0]} samples of shape {features[1:]}. There must be "
            "at least one sample with at least one feature and target."
        )


def check_shapes(where: str, x: Any, target: NDArray[Any]) -> None:
    """Raise DataError for other layouts or lengths, and for no samples."""
    features = x.shape
    labels = target.shape
    numbers = target.dtype == np.float32
    # A table with as many columns as classes is no sequence: its labels would be one-hot rows.
    in_time = x.dtype == np.int64 or len(features) > 2
    sequences = in_time and len(labels) == 2 and labels[1:] == features[1:2]
    fits = len(labels) >= 2 if numbers else len(labels) == 1 or sequences
    if len(features) < 2 or not fits or features[0] != labels[0]:
        rule = (
            "(samples, ...) and (samples, outputs) with the same number of samples; one number "
            "per sample is labels.reshape(-1, 1)."
            if numbers
            else "(samples, ...) and (samples,) with the same number of samples, or, for "
            "sequences, (samples, time, ...) and (samples, time). One feature per sample is "
            "features.reshape(-1, 1); one-hot labels become numbers with labels.argmax(axis=1)."
        )
        raise DataError(
            f"{where}: features have shape {features}, labels {labels}. They must be {rule}"
        )
    check_not_empty(where, features, labels)


def check_targets(where: str, labels: NDArray[Any], classes: int) -> None:
    """Raise DataError for labels outside the classes, or targets that are not finite."""
    if classes == 0:
        return _check_finite(where, labels, "labels")
    if classes < 2:
        raise DataError(
            f"{where}: {classes} classes. At least 2 are needed to tell apart; pass classes= "
            "where the samples at hand show only one, and 0 for numbers to be predicted."
        )
    return _check_range(where, "labels", labels, classes, f"where there are {classes} classes")


def check_features(where: str, features: NDArray[Any], vocabulary: int) -> None:
    """Raise DataError for features that are not finite, or ids outside the vocabulary."""
    if vocabulary < 0:
        raise DataError(f"{where}: a vocabulary of {vocabulary}. It counts ids: 0 for numbers.")
    if vocabulary:
        _check_range(where, "features", features, vocabulary, "in this vocabulary")
    else:
        _check_finite(where, features, "features")


def check_names(where: str, names: tuple[str, ...], classes: int) -> None:
    """Raise DataError for names that are not as many as the classes, or not different texts."""
    if len(names) not in (0, classes):
        raise DataError(
            f"{where}: {len(names)} names for {classes} classes. Each has one, or none has."
        )
    known = {""}
    for i, name in enumerate(names):
        if not isinstance(name, str) or name in known:
            raise DataError(
                f"{where}: class_names[{i}] is {name!r}. Each is a text of its own, not empty."
            )
        known.add(name)


def positions(where: str, indices: Any, count: int) -> NDArray[np.int64]:
    """Where samples stand, of so many. Errors: DataError for no integers in 0..count-1."""
    rows = np.asarray(indices)
    if rows.ndim != 1 or (rows.size and not np.issubdtype(rows.dtype, np.integer)):
        raise DataError(
            f"{where}: indices of type {rows.dtype} and shape {rows.shape}. Indices are a "
            "one-dimensional array of integers; np.flatnonzero turns a mask into them."
        )
    outside = np.flatnonzero((rows < 0) | (rows >= count))
    if outside.size:
        raise DataError(
            f"{where}: indices[{outside[0]}] is {rows[outside[0]]}. Positions go from 0 to "
            f"{count - 1}."
        )
    return rows.astype(np.int64)


def reshaped(where: str, features: Any, shape: tuple[int, ...]) -> Any:
    """The same rows, each in another shape. Errors: DataError where it does not fit."""
    try:
        return features.reshape(len(features), *shape)
    except (TypeError, ValueError) as error:
        have = features.shape[1:]
        count = int(np.prod(have))
        raise DataError(
            f"{where}: samples of shape {have} do not fit into {shape}. Both must hold {count} "
            f"numbers; sizes stand one by one: with_shape(1, {count})."
        ) from error


def _check_range(where: str, field: str, ids: NDArray[Any], count: int, rule: str) -> None:
    wrong = (ids < 0) | (ids >= count)
    if wrong.any():
        place = np.unravel_index(int(wrong.argmax()), ids.shape)
        index = ", ".join(str(int(i)) for i in place)
        noun = "labels" if field == "labels" else "ids"
        raise DataError(
            f"{where}: {field}[{index}] is {ids[place]} ({wrong.sum():,} of {ids.size:,} {noun} "
            f"are out of range). {noun.capitalize()} are integers in 0..{count - 1} {rule}."
        )


def _check_finite(where: str, array: NDArray[Any], field: str) -> None:
    # In parts: a mask of the whole would be a quarter as large as the data.
    rows = max(1, AT_ONCE * len(array) // array.size)
    parts = range(0, len(array), rows)
    if not all(np.isfinite(array[start : start + rows]).all() for start in parts):
        finite = np.isfinite(array)
        place = np.unravel_index(int(finite.argmin()), finite.shape)
        row, *column = (int(index) for index in place)
        value = array[place]
        bad = finite.size - np.count_nonzero(finite)
        raise DataError(
            f"{where}: row {row}, column {', '.join(map(str, column))} of the {field} is {value} "
            f"as float32 ({bad:,} of {finite.size:,} values are not finite). Every one must be a "
            "finite number: fill in or leave out the samples concerned."
        )
