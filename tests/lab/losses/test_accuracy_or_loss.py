"""Accuracy or loss: the claim, ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.losses.accuracy_or_loss import accuracy, gradient, loss

POINTS = np.array([[2.0, 0.0, 1.0], [-1.0, 1.0, 1.0], [0.5, 0.5, 1.0]])
LABELS = np.array([1, 0, 0])


def test_the_claim_holds():
    holds("accuracy-or-loss")


@pytest.mark.parametrize(
    "broken",
    [
        {"learning_rate": 0.0},  # nothing is learned by either
        {"h": 1.0},  # a step over whole stairs: accuracy seems to have a slope
    ],
    ids=str,
)
def test_the_claim_breaks(broken):
    breaks("accuracy-or-loss", **broken)


def test_accuracy_counts():
    assert accuracy(np.array([1.0, 0.0, 0.0]), POINTS, LABELS) == pytest.approx(2.0 / 3.0)


def test_the_gradient_of_the_loss_is_that_of_the_formula():
    w = np.array([0.3, -0.2, 0.1])
    errors = 1.0 / (1.0 + np.exp(-(POINTS @ w))) - LABELS
    assert gradient(loss, w, POINTS, LABELS, 1e-4) == pytest.approx(errors @ POINTS / 3.0)


def test_the_gradient_of_accuracy_is_nothing():
    assert not gradient(accuracy, np.array([0.3, -0.2, 0.1]), POINTS, LABELS, 1e-4).any()
