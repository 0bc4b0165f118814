"""Scores and probabilities: equal to scikit-learn, calibration by hand, and what is refused."""

import sys

import hypothesis.strategies as st
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from sklearn.calibration import calibration_curve

from pellucid import measures
from pellucid.errors import DataError, OptionError, ShapeError


def softmax(x):
    e = np.exp(x)
    return e / e.sum(axis=1, keepdims=True)


NUMBERS = np.random.default_rng(0)
LOGITS = NUMBERS.normal(size=(200, 6))
TARGET = np.where(NUMBERS.random(200) < 0.5, LOGITS.argmax(axis=1), NUMBERS.integers(0, 6, 200))
P = softmax(LOGITS)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_equals_scikit_learns(k):
    expected = sklearn.metrics.top_k_accuracy_score(TARGET, LOGITS, k=k)
    assert measures.top_k_accuracy(TARGET, LOGITS, k=k) == pytest.approx(expected)
    assert measures.top_k_accuracy(TARGET, LOGITS, k=6) == 1.0


def test_of_equal_scores_the_first_is_taken():
    alike = np.ones((1, 100))
    found = [measures.top_k_accuracy([i], alike, k=40) for i in range(100)]
    assert found == [1.0] * 40 + [0.0] * 60


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-5, 5)), min_size=1, max_size=30))
def test_the_area_is_how_often_a_yes_scores_above_a_no(pairs):
    target, scores = np.array([*pairs, (0, 1), (1, 1)]).T
    yes, no = scores[target == 1], scores[target == 0]
    above = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    assert measures.roc_auc(target, scores) == pytest.approx(above)


@pytest.mark.parametrize(("versus", "way"), [("rest", "ovr"), ("one", "ovo")])
def test_the_area_of_several_classes_equals_scikit_learns(versus, way):
    expected = sklearn.metrics.roc_auc_score(TARGET, P, multi_class=way)
    assert measures.roc_auc(TARGET, P, versus=versus) == pytest.approx(expected)


def test_two_columns_of_probabilities_are_one_score():
    p = softmax(LOGITS[:, :2])
    target = (TARGET % 2).astype(int)
    assert measures.roc_auc(target, p) == measures.roc_auc(target, p[:, 1])


def test_the_curve_rises_from_nothing_to_everything_and_holds_the_area():
    target = TARGET == 0
    curve = measures.roc_curve(target, P[:, 0])
    assert curve.thresholds[0] == np.inf
    assert curve.false_positive_rate[[0, -1]].tolist() == [0.0, 1.0]
    assert (np.diff(curve.true_positive_rate) >= 0).all()
    area = np.trapezoid(curve.true_positive_rate, curve.false_positive_rate)
    assert area == pytest.approx(measures.roc_auc(target, P[:, 0]))


# ---- calibration -------------------------------------------------------------------------


def test_the_calibration_of_yes_equals_scikit_learns():
    p, target = P[:, 0], (TARGET == 0).astype(int)
    frequency, confidence = calibration_curve(target, p, n_bins=10)
    found = measures.calibration(target, p)
    full = found.count > 0
    np.testing.assert_allclose(found.frequency[full], frequency)
    np.testing.assert_allclose(found.confidence[full], confidence)
    assert np.isnan(found.frequency[~full]).all()
    assert found.count.sum() == 200


def test_the_error_is_the_weighted_gap_worked_by_hand():
    # Bins (0, 0.5] and (0.5, 1]: said 0.3 on average, so 1 of 2; said 0.8, so 1 of 3.
    p, target = [0.2, 0.4, 0.7, 0.8, 0.9], [0, 1, 0, 1, 0]
    expected = 2 / 5 * abs(0.5 - 0.3) + 3 / 5 * abs(1 / 3 - 0.8)
    assert measures.expected_calibration_error(target, p, bins=2) == pytest.approx(expected)


def test_of_several_classes_the_chosen_one_is_looked_at():
    p = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]
    curve = measures.calibration([0, 2, 2], p, bins=1)
    assert curve.confidence[0] == pytest.approx(0.7)
    assert curve.frequency[0] == pytest.approx(2 / 3)
    assert curve.error == pytest.approx(0.7 - 2 / 3)


def test_what_is_said_with_its_true_frequency_has_no_error():
    numbers = np.random.default_rng(1)
    p = numbers.random(100_000)
    honest = numbers.random(100_000) < p
    assert measures.expected_calibration_error(honest, p) < 0.01
    assert measures.expected_calibration_error(honest, p**3) > 0.15


def test_borders_belong_to_the_bin_below_and_0_to_the_first():
    curve = measures.calibration([0, 0, 1], [0.0, 0.5, 1.0], bins=2)
    assert curve.count.tolist() == [2, 1]
    assert curve.edges.tolist() == [0.0, 0.5, 1.0]


# ---- r2 ----------------------------------------------------------------------------------


# ---- what is refused ---------------------------------------------------------------------


def test_scores_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r"true of shape \(2,\), scores of shape \(2,\)"):
        measures.top_k_accuracy([0, 1], [0.1, 0.2], k=1)
    with pytest.raises(OptionError, match="k 7 of 6 classes"):
        measures.top_k_accuracy(TARGET, LOGITS, k=7)
    with pytest.raises(DataError, match="true class 6 at sample 0, of 6 classes"):
        measures.top_k_accuracy([6], LOGITS[:1])
    with pytest.raises(DataError, match="true classes are text"):
        measures.top_k_accuracy(["a"], LOGITS[:1])
    with pytest.raises(ShapeError, match=r"roc_auc: true of shape \(2,\), scores of shape \(3,\)"):
        measures.roc_auc([0, 1], [0.1, 0.2, 0.3])


def test_an_area_that_is_not_defined_is_refused():
    with pytest.raises(DataError, match="roc_auc: every true class is 1"):
        measures.roc_auc([1, 1], [0.1, 0.2])
    with pytest.raises(DataError, match="roc_auc: no sample of class 2"):
        measures.roc_auc([0, 1], softmax(np.ones((2, 3))))
    with pytest.raises(DataError, match=r"scores hold 2\.5 at \(0, 0\).* lies between 0 and 1"):
        measures.roc_auc([0, 1, 2], [[2.5, 0, 0]] * 3)
    with pytest.raises(DataError, match=r"row 0 sums to 0\.5"):
        measures.roc_auc([0, 1, 2], [[0.5, 0, 0]] * 3)
    with pytest.raises(OptionError, match=r"versus 'rst'\. Did you mean 'rest'"):
        measures.roc_auc([0, 1], [0.1, 0.2], versus="rst")


def test_what_is_no_probability_is_refused_by_calibration():
    with pytest.raises(DataError, match=r"calibration: p hold -0\.1 at \(1,\)"):
        measures.calibration([0, 1], [0.5, -0.1])
    with pytest.raises(DataError, match="true class 2 at sample 1"):
        measures.calibration([0, 2], [0.5, 0.1])
    with pytest.raises(OptionError, match="bins 0"):
        measures.calibration([0], [0.5], bins=0)


@pytest.mark.parametrize("measure", [measures.roc_auc, measures.roc_curve])
def test_without_scikit_learn_the_error_names_the_extra(measure, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(OptionError, match=rf"{measure.__name__}: .*'pellucid\[sklearn\]'"):
        measure([0, 1], [0.1, 0.9])
