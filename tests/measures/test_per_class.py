"""The report of each class: equal to scikit-learn's, readable, and honest about 0 / 0."""

import hypothesis.strategies as st
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given

from pellucid import measures
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError
from pellucid.measures import classification_report

SAMPLES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)
NUMBERS = ("precision", "recall", "f1")


def theirs(true, predicted, **options):
    return sklearn.metrics.classification_report(true, predicted, output_dict=True, **options)


def assert_same(ours, expected):
    expected = {name.replace("-score", ""): value for name, value in expected.items()}
    for name in NUMBERS:
        assert ours[name] == pytest.approx(expected[name], abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("undefined", [0.0, 1.0, float("nan")])
@given(samples=SAMPLES)
def test_it_equals_scikit_learns(undefined, samples):
    true, predicted = np.array(samples).T
    ours = classification_report(true, predicted, undefined=undefined).as_dict()
    expected = theirs(true, predicted, zero_division=undefined)
    accuracy = expected.pop("accuracy", None)
    assert accuracy is None or ours["accuracy"] == pytest.approx(accuracy)
    assert_same(ours["macro"], expected.pop("macro avg"))
    weighted = expected.pop("weighted avg")
    if not np.isnan(undefined):  # scikit-learn means over no weights at all then
        assert_same(ours["weighted"], weighted)
    assert list(ours["classes"]) == [name for name in expected if name != "micro avg"]
    for name, numbers in ours["classes"].items():
        assert numbers["support"] == expected[name]["support"]
        assert_same(numbers, expected[name])


@given(SAMPLES)
def test_its_means_are_those_of_precision_recall_and_f1(samples):
    true, predicted = np.array(samples).T
    report = classification_report(true, predicted, class_names=list("abcdefg"))
    for name in NUMBERS:
        for average in ("macro", "weighted"):
            expected = getattr(measures, name)(true, predicted, average=average)
            assert getattr(report, average)[name] == pytest.approx(expected)


def test_text_names_its_classes_and_names_say_the_order():
    true, predicted = ["dog", "cat", "dog"], ["dog", "dog", "dog"]
    assert classification_report(true, predicted).names == ("cat", "dog")
    report = classification_report(true, predicted, class_names=("dog", "cat", "cow"))
    assert report.names == ("dog", "cat", "cow")
    assert report.support.tolist() == [2, 1, 0]
    numbers = classification_report([0, 1, 0], [0, 0, 0], class_names=("dog", "cat", "cow"))
    assert numbers.as_dict() == report.as_dict()


def test_what_was_never_predicted_or_is_not_there_is_said():
    report = classification_report([0, 0, 1], [0, 2, 0], class_names=("ant", "bee", "cow", "doe"))
    assert str(report).splitlines()[-4:] == [
        "accuracy 0.3333",
        "never predicted: bee; their precision, 0 / 0, counts as 0",
        "without samples: cow; their recall, 0 / 0, counts as 0",
        "in neither, so not in the means: doe",
    ]
    assert report.macro["recall"] == pytest.approx((0.5 + 0 + 0) / 3)


def test_one_class_alone_is_a_report_too():
    report = classification_report([3, 3], [3, 3])
    assert report.records() == [
        {"class": "3", "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 2}
    ]
    assert report.accuracy == report.macro["f1"] == 1.0


def test_a_thousand_classes_are_shown_by_some_and_printed_all():
    true = np.arange(2000) % 1000
    predicted = np.where(true == 500, 501, true)
    report = classification_report(true, predicted)
    assert "\n..." in repr(report)
    assert "\n500 " in repr(report), "the worst class stays in sight"
    assert len(repr(report).splitlines()) < 50
    assert len(str(report).splitlines()) > 1000
    assert report._repr_html_().count("<tr") < 50


def test_a_notebook_shows_a_table_in_which_names_are_no_markup():
    text = classification_report(["<b>", "x"], ["<b>", "x"])._repr_html_()
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert "macro mean" in text


def test_what_is_no_report_is_refused():
    with pytest.raises(DataError, match="classification_report: true are empty"):
        classification_report([], [])
    with pytest.raises(DTypeError, match="classification_report: predicted of float64"):
        classification_report([1, 0], [1.0, float("nan")])
    with pytest.raises(ShapeError, match=r"classification_report: shapes \(2,\) and \(1,\)"):
        classification_report([1, 0], [1])
    with pytest.raises(DataError, match="true class 2 at sample 1, of 2 classes"):
        classification_report([0, 2], [0, 1], class_names=("a", "b"))
    with pytest.raises(DataError, match="'c' is none of the classes a, b"):
        classification_report(["a", "c"], ["a", "b"], class_names=("a", "b"))
    with pytest.raises(OptionError, match=r"class_names 'ab'\. They are a list of different texts"):
        classification_report([0, 1], [0, 1], class_names="ab")
    with pytest.raises(OptionError, match="class_names 'a', 'a'"):
        classification_report([0, 1], [0, 1], class_names=("a", "a"))
