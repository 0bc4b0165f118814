"""How good the classes are that a classifier chose, sample by sample.

    accuracy            the fraction that is right
    confusion_matrix    how often each class was taken for each
    precision           of those called a class, the fraction that is
    recall              of those that are a class, the fraction that was called so
    f1                  the harmonic mean of the two

The true classes come first, as in scikit-learn; both are one integer, boolean or text per
sample. For scores and probabilities see `pellucid.measures.scores`.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.columns import is_text
from pellucid.errors import DataError, OptionError, closest
from pellucid.measures.checks import Floats, alike, labels, number
from pellucid.strict import strict

Average = Literal["binary", "macro", "micro", "weighted", "none"]
AVERAGES = ("binary", "macro", "micro", "weighted", "none")


@strict
def accuracy(true: ArrayLike, predicted: ArrayLike) -> float:
    """The fraction of samples whose class is right.

    It says little where one class is frequent, and cannot be trained on: as a function of the
    weights it is constant almost everywhere, so its derivative is 0.
    Shapes: true, predicted (samples,). Errors: ShapeError where they differ; DataError for
    no samples.

    >>> accuracy([1, 0, 2, 1], [1, 0, 2, 2])
    0.75
    """
    t, p = _pair("accuracy", true, predicted)
    return float(np.mean(t == p))


@strict
def confusion_matrix(
    true: ArrayLike, predicted: ArrayLike, *, classes: int | Sequence[str] | None = None
) -> NDArray[np.int64]:
    """How many samples of each class (row) were taken for each class (column).

    Without `classes`, the largest number that occurs is the last class; names stand in the order of
    the alphabet, or in that of `classes`.
    Shapes: true, predicted (samples,) of class numbers from 0, or of names -> (classes, classes).
    Errors: DataError for a class number that is not below `classes`, or negative, and for a name
    that is not among them.

    >>> confusion_matrix([1, 0, 2, 1], [1, 0, 2, 2])
    array([[1, 0, 0],
           [0, 1, 1],
           [0, 0, 1]])
    """
    name = "confusion_matrix"
    t, p = _pair(name, true, predicted)
    if is_text(t):
        known = np.union1d(t, p).tolist() if classes is None else list(np.atleast_1d(classes))
        t = _places(name, t, known)
        p = _places(name, p, known)
        classes = len(known)
    count = 1 + int(max(_number(name, t), _number(name, p)))
    if classes is not None:
        if not isinstance(classes, int | np.integer):
            raise OptionError(f"{name}: classes {classes!r}, for class numbers. Say how many.")
        count = number(name, "classes", classes, least=1)
        for what, ids in (("true", t), ("predicted", p)):
            check_classes(name, what, ids, count)
    cells = np.bincount(t.astype(np.int64) * count + p, minlength=count * count)
    return cells.reshape(count, count).astype(np.int64)


@strict
def precision(
    true: ArrayLike,
    predicted: ArrayLike,
    *,
    average: Average = "binary",
    positive: Any = 1,
    undefined: float = 0.0,
) -> Any:
    """Of the samples that were called a class, the fraction that belong to it.

        precision = TP / (TP + FP)

    `average`: "binary" is that of the class `positive` alone; "macro" the mean over classes;
    "weighted" that mean with each class as often as it occurs; "micro" all decisions in one
    pot, which for one class per sample is the accuracy; "none" an array, one number per class
    in sorted order. The classes are those that occur in either argument. `undefined` is what
    0 / 0 counts as, for a class that was never predicted.

    Shapes: true, predicted (samples,) -> a float, or (classes,) for "none".
    Errors: as accuracy; OptionError for an unknown `average`, or for "binary" with more than
    two classes; DataError where `positive` is not among the classes.

    >>> precision([1, 1, 0, 0], [1, 1, 1, 0])
    0.6666666666666666
    """
    right, called, _, weights = _counts("precision", true, predicted, average, positive)
    return _averages(ratio(right, called, undefined), weights)


@strict
def recall(
    true: ArrayLike,
    predicted: ArrayLike,
    *,
    average: Average = "binary",
    positive: Any = 1,
    undefined: float = 0.0,
) -> Any:
    """Of the samples that belong to a class, the fraction that were called so.

        recall = TP / (TP + FN)

    Options, shapes and errors: as precision; 0 / 0 is that of a class without samples.

    >>> recall([1, 1, 0, 0], [1, 1, 1, 0])
    1.0
    """
    right, _, there, weights = _counts("recall", true, predicted, average, positive)
    return _averages(ratio(right, there, undefined), weights)


@strict
def f1(
    true: ArrayLike,
    predicted: ArrayLike,
    *,
    average: Average = "binary",
    positive: Any = 1,
    undefined: float = 0.0,
) -> Any:
    """The harmonic mean of precision and recall.

        F1 = 2 TP / (2 TP + FP + FN)

    "macro" is the mean of the F1 of each class, not the F1 of the means.
    Options, shapes and errors: as precision; 0 / 0 is that of a class that is in neither.
    Source: van Rijsbergen, Information Retrieval, 1979, chapter 7.

    >>> f1([1, 1, 0, 0], [1, 1, 1, 0])
    0.8
    """
    right, called, there, weights = _counts("f1", true, predicted, average, positive)
    return _averages(ratio(2 * right, called + there, undefined), weights)


def check_classes(name: str, what: str, ids: NDArray[Any], classes: int) -> None:
    """Refuse class numbers outside 0 to classes - 1."""
    wrong = (ids < 0) | (ids >= classes)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise DataError(
            f"{name}: {what} class {ids[place]} at sample {place}, of {classes} classes. "
            f"Class numbers lie between 0 and {classes - 1}."
        )


def _pair(name: str, true: ArrayLike, predicted: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    t = labels(name, "true", true)
    p = labels(name, "predicted", predicted)
    alike(name, t, p)
    if is_text(t) != is_text(p):
        raise DataError(
            f"{name}: true of {t.dtype}, predicted of {p.dtype}. Both name classes in the "
            "same way: by number, or by text."
        )
    return t, p


def _places(name: str, labels: NDArray[Any], known: list[Any]) -> NDArray[np.int64]:
    """Which of the names each label is."""
    places = {kind: i for i, kind in enumerate(known)}
    wrong = next((label for label in labels.tolist() if label not in places), None)
    if wrong is not None:
        raise DataError(f"{name}: {wrong!r} is none of the classes {', '.join(map(str, known))}.")
    return np.array([places[label] for label in labels.tolist()], np.int64)


def _number(name: str, ids: NDArray[Any]) -> Any:
    """The largest class number; negative numbers are refused."""
    if ids.min() < 0:
        check_classes(
            name,
            "a",
            ids,
            int(max(ids.max(), 0)) + 1,
        )
    return ids.max()


def _counts(
    name: str, true: ArrayLike, predicted: ArrayLike, average: str, positive: Any
) -> tuple[Floats, Floats, Floats, Floats | None]:
    """Per class: right ones, called ones, samples; and the weights of the mean, if any."""
    if average not in AVERAGES:
        raise OptionError(f"{name}: average {average!r}. {closest(str(average), AVERAGES)}")
    known, *counts = tallied(name, true, predicted)
    right, called, there = counts
    if average == "binary":
        chosen = known == _positive(name, known, positive)
        right, called, there = (np.atleast_1d(n[chosen].sum()) for n in counts)
    if average == "micro":
        right, called, there = (n.sum(keepdims=True) for n in counts)
    if average == "none":
        return right, called, there, None
    weights = there if average == "weighted" else np.ones(len(right))
    return right, called, there, weights


def tallied(
    name: str, true: ArrayLike, predicted: ArrayLike, names: Sequence[str] | None = None
) -> tuple[NDArray[Any], Floats, Floats, Floats]:
    """The classes that occur, or those of `names`; of each the right ones, called ones, samples.

    Errors: as accuracy; DataError for a class that is not among the names.
    """
    t, p = _pair(name, true, predicted)
    if names is None:
        known, places = np.unique(np.concatenate([t, p]), return_inverse=True)
        t, p = np.split(places.reshape(-1), 2)
    else:
        known = np.asarray(names, object)
        t, p = (_places_of(name, what, x, names) for what, x in (("true", t), ("predicted", p)))
    of_class = (np.bincount(ids, minlength=len(known)) for ids in (t[t == p], p, t))
    right, called, there = (count.astype(np.float64) for count in of_class)
    return known, right, called, there


def _places_of(
    name: str, what: str, labels: NDArray[Any], names: Sequence[str]
) -> NDArray[np.int64]:
    """Which of the names each label is, by number or by name."""
    if is_text(labels):
        return _places(name, labels, list(names))
    check_classes(name, what, labels, len(names))
    return labels.astype(np.int64)


def _positive(name: str, known: NDArray[Any], positive: Any) -> Any:
    """The class that "binary" is about."""
    shown = ", ".join(str(c) for c in known[:10].tolist())
    if len(known) > 2:
        raise OptionError(
            f"{name}: average 'binary' with {len(known)} classes ({shown}). It is for two: "
            "choose 'macro', 'micro', 'weighted' or 'none'."
        )
    chosen = known[known == positive]
    if not len(chosen) and (len(known) == 2 or is_text(known)):
        raise DataError(
            f"{name}: positive {positive!r} is not among the classes {shown}. Name the class "
            "that counts as yes: positive=..."
        )
    return positive


def ratio(part: Floats, whole: Floats, undefined: float) -> Floats:
    """One by the other, and what 0 / 0 counts as."""
    return np.where(whole > 0.0, part / np.maximum(whole, 1.0), undefined)


def averaged(values: Floats, weights: Floats) -> float:
    """The mean of what is defined; nan where nothing is."""
    weights = np.where(np.isnan(values), 0.0, weights)
    if not weights.any():
        return float("nan")
    return float(np.average(np.nan_to_num(values), weights=weights))


def _averages(values: Floats, weights: Floats | None) -> Any:
    return values if weights is None else averaged(values, weights)
