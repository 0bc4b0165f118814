"""How good scores and probabilities of classes are, before one class is chosen.

    top_k_accuracy                the right class is among the k best
    roc_curve, roc_auc            how well scores rank yes before no
    calibration                   is what is said with 80 % right 80 % of the time?
    expected_calibration_error    ... as one number

The true classes come first, as in scikit-learn: numbers, one per sample. Then come the scores.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.columns import is_text
from pellucid.errors import DataError, OptionError, ShapeError, closest
from pellucid.measures.checks import (
    Floats,
    floats,
    labels,
    number,
    probabilities,
    scikit_learn,
)
from pellucid.measures.classification import check_classes
from pellucid.strict import strict

VERSUS = ("rest", "one")


@strict
def top_k_accuracy(true: ArrayLike, scores: ArrayLike, *, k: int = 5) -> float:
    """The fraction of samples whose class is among the k with the largest scores.

    A tie at the border counts for the class with the smaller number, as argmax has it.
    Shapes: true (samples,), scores (samples, classes).
    Errors: ShapeError, DataError where they do not fit; OptionError for k outside 1 to classes.

    >>> top_k_accuracy([1, 0], [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]], k=2)
    0.5
    """
    name = "top_k_accuracy"
    s, t = _scores(name, true, scores)
    if number(name, "k", k, least=1) > s.shape[1]:
        raise OptionError(f"{name}: k {k} of {s.shape[1]} classes. It is at most their number.")
    best = np.argsort(-s, axis=1, kind="stable")[:, :k]
    return float((best == t[:, None]).any(axis=1).mean())


@strict
@dataclass(frozen=True)
class RocCurve:
    """Rates of yes among the true no and among the true yes, as the threshold falls."""

    false_positive_rate: Floats
    true_positive_rate: Floats
    thresholds: Floats


@strict
def roc_curve(true: ArrayLike, scores: ArrayLike) -> RocCurve:
    """The receiver operating characteristic: every threshold that makes a difference.

    Scores at or above a threshold count as yes; the first one is inf, where nothing does. By
    scikit-learn.
    Shapes: true, scores (samples,), true 0 or 1.
    Errors: DataError where a class is neither 0 nor 1, or all are the same; OptionError where
    scikit-learn is not installed.

    >>> roc_curve([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1]).true_positive_rate.tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    s, t = _binary("roc_curve", true, floats("roc_curve", "scores", scores))
    found = scikit_learn("roc_curve").roc_curve(t, s)
    return RocCurve(*found)


@strict
def roc_auc(
    true: ArrayLike, scores: ArrayLike, *, versus: Literal["rest", "one"] = "rest"
) -> float:
    """The area under the ROC curve: how often a random yes scores above a random no.

    0.5 is chance, 1 a perfect order; ties count one half. With more than two classes, the mean
    over classes of one against the rest, or over pairs of classes of `versus="one"` another.
    By scikit-learn.
    Shapes: scores (samples,) and true 0 or 1; or scores (samples, classes), then
    probabilities that sum to 1, and true of class numbers.
    Errors: DataError where a class does not occur, as its area is not defined; OptionError
    where scikit-learn is not installed.
    Source: Hanley and McNeil 1982; pairs: Hand and Till 2001.

    >>> roc_auc([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])
    0.75
    """
    name = "roc_auc"
    if versus not in VERSUS:
        raise OptionError(f"{name}: versus {versus!r}. {closest(str(versus), VERSUS)}")
    array = np.asarray(scores)
    if array.ndim != 2:
        s, t = _binary(name, true, floats(name, "scores", array))
        return float(scikit_learn(name).roc_auc_score(t, s))
    s, t = _scores(name, true, probabilities(name, "scores", array))
    if s.shape[1] == 2:
        return roc_auc(t, s[:, 1])
    _check_classes_compared(name, s, t)
    shares = s / s.sum(axis=1, keepdims=True)
    way = "ovr" if versus == "rest" else "ovo"
    return float(scikit_learn(name).roc_auc_score(t, shares, multi_class=way))


def _check_classes_compared(name: str, s: Floats, t: NDArray[Any]) -> None:
    """Refuse classes without samples, and scores that cannot be compared between samples."""
    missing = sorted(set(range(s.shape[1])) - set(t.tolist()))
    if missing:
        raise DataError(
            f"{name}: no sample of class {missing[0]}. The area of a class is defined where "
            "some samples belong to it and some do not: leave its column out."
        )
    if not np.allclose(s.sum(axis=1), 1.0, atol=1e-4):
        raise DataError(
            f"{name}: row 0 sums to {s[0].sum():g}. With several classes the scores of a sample "
            "are compared with those of others: give probabilities, as softmax makes them."
        )


@strict
@dataclass(frozen=True)
class Calibration:
    """What was said against what was so, in bins of equal width from 0 to 1.

    `edges`: the borders of the bins, one more than bins. `confidence`: the mean probability in
    each bin; nan where it is empty. `frequency`: the fraction that was so; nan where empty.
    `count`: the samples in each bin. `error`: the expected calibration error.
    """

    edges: Floats
    confidence: Floats
    frequency: Floats
    count: NDArray[np.int64]

    @property
    def error(self) -> float:
        """ECE = sum over bins of count / n |frequency - confidence|, from 0 to 1."""
        full = self.count > 0
        gaps = np.abs(self.frequency[full] - self.confidence[full])
        return float(np.average(gaps, weights=self.count[full]))


@strict
def calibration(true: ArrayLike, p: ArrayLike, *, bins: int = 10) -> Calibration:
    """The calibration curve: how often what is given a probability happens.

    For one probability of yes per sample, yes is what happens. For probabilities of several
    classes, the largest of each sample is looked at, and happens where that class is right. A
    bin holds its upper border, the first one 0 too.
    Shapes: p (samples,) and true 0 or 1; or p (samples, classes) and class numbers.
    Errors: DataError for numbers that are no probabilities, or classes that do not fit.
    Source: Guo et al., "On calibration of modern neural networks", 2017 (arXiv 1706.04599).

    >>> curve = calibration([1, 0, 0, 0], [0.8, 0.9, 0.1, 0.2], bins=2)
    >>> curve.confidence.round(2).tolist(), curve.frequency.tolist(), curve.count.tolist()
    ([0.15, 0.85], [0.0, 0.5], [2, 2])
    """
    name = "calibration"
    count = number(name, "bins", bins, least=1)
    array = probabilities(name, "p", p)
    if array.ndim == 2:
        array, t = _scores(name, true, array)
        said = array.max(axis=1)
        so = array.argmax(axis=1) == t
    else:
        said, t = _binary(name, true, array, both=False)
        so = t == 1
    edges = np.linspace(0.0, 1.0, count + 1)
    place = np.searchsorted(edges[1:-1], said, side="left")
    inside = np.bincount(place, minlength=count)
    some = np.where(inside > 0, inside, np.nan)
    confidence = np.bincount(place, weights=said, minlength=count) / some
    frequency = np.bincount(place, weights=so, minlength=count) / some
    return Calibration(edges, confidence, frequency, inside.astype(np.int64))


@strict
def expected_calibration_error(true: ArrayLike, p: ArrayLike, *, bins: int = 10) -> float:
    """The mean distance between what was said and what was so, over bins of probability.

        ECE = sum over bins of count / n |frequency - confidence|

    Shapes and errors: as calibration. Source: Naeini et al. 2015; Guo et al. 2017
    (arXiv 1706.04599), equation 3.

    >>> round(expected_calibration_error([1, 0, 0, 0], [0.8, 0.9, 0.1, 0.2], bins=2), 3)
    0.25
    """
    return calibration(true, p, bins=bins).error


def _scores(name: str, true: ArrayLike, scores: ArrayLike) -> tuple[Floats, NDArray[Any]]:
    """One score per sample and class, and a class number per sample."""
    s = floats(name, "scores", scores)
    t = _ids(name, true)
    if s.ndim != 2 or len(s) != len(t):
        raise ShapeError(
            f"{name}: true of shape {t.shape}, scores of shape {s.shape}. Scores are "
            "(samples, classes), with one true class per sample."
        )
    check_classes(name, "true", t, s.shape[1])
    return s, t


def _binary(
    name: str, true: ArrayLike, scores: Floats, *, both: bool = True
) -> tuple[Floats, NDArray[Any]]:
    """One score per sample, and whether it is so; `both` wants at least one of each."""
    t = _ids(name, true)
    if scores.shape != t.shape:
        raise ShapeError(
            f"{name}: true of shape {t.shape}, scores of shape {scores.shape}. Both are one "
            "number per sample, or scores (samples, classes)."
        )
    check_classes(name, "true", t, 2)
    if both and t.min() == t.max():
        raise DataError(
            f"{name}: every true class is {t[0]}. It compares samples of class 1 with samples of "
            "class 0: at least one of each is needed."
        )
    return scores, t


def _ids(name: str, true: ArrayLike) -> NDArray[Any]:
    t = labels(name, "true", true)
    if is_text(t):
        raise DataError(f"{name}: true classes are text. They are class numbers from 0.")
    return t.astype(np.int64)
