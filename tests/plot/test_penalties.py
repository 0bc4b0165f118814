"""Pictures of penalties: paths of weights, diamond and circle."""

import numpy as np
import pytest

from pellucid import plot


def sparse():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    return x, x @ [3.0, -2.0, 0.5, 0.0] + 0.3 * rng.normal(size=60)


def test_the_path_of_the_lasso_is_scikit_learns():
    linear = pytest.importorskip("sklearn.linear_model")
    x, y = sparse()
    penalties = np.array([2.0, 0.5, 0.1, 0.01])
    _, expected, _ = linear.lasso_path(x, y, alphas=penalties, tol=1e-10)
    found = plot.penalty_path(x, y, penalties)
    np.testing.assert_allclose(found, expected.T, atol=1e-7)
    assert (found == 0).sum(axis=1).tolist() == (expected.T == 0).sum(axis=1).tolist()


def test_the_path_of_ridge_is_its_closed_form():
    x, y = sparse()
    penalties = [0.0, 0.1, 3.0]
    found = plot.penalty_path(x, y, penalties, "ridge")
    for penalty, weights in zip(penalties, found, strict=True):
        exact = np.linalg.solve(x.T @ x / 60 + penalty * np.eye(4), x.T @ y / 60)
        np.testing.assert_allclose(weights, exact, atol=1e-9)
    assert (found != 0).all()


def test_the_paths_of_both_are_drawn_for_every_weight():
    figure = plot.penalty_paths(*sparse(), penalties=[0.01, 0.1, 10.0])
    lasso, ridge = figure.axes
    assert len(lasso.lines) == len(ridge.lines) == 4
    assert [line.get_ydata()[-1] for line in lasso.lines] == [0.0] * 4
    assert all(line.get_ydata()[-1] != 0.0 for line in ridge.lines)


def test_the_diamond_is_touched_at_a_corner_and_the_circle_is_not():
    l1, l2 = plot.penalty_balls().axes
    corner, round_ = (axes.lines[1].get_xydata()[0] for axes in (l1, l2))
    np.testing.assert_allclose(corner, [1.0, 0.0], atol=1e-9)
    assert min(abs(round_)) > 0.3
    assert np.hypot(*round_) == pytest.approx(1.0, abs=0.02)
