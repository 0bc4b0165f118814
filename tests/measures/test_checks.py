"""What measures accept, and what they refuse with the rule."""

import numpy as np
import pytest

from pellucid.errors import DataError, DTypeError, OptionError, ShapeError
from pellucid.measures import checks


def test_numbers_of_all_kinds_become_float64():
    for values in ([True, False], [1, 0], np.float32([1, 0])):
        found = checks.floats("m", "p", values)
        assert (found.dtype, found.tolist()) == (np.float64, [1.0, 0.0])


def test_counts_are_told_to_become_probabilities():
    with pytest.raises(DataError, match=r"m: p hold 3 at \(0,\)\. .* by p / p\.sum\(\)\."):
        checks.probabilities("m", "p", [3, 1])
    with pytest.raises(DataError, match=r"hold 3 at .* A probability lies between 0 and 1\.$"):
        checks.probabilities("m", "p", [3, -1])


def test_a_table_may_be_a_distribution_where_one_is_asked_for():
    assert checks.distribution("m", "joint", np.full((2, 2), 0.25), axes=2).shape == (2, 2)
    with pytest.raises(ShapeError, match=r"joint has shape \(2,\)\. It must be a table"):
        checks.distribution("m", "joint", [0.5, 0.5], axes=2)


@pytest.mark.parametrize(
    "values", [[1, 0], [True, False], ["a", "b"], np.array(["a", "b"], object)]
)
def test_labels_are_whole_numbers_truths_or_texts(values):
    assert checks.labels("m", "true", values).tolist() == list(values)


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ([[0.1, 0.9]], ShapeError, r"m: true of shape \(1, 2\)\. .*argmax"),
        ([], DataError, "true are empty"),
        ([0.5], DTypeError, r"true of float64\. .*astype\('int64'\)"),
        (np.array(["a", None], object), DTypeError, "true of object"),
    ],
)
def test_other_labels_are_refused(values, error, words):
    with pytest.raises(error, match=words):
        checks.labels("m", "true", values)


@pytest.mark.parametrize("value", [0, True, 2.0, "3"])
def test_a_number_is_whole_and_large_enough(value):
    assert checks.number("m", "k", np.int32(3), least=1) == 3
    with pytest.raises(OptionError, match=rf"m: k {value!r}\. It is a whole number, at least 1\."):
        checks.number("m", "k", value, least=1)
