"""Chosen classes: equal to scikit-learn, and what is refused."""

import hypothesis.strategies as st
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given

from pellucid import measures
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError

SAMPLES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)
BINARY = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30)
SCORES = [
    (measures.precision, sklearn.metrics.precision_score),
    (measures.recall, sklearn.metrics.recall_score),
    (measures.f1, sklearn.metrics.f1_score),
]


@given(SAMPLES)
def test_accuracy_and_confusion_equal_scikit_learns(samples):
    p, t = np.array(samples).T
    assert measures.accuracy(t, p) == sklearn.metrics.accuracy_score(t, p)
    expected = sklearn.metrics.confusion_matrix(t, p, labels=range(5))
    np.testing.assert_array_equal(measures.confusion_matrix(t, p, classes=5), expected)


@pytest.mark.parametrize(("ours", "theirs"), SCORES)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@given(samples=SAMPLES)
def test_averages_equal_scikit_learns(ours, theirs, average, samples):
    p, t = np.array(samples).T
    expected = theirs(t, p, average=average, zero_division=0.0)
    assert ours(t, p, average=average) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), SCORES)
@given(samples=SAMPLES)
def test_numbers_per_class_equal_scikit_learns(ours, theirs, samples):
    p, t = np.array(samples).T
    expected = theirs(t, p, average=None, zero_division=1.0)
    np.testing.assert_allclose(ours(t, p, average="none", undefined=1.0), expected, atol=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), SCORES)
@pytest.mark.parametrize("positive", [0, 1])
@given(samples=BINARY)
def test_binary_scores_equal_scikit_learns(ours, theirs, positive, samples):
    p, t = np.array([*samples, (0, 1)]).T
    expected = theirs(t, p, pos_label=positive, zero_division=0.0)
    assert ours(t, p, positive=positive) == pytest.approx(expected, abs=1e-12)


def test_text_and_booleans_name_classes_too():
    spam, ham = "spam", "ham"
    assert measures.precision([spam, ham, ham], [spam, spam, ham], positive=spam) == 0.5
    assert measures.recall([True, True], [True, False], positive=True) == 0.5
    assert measures.accuracy([spam, spam], [spam, ham]) == 0.5


def test_micro_averages_are_the_accuracy():
    p, t = [0, 1, 2, 2], [0, 1, 1, 2]
    for score, _ in SCORES:
        assert score(t, p, average="micro") == measures.accuracy(t, p)


def test_a_class_that_is_never_predicted_counts_as_asked():
    assert measures.precision([1, 0], [0, 0]) == 0.0
    assert measures.precision([1, 0], [0, 0], undefined=1.0) == 1.0
    assert np.isnan(measures.precision([1, 0], [0, 0], undefined=np.nan))


def test_the_confusion_matrix_counts_true_classes_down_and_predictions_along():
    found = measures.confusion_matrix([0, 0, 0], [1, 1, 0])
    np.testing.assert_array_equal(found, [[1, 2], [0, 0]])
    assert found.dtype == np.int64


# ---- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize("measure", [measures.accuracy, *[ours for ours, _ in SCORES]])
def test_true_and_predicted_classes_that_do_not_fit_are_refused(measure):
    name = measure.__name__
    with pytest.raises(ShapeError, match=rf"{name}: shapes \(2,\) and \(3,\)"):
        measure([0, 1], [0, 1, 1])
    with pytest.raises(ShapeError, match=rf"{name}: predicted of shape \(2, 3\).*argmax"):
        measure([0, 1], np.zeros((2, 3)))
    with pytest.raises(DataError, match=f"{name}: true are empty"):
        measure([], [])
    with pytest.raises(DTypeError, match=f"{name}: predicted of float64"):
        measure([0, 1], [0.2, 0.9])
    with pytest.raises(DataError, match=f"{name}: true of <U1, predicted of int64"):
        measure(["a", "b"], [0, 1])


def test_class_numbers_outside_the_classes_are_named():
    message = "confusion_matrix: true class 3 at sample 1, of 3 classes. .* between 0 and 2"
    with pytest.raises(DataError, match=message):
        measures.confusion_matrix([0, 3], [0, 1], classes=3)
    with pytest.raises(DataError, match="predicted class 7 at sample 0"):
        measures.confusion_matrix([0, 1], [7, 1], classes=3)
    with pytest.raises(DataError, match="class -1 at sample 0"):
        measures.confusion_matrix([-1, 1], [0, 1])
    with pytest.raises(OptionError, match=r"for class numbers\. Say how many"):
        measures.confusion_matrix([0, 1], [0, 1], classes=("a", "b"))
    with pytest.raises(OptionError, match="classes 0"):
        measures.confusion_matrix([0], [0], classes=0)


def test_options_that_do_not_fit_are_refused():
    with pytest.raises(OptionError, match=r"precision: average 'marco'. Did you mean 'macro'"):
        measures.precision([0], [0], average="marco")
    with pytest.raises(OptionError, match=r"recall: average 'binary' with 3 classes \(0, 1, 2\)"):
        measures.recall([0, 1], [2, 1])
    with pytest.raises(DataError, match=r"f1: positive 1 is not among the classes ham, spam"):
        measures.f1(["spam"], ["ham"])
    with pytest.raises(DataError, match=r"f1: positive 7 is not among the classes 0, 1"):
        measures.f1([0], [1], positive=7)


def test_names_may_be_objects_and_columns_of_tables() -> None:
    true = np.array(["cat", "dog", "cat", "cat"], object)
    predicted = np.array(["cat", "dog", "dog", "cat"])
    assert measures.accuracy(true, predicted) == 0.75
    assert measures.recall(true, predicted, positive="cat") == pytest.approx(2 / 3)
    with pytest.raises(DTypeError, match="true of object"):
        measures.accuracy(np.array(["cat", None, "cat", "cat"], object), predicted)


def test_a_confusion_of_names_is_in_the_order_of_the_alphabet_or_the_one_given():
    true, predicted = ["dog", "cat", "dog"], np.array(["dog", "dog", "dog"], object)
    expected = sklearn.metrics.confusion_matrix(true, predicted)
    np.testing.assert_array_equal(measures.confusion_matrix(true, predicted), expected)
    names = ("dog", "cow", "cat")
    np.testing.assert_array_equal(
        measures.confusion_matrix(true, predicted, classes=names),
        sklearn.metrics.confusion_matrix(true, predicted, labels=names),
    )
    with pytest.raises(DataError, match="'cat' is none of the classes dog, cow"):
        measures.confusion_matrix(true, predicted, classes=names[:2])


@pytest.mark.parametrize(("ours", "theirs"), SCORES)
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_what_is_undefined_is_left_out_of_means_where_it_counts_as_nan(ours, theirs, average):
    t, p, nan = [0, 0, 1, 3], [0, 2, 0, 3], float("nan")
    expected = theirs(t, p, average=average, zero_division=nan)
    assert ours(t, p, average=average, undefined=nan) == pytest.approx(expected)
