"""Probabilities made as sure as they are right, and from which probability on it is yes.

best_temperature    the temperature that suits probabilities to what is true
tempered            probabilities at a temperature
best_threshold      the probability from which on yes is best said
log_loss            the mean surprise at what is true
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.errors import OptionError
from pellucid.measures.checks import probabilities
from pellucid.measures.classification import check_classes
from pellucid.strict import strict

COLDEST = 0.05
HOTTEST = 20.0
LEAST = 1e-300  # in the place of a probability of 0, whose logarithm is none
ROUNDS = 200  # of halving
OF_F1, OF_ACCURACY = AIMS = "f1", "accuracy"


@strict
def tempered(p: ArrayLike, temperature: float) -> NDArray[Any]:
    """Probabilities of logits that are divided by a temperature.

        y[k] = p[k]^(1/T) / sum over j of p[j]^(1/T)

    Above 1 they are less sure, below 1 more; the order of classes stays.
    Shapes: p (samples, classes) -> the same.
    Source: Guo et al., "On calibration of modern neural networks", 2017, section 4.2.

    >>> tempered([[0.8, 0.2]], 2.0).round(3).tolist()
    [[0.667, 0.333]]
    """
    if not temperature > 0:
        raise OptionError(f"tempered: temperature is {temperature}. It must be more than 0.")
    return _at(_logs("tempered", p), 1.0 / temperature)


@strict
def best_temperature(true: ArrayLike, p: ArrayLike) -> float:
    """The temperature at which the probabilities of samples have the least log loss.

    Between 0.05 and 20: where every sample is right, ever colder ones would be better. The loss
    is convex in 1/T; its slope is halved to the last bit.
    Shapes: true (samples,) class numbers, p (samples, classes).
    Source: Guo et al. 2017, section 4.2.

    >>> best_temperature([0, 0, 1, 1], [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    2.0
    """
    logs = _logs("best_temperature", p)
    labels = _labels("best_temperature", true, p)
    told = logs[np.arange(len(labels)), labels]

    def slope(inverse: float) -> float:
        return float(((_at(logs, inverse) * logs).sum(axis=1) - told).mean())

    low = np.log(1.0 / HOTTEST)
    high = np.log(1.0 / COLDEST)
    for _ in range(ROUNDS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if slope(float(np.exp(middle))) < 0 else (low, middle)
    return round(float(np.exp(-0.5 * (low + high))), 12)


@strict
def log_loss(true: ArrayLike, p: ArrayLike) -> float:
    """The mean over samples of -log of the probability of the true class.

    >>> round(log_loss([0, 1], [[0.5, 0.5], [0.75, 0.25]]), 4)
    1.0397
    """
    logs = _logs("log_loss", p)
    labels = _labels("log_loss", true, p)
    return float(-logs[np.arange(len(labels)), labels].mean())


@strict
def best_threshold(true: ArrayLike, p: ArrayLike, aim: str = OF_F1) -> float:
    """The probability above which yes is said, so that F1 of yes, or accuracy, is greatest.

        F1 = 2 right yes / (2 right yes + wrong yes + wrong no)

    It lies in the middle between two probabilities that occur, or at 0.5 where that does as well;
    of several, the one nearest 0.5.
    Shapes: true (samples,) of 0 and 1, p (samples,) the probabilities of 1.
    Errors: OptionError for another aim; DataError for other classes.

    >>> best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])
    0.25
    """
    if aim not in AIMS:
        raise OptionError(f"best_threshold: aim is {aim!r}. It is one of {', '.join(AIMS)}.")
    said = probabilities("best_threshold", "p", p)
    labels = np.asarray(true)
    check_classes("best_threshold", "true", labels, 2)
    levels = np.unique(said)
    between = 0.5 * (levels[1:] + levels[:-1])
    outside = [levels[0] / 2, (1 + levels[-1]) / 2]
    candidates = np.concatenate([[0.5], between, outside])
    candidates = candidates[np.argsort(np.abs(candidates - 0.5), kind="stable")]
    # Of each candidate: the samples above it, of each class.
    above = [_above(np.sort(said[labels == k]), candidates) for k in (0, 1)]
    wrong, right = above
    missed = (labels == 1).sum() - right
    if aim == OF_F1:
        found = 2 * right / np.maximum(2 * right + wrong + missed, 1)
    else:
        found = right + (labels == 0).sum() - wrong
    return float(candidates[found.argmax()])


def _above(ordered: NDArray[Any], levels: NDArray[Any]) -> NDArray[Any]:
    return len(ordered) - np.searchsorted(ordered, levels, side="right")


def _logs(name: str, p: ArrayLike) -> NDArray[Any]:
    given = probabilities(name, "p", p)
    shares = np.atleast_2d(given).astype(np.float64)
    return np.asarray(np.log(np.maximum(shares, LEAST)))


def _labels(name: str, true: ArrayLike, p: ArrayLike) -> NDArray[Any]:
    labels = np.asarray(true)
    check_classes(name, "true", labels, np.asarray(p).shape[-1])
    return labels


def _at(logs: NDArray[Any], inverse: float) -> NDArray[Any]:
    scaled = inverse * logs
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
