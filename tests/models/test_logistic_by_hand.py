"""Logistic regression in three ways that agree."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression as SklearnRegression

from pellucid import measures
from pellucid.data import digits
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.models.logistic_by_hand import Fit, by_library, by_loops, by_vectors

WAYS = [by_loops, by_vectors, by_library]


def samples(features, count, seed=0):
    numbers = np.random.default_rng(seed)
    x = numbers.normal(size=(features, count))
    y = (numbers.normal(size=(1, features)) @ x + numbers.normal(size=(1, count)) > 0).astype(float)
    return x, y


@pytest.mark.parametrize(
    ("features", "count", "learning_rate"), [(2, 5, 0.1), (7, 40, 1.0), (64, 30, 0.01)]
)
def test_loops_vectors_and_library_agree_to_1e_6(features, count, learning_rate):
    x, y = samples(features, count)
    fits = [way(x, y, learning_rate=learning_rate, iterations=100) for way in WAYS]
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.w, fits[0].w, rtol=0, atol=1e-6)
        assert fit.b == pytest.approx(fits[0].b, abs=1e-6)
        np.testing.assert_allclose(fit.costs, fits[0].costs, rtol=0, atol=1e-6)
    assert fits[0].w.shape == (features, 1)
    assert len(fits[0].costs) == 100
    assert fits[0].costs[0] == pytest.approx(math.log(2))
    assert fits[0].costs[-1] < fits[0].costs[0]


@pytest.mark.parametrize("way", WAYS)
def test_one_step_is_the_one_worked_by_hand(way):
    # At w = 0, b = 0 every a is 1/2: dz = (-1/2, 1/2, -1/2), dw = X dz^T / 3, db = sum / 3.
    x, y = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]]), np.array([[1.0, 0.0, 1.0]])
    fit = way(x, y, learning_rate=0.3, iterations=1)
    np.testing.assert_allclose(fit.w, [[0.3 * 1.0 / 3], [0.3 * 2.5 / 3]], rtol=0, atol=1e-15)
    assert fit.b == pytest.approx(0.3 * 0.5 / 3)


@pytest.mark.parametrize("way", WAYS)
def test_scores_of_thousands_neither_overflow_nor_stop_learning(way):
    fit = way([[-4000.0, 3000.0]], [[1, 0]], learning_rate=1.0, iterations=3)
    assert np.isfinite(fit.costs).all()
    np.testing.assert_allclose(fit.probabilities([[-4000.0, 3000.0]]), [[1.0, 0.0]])


def test_descent_reaches_the_minimum_that_scikit_learn_finds():
    x, y = samples(3, 200, seed=4)
    reference = SklearnRegression(C=np.inf, tol=1e-10).fit(x.T, y.ravel())
    fit = by_vectors(x, y, learning_rate=1.0, iterations=3000)
    np.testing.assert_allclose(fit.w.ravel(), reference.coef_.ravel(), atol=1e-4)
    assert fit.b == pytest.approx(reference.intercept_[0], abs=1e-4)


def test_it_tells_threes_from_eights():
    data = digits()
    chosen = np.isin(data.labels, (3, 8))
    x, y = data.features[chosen].T, (data.labels[chosen] == 8)[None, :]
    fit = by_vectors(x[:, :250], y[:, :250], learning_rate=0.5, iterations=300)
    found = fit.probabilities(x[:, 250:]) > 0.5
    # The last samples were written by other people than the first.
    assert measures.accuracy(y[:, 250:].ravel(), found.ravel()) > 0.92


@pytest.mark.parametrize("way", WAYS)
def test_samples_in_rows_and_rank_one_answers_are_refused(way):
    x, y = samples(3, 8)
    with pytest.raises(ShapeError, match=r"X of shape \(8, 3\), Y of shape \(1, 8\)"):
        way(x.T, y, learning_rate=0.1, iterations=1)
    with pytest.raises(ShapeError, match=r"Y of shape \(8,\).* Use Y\.reshape\(1, -1\)"):
        way(x, y.ravel(), learning_rate=0.1, iterations=1)
    with pytest.raises(DataError, match="other numbers than 0 and 1"):
        way(x, y + 1, learning_rate=0.1, iterations=1)
    with pytest.raises(DataError, match="not finite"):
        way(x * np.inf, y, learning_rate=0.1, iterations=1)
    with pytest.raises(DataError, match="is empty"):
        way(x[:, :0], y[:, :0], learning_rate=0.1, iterations=1)
    with pytest.raises(OptionError, match=rf"{way.__name__}: learning_rate 0"):
        way(x, y, learning_rate=0, iterations=1)
    with pytest.raises(OptionError, match="0 iterations"):
        way(x, y, learning_rate=0.1, iterations=0)


def test_a_fit_refuses_samples_of_other_sizes():
    with pytest.raises(ShapeError, match="A sample is a column of 2 numbers"):
        Fit(np.zeros((2, 1)), 0.0, ()).probabilities(np.zeros((3, 4)))
