"""A data set: features and labels of the same length, checked before anything learns from them.

    Dataset        the two arrays, a name and the number of classes
    from_arrays    a Dataset from whatever NumPy can read as numbers

What is wrong with data is said here, with the row, and not by a loss that is nan an hour later.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import DataError

Features = NDArray[np.float32]
Labels = NDArray[np.int64]
Indices = NDArray[np.int64]

FINITE_AT_ONCE = 2**20  # numbers looked at together


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Samples and their classes.

    Shapes: features (samples, ...) float32, C-contiguous; labels (samples,) int64, each in
        0..classes-1. Both are read-only views: a data set never changes.
    Units:  the data sets that come with pellucid are scaled to [0, 1].
    Errors: DataError for lengths that differ, no samples, a feature that is not finite (row and
        column named), labels that are not class numbers (the first offender named), element
        types or memory layouts other than these: `from_arrays` converts.

    >>> data = from_arrays([[0.0, 1.0], [0.5, 0.25]], [1, 0], name="two points")
    >>> data
    Dataset 'two points': 2 samples of shape (2,), 2 classes, features from 0 to 1
    >>> len(data), data.class_counts.tolist()
    (2, [1, 1])
    """

    features: Features
    labels: Labels
    name: str
    classes: int

    def __post_init__(self) -> None:
        _check_arrays(self)
        _check_labels(self)
        _check_finite(self)
        for field in ("features", "labels"):
            view = getattr(self, field).view()
            view.flags.writeable = False
            object.__setattr__(self, field, view)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        shape = self.features.shape[1:]
        low, high = self.features.min(), self.features.max()
        return (
            f"Dataset {self.name!r}: {len(self):,} samples of shape {shape}, "
            f"{self.classes} classes, features from {low:.6g} to {high:.6g}"
        )

    @property
    def class_counts(self) -> Indices:
        """How many samples each class has: (classes,) int64."""
        return np.bincount(self.labels, minlength=self.classes).astype(np.int64)

    def subset(self, indices: Any, name: str | None = None) -> "Dataset":
        """The samples at these positions, in this order, as a data set of its own.

        Errors: DataError where `indices` are not integers in 0..samples-1, or are none.

        >>> from_arrays([[0.0], [0.1], [0.2]], [0, 1, 1]).subset([2, 0]).labels.tolist()
        [1, 0]
        """
        rows = np.asarray(indices)
        where = f"subset of {self.name!r}"
        if rows.ndim != 1 or (rows.size and not np.issubdtype(rows.dtype, np.integer)):
            raise DataError(
                f"{where}: indices of type {rows.dtype} and shape {rows.shape}. Indices are a "
                "one-dimensional array of integers; np.flatnonzero turns a mask into them."
            )
        outside = np.flatnonzero((rows < 0) | (rows >= len(self)))
        if outside.size:
            raise DataError(
                f"{where}: indices[{outside[0]}] is {rows[outside[0]]}. Positions go from 0 to "
                f"{len(self) - 1}."
            )
        rows = rows.astype(np.int64)
        features, labels = self.features[rows], self.labels[rows]
        return Dataset(features, labels, name or self.name, self.classes)

    def with_shape(self, *shape: int) -> "Dataset":
        """The same samples, each seen in another shape: no number is copied or moved.

        Errors: DataError where the shape does not hold as many numbers as a sample has.

        >>> from_arrays([[0.0, 1.0, 2.0, 3.0]] * 2, [0, 1]).with_shape(1, 2, 2).features.shape
        (2, 1, 2, 2)
        """
        try:
            features = self.features.reshape(len(self), *shape)
        except ValueError as error:
            have = self.features.shape[1:]
            raise DataError(
                f"with_shape of {self.name!r}: samples of shape {have} do not fit into {shape}. "
                f"Both must hold {int(np.prod(have))} numbers."
            ) from error
        return Dataset(features, self.labels, self.name, self.classes)


def from_arrays(
    features: Any, labels: Any, *, name: str = "arrays", classes: int | None = None
) -> Dataset:
    """A data set from arrays, lists or tables of numbers, copied and converted where needed.

    Features become float32 and are not scaled. Labels are integers or booleans; the number of
    classes is the largest label plus one unless given.

    Errors: DataError as in `Dataset`, and for values that are not numbers.
    """
    table, answers = _as_array(features, name, "features"), _as_array(labels, name, "labels")
    if table.dtype.kind not in "biuf":
        raise DataError(
            f"Dataset {name!r}: features of type {table.dtype} are not real numbers. Encode texts "
            "and categories as numbers first."
        )
    if answers.dtype.kind not in "biu":
        raise DataError(
            f"Dataset {name!r}: labels of type {answers.dtype} ({_first(answers)} first). Labels "
            "are class numbers 0, 1, 2, ...: use labels.astype(int) for numbers, "
            "np.unique(labels, return_inverse=True)[1] for names."
        )
    if classes is None:
        classes = max(2, int(answers.max()) + 1) if answers.size else 2
    # Too large for float32 becomes inf, which the data set then names.
    with np.errstate(over="ignore"):
        table = np.array(table, dtype=np.float32, order="C")
    table.flags.writeable = False  # so that training shares it instead of copying
    return Dataset(table, np.array(answers, dtype=np.int64, order="C"), name, classes)


def _as_array(value: Any, name: str, field: str) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise DataError(
            f"Dataset {name!r}: {field} cannot be read as one array: {error}. Every row must have "
            "the same number of values."
        ) from error


def _first(array: NDArray[Any]) -> str:
    return repr(array.flat[0].item()) if array.size else "none"


def _check_arrays(data: Dataset) -> None:
    """Element types, layouts and lengths."""
    where = f"Dataset {data.name!r}"
    for field, array, dtype in (
        ("features", data.features, np.float32),
        ("labels", data.labels, np.int64),
    ):
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
    features, labels = data.features.shape, data.labels.shape
    if len(features) < 2 or len(labels) != 1 or features[0] != labels[0]:
        raise DataError(
            f"{where}: features have shape {features}, labels {labels}. They must be "
            "(samples, ...) and (samples,) with the same number of samples. One feature per "
            "sample is features.reshape(-1, 1); one-hot labels become numbers with "
            "labels.argmax(axis=1)."
        )
    if data.features.size == 0:
        raise DataError(
            f"{where}: it is empty: {features[0]} samples of shape {features[1:]}. There must be "
            "at least one sample with at least one feature."
        )


def _check_labels(data: Dataset) -> None:
    if data.classes < 2:
        raise DataError(
            f"Dataset {data.name!r}: {data.classes} classes. At least 2 are needed to tell apart; "
            "pass classes= where the samples at hand show only one."
        )
    wrong = (data.labels < 0) | (data.labels >= data.classes)
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            f"Dataset {data.name!r}: labels[{row}] is {data.labels[row]} ({wrong.sum():,} of "
            f"{len(data):,} labels are out of range). Labels are integers in "
            f"0..{data.classes - 1} where there are {data.classes} classes."
        )


def _check_finite(data: Dataset) -> None:
    # In parts: a mask of the whole would be a quarter as large as the data.
    rows = max(1, FINITE_AT_ONCE * len(data) // data.features.size)
    parts = range(0, len(data), rows)
    if not all(np.isfinite(data.features[start : start + rows]).all() for start in parts):
        finite = np.isfinite(data.features)
        place = np.unravel_index(int(finite.argmin()), finite.shape)
        row, *column = (int(index) for index in place)
        value, bad = data.features[place], finite.size - np.count_nonzero(finite)
        raise DataError(
            f"Dataset {data.name!r}: row {row}, column {', '.join(map(str, column))} of the "
            f"features is {value} as float32 ({bad:,} of {finite.size:,} values are not finite). "
            "Every feature must be a finite number: fill in or leave out the samples concerned."
        )
