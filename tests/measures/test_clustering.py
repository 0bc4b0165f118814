"""Agreement of groupings: equal to scikit-learn, from raw pair counts, and what is refused."""

import sys

import hypothesis.strategies as st
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given

from pellucid import measures
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError

GROUPINGS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=40)

SCORES = [
    (measures.rand_index, sklearn.metrics.rand_score),
    (measures.adjusted_rand_index, sklearn.metrics.adjusted_rand_score),
    (measures.normalized_mutual_information, sklearn.metrics.normalized_mutual_info_score),
    (measures.adjusted_mutual_information, sklearn.metrics.adjusted_mutual_info_score),
]


@pytest.mark.parametrize(("ours", "theirs"), SCORES)
@given(pairs=GROUPINGS)
def test_every_score_equals_scikit_learns(ours, theirs, pairs):
    a, b = np.array(pairs).T
    assert ours(a, b) == pytest.approx(theirs(a, b), abs=1e-9)


@pytest.mark.parametrize("score", [ours for ours, _ in SCORES])
def test_names_of_groups_do_not_matter(score):
    assert score(["b", "b", "a", "c"], [7, 7, -1, 0]) == pytest.approx(1.0)


@given(pairs=GROUPINGS)
def test_pairs_are_counted_like_scikit_learns(pairs):
    a, b = np.array(pairs).T
    (tn, fp), (fn, tp) = sklearn.metrics.cluster.pair_confusion_matrix(a, b) // 2
    expected = measures.PairCounts(int(tp), int(fn), int(fp), int(tn))
    assert measures.pair_counts(a, b) == expected
    assert expected.total == len(a) * (len(a) - 1) // 2


@given(st.tuples(*[st.integers(0, 50)] * 4).filter(any))
def test_the_adjusted_index_is_the_textbooks_form_for_any_counts(counts):
    pairs = measures.PairCounts(*counts)
    expected = pairs.expected_rand_index
    if expected < 1.0:
        textbook = (pairs.rand_index - expected) / (1.0 - expected)
        assert pairs.adjusted_rand_index == pytest.approx(textbook, abs=1e-9)
    else:
        assert pairs.adjusted_rand_index == 1.0


@given(pairs=GROUPINGS)
def test_the_adjusted_index_of_groupings_is_never_below_minus_a_half(pairs):
    a, b = np.array(pairs).T
    assert measures.adjusted_rand_index(a, b) >= -0.5


def test_adjusted_scores_of_random_groupings_are_0_on_average_and_the_rand_index_is_not():
    numbers = np.random.default_rng(0)
    draws = [(numbers.integers(0, 5, 60), numbers.integers(0, 5, 60)) for _ in range(200)]
    assert np.mean([measures.adjusted_rand_index(*d) for d in draws]) == pytest.approx(0, abs=0.01)
    assert np.mean([measures.rand_index(*d) for d in draws]) == pytest.approx(0.68, abs=0.01)
    some = draws[:40]
    assert np.mean([measures.adjusted_mutual_information(*d) for d in some]) < 0.02
    assert np.mean([measures.normalized_mutual_information(*d) for d in some]) > 0.08


@pytest.mark.parametrize("score", [ours for ours, _ in SCORES])
def test_labellings_that_do_not_fit_are_refused(score):
    with pytest.raises(ShapeError, match=r"shapes \(2,\) and \(3,\)"):
        score([0, 1], [0, 1, 1])
    with pytest.raises(DataError, match="the first labels are empty"):
        score([], [])
    with pytest.raises(DTypeError, match="the second labels of float64"):
        score([0, 1], [0.0, 1.0])


def test_one_sample_has_no_pairs():
    with pytest.raises(DataError, match="pair_counts: 1 sample"):
        measures.rand_index([0], [0])


@pytest.mark.parametrize("count", [-1, 2.5, True])
def test_counts_of_pairs_are_whole_numbers(count):
    with pytest.raises(OptionError, match=rf"PairCounts: false_negative {count}\. .* at least 0"):
        measures.PairCounts(1, count, 0, 0)
    with pytest.raises(DataError, match="no pairs at all"):
        measures.PairCounts(0, 0, 0, 0)


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(OptionError, match=r"adjusted_mutual_information: .*'pellucid\[sklearn\]'"):
        measures.adjusted_mutual_information([0, 1], [0, 1])
    assert measures.adjusted_rand_index([0, 1, 1], [0, 1, 1]) == 1.0
