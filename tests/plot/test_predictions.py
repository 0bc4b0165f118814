"""What pictures of answers show, and what is refused."""

import re

import numpy as np
import pytest

from pellucid import plot
from pellucid.data import from_arrays
from pellucid.errors import ShapeError

matplotlib = pytest.importorskip("matplotlib")
X = np.random.default_rng(0).uniform(-1, 1, (60, 2))
PLANE = from_arrays(X, X[:, 0] > 0, name="plane")


def numbers():
    """The same ones for each test, whatever ran before."""
    return np.random.default_rng(0)


def test_the_ground_has_the_colour_of_the_class_chosen_there():
    asked = []

    def decide(x):
        asked.append(x)
        return (x[:, 1] > 0).astype(int)

    (axes,) = plot.decision_boundary(decide, PLANE).axes
    (image,) = axes.images
    ground = image.get_array()
    left, right, bottom, top = image.get_extent()
    assert left < X[:, 0].min() < X[:, 0].max() < right
    assert bottom < X[:, 1].min() < X[:, 1].max() < top
    middle = int(len(ground) * -bottom / (top - bottom))
    assert (ground[: middle - 1] == ground[0, 0]).all()
    assert (ground[middle + 2 :] == ground[-1, 0]).all()
    assert (ground[0, 0] != ground[-1, 0]).any()
    assert len(asked) == 1, "a model is compiled for one number of places"
    assert asked[0].dtype == np.float32


def test_samples_in_the_wrong_place_have_an_edge():
    figure = plot.decision_boundary(lambda x: (x[:, 1] > 0).astype(int), PLANE)
    drawn = figure.axes[0].collections
    edged = sum(len(c.get_offsets()) for c in drawn if len(c.get_edgecolor()))
    assert edged == int(((X[:, 0] > 0) != (X[:, 1].astype(np.float32) > 0)).sum())
    assert sum(len(c.get_offsets()) for c in drawn) == 60
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["0", "1"]


def test_of_very_many_samples_some_are_drawn():
    x = numbers().normal(size=(10_000, 2))
    data = from_arrays(x, np.arange(10_000) % 7, classes=7)
    (axes,) = plot.decision_boundary(lambda x: np.zeros(len(x), int), data).axes
    assert sum(len(c.get_offsets()) for c in axes.collections) == 500


def test_a_fit_goes_over_all_samples():
    x = np.linspace(-3, 3, 50)
    data = from_arrays(x[:, None], np.sin(x), classes=0)
    (axes,) = plot.fitted_curve(lambda x: 2 * x, data).axes
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_ydata(), 2 * line.get_xdata(), rtol=1e-6)
    assert line.get_xdata()[0] < -3
    assert line.get_xdata()[-1] > 3
    np.testing.assert_allclose(axes.collections[0].get_offsets()[:, 1], np.sin(x), rtol=1e-6)


def test_each_output_has_a_curve_and_dots():
    data = from_arrays(np.zeros((4, 1)), np.ones((4, 2)), classes=0)
    (axes,) = plot.fitted_curve(lambda x: np.repeat(x, 2, axis=1), data).axes
    assert len(axes.lines) == len(axes.collections) == 2
    (axes,) = plot.predicted_and_true(np.ones((4, 2)), np.zeros((4, 2))).axes
    assert len(axes.collections) == 2


def test_predicted_numbers_stand_over_the_true_ones():
    (axes,) = plot.predicted_and_true([1.0, 2.0], [1.5, 1.0]).axes
    assert axes.collections[0].get_offsets().tolist() == [[1.0, 1.5], [2.0, 1.0]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda: plot.decision_boundary(len, from_arrays(np.zeros((3, 4)), [0, 1, 0])),
            "decision_boundary: 'arrays' has samples of shape (4,) and 2 classes. A plane has",
        ),
        (
            lambda: plot.fitted_curve(len, PLANE),
            "fitted_curve: 'plane' has samples of shape (2,) and 2 classes. A curve has samples",
        ),
        (
            lambda: plot.predicted_and_true([1.0], [1.0, 2.0]),
            "predicted_and_true: shapes (1,) and (2,). Both are the same",
        ),
    ],
    ids=["boundary", "fit", "predicted"],
)
def test_what_does_not_fit_is_refused(wrong, message):
    with pytest.raises(ShapeError, match=re.escape(message)):
        wrong()
