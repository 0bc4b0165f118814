"""Sequences of unequal lengths: what stands behind their ends, and what is refused."""

import numpy as np
import pytest

from pellucid.data import from_sequences
from pellucid.errors import DataError

SHORT, LONG = [[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]


def test_each_is_filled_up_to_the_longest_and_its_length_is_told():
    data = from_sequences([SHORT, LONG], ["no", "yes"], name="two")
    assert data.features.tolist() == [[[1, 2], [0, 0], [0, 0]], [[3, 4], [5, 6], [7, 8]]]
    assert data.further[0].tolist() == [1, 3]
    assert data.class_names == ("no", "yes")
    assert data.features.dtype == np.float32
    assert data.further[0].dtype == np.int64


def test_other_sets_can_have_as_many_steps():
    assert from_sequences([SHORT], [[1.5]], steps=5, classes=0).features.shape == (1, 5, 2)
    with pytest.raises(DataError, match=r"sequence 1 has 3 steps, more than 2\. Cut it, or give"):
        from_sequences([SHORT, LONG], [0, 1], steps=2)


def test_ids_of_a_vocabulary_stay_ids():
    data = from_sequences([[3], [1, 2]], [0, 1], vocabulary=4)
    assert data.features.tolist() == [[3, 0], [1, 2]]
    assert data.vocabulary == 4


@pytest.mark.parametrize("classes", [None, 2, ["noun", "verb"]])
def test_classes_of_steps_have_one_more_behind_the_ends(classes):
    data = from_sequences([[3], [1, 2]], [[1], [0, 1]], vocabulary=4, classes=classes)
    assert data.labels.tolist() == [[1, 2], [0, 1]]
    assert data.classes == 3
    assert data.class_names == (() if classes in (None, 2) else ("noun", "verb", "(padding)"))


def test_labels_fewer_than_steps_have_blanks_behind_them():
    data = from_sequences([[3], [1, 2, 1]], [[], [2, 1]], vocabulary=4, blank=0)
    assert data.labels.tolist() == [[0, 0, 0], [2, 1, 0]]
    assert data.classes == 3
    with pytest.raises(DataError, match=r"labels 0 .*sequence 0 has 1 steps\. With a blank"):
        from_sequences([[3], [1, 2, 1]], [[1, 1], [2, 1]], vocabulary=4, blank=0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: from_sequences([SHORT, np.zeros((0, 2))], [0, 1]), "sequence 1 has no steps"),
        (
            lambda: from_sequences([SHORT, [[1.0]]], [0, 1]),
            r"steps of sequence 1 have shape \(1,\), those of sequence 0 \(2,\)",
        ),
        (
            lambda: from_sequences([SHORT, LONG], [[0], [1, 1]]),
            r"labels 1 have shape \(2,\) and type int64; sequence 1 has 3 steps",
        ),
        (lambda: from_sequences([SHORT, LONG], [0]), r"features have shape|same number|labels"),
        (lambda: from_sequences([SHORT, LONG], [[0], [1, 1, 5]], classes=2), "labels"),
        (lambda: from_sequences([[[1.0], [1.0, 2.0]]], [0]), "sequence 0 cannot be read"),
    ],
    ids=["empty", "features", "labels", "fewer", "classes", "ragged"],
)
def test_what_does_not_fit_is_refused(make, words):
    with pytest.raises(DataError, match=words):
        make()
