"""Logistic regression: its start, and two scores as one sigmoid."""

import numpy as np
import pytest

from pellucid import nn
from pellucid.functional import cross_entropy
from pellucid.models import (
    LogisticRegression,
)


def test_logistic_regression_starts_undecided() -> None:
    model = LogisticRegression(4, 3)
    assert cross_entropy(model(np.ones((2, 4), np.float32)), [0, 2]).item() == pytest.approx(
        np.log(3)
    )


def test_two_scores_are_the_textbooks_sigmoid() -> None:
    model = LogisticRegression(3, 2)
    numbers = np.random.default_rng(0)
    model.linear.weight.assign(numbers.normal(size=(3, 2)).astype(np.float32))
    x = numbers.normal(size=(5, 3)).astype(np.float32)
    w = model.linear.weight.numpy()
    expected = 1 / (1 + np.exp(-x @ (w[:, 1] - w[:, 0])))
    found = nn.Softmax()(model(x)).numpy()[:, 1]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
