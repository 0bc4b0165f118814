"""Tables of columns that differ are read: booleans beside numbers; what is no number is named."""

from typing import Any

import numpy as np
import pytest
from data.frames import Categories, Column, Frame

from pellucid.data import from_arrays
from pellucid.errors import DataError

DUMMIES = Frame(
    age=Column(np.array([30.0, 40.0])),
    visits=Column(np.array([1, 2])),
    city_oslo=Column(np.array([True, False])),
    paid=Column(np.array([False, True], object)),
)
NUMBERS = [[30.0, 1.0, 1.0, 0.0], [40.0, 2.0, 0.0, 1.0]]


@pytest.mark.parametrize("features", [DUMMIES, np.asarray(DUMMIES), np.asarray(DUMMIES).tolist()])
def test_booleans_stand_beside_numbers(features: Any) -> None:
    data = from_arrays(features, [0, 1])
    assert data.features.tolist() == NUMBERS
    assert data.features.dtype == np.float32
    assert data.features.flags.c_contiguous


def test_ids_in_a_table_are_integers() -> None:
    words = Frame(first=Column(np.array([0, 2])), second=Column(np.array([1, 1])))
    data = from_arrays(words, [0, 1], vocabulary=3)
    assert (data.features.tolist(), data.features.dtype) == ([[0, 1], [2, 1]], np.dtype(np.int64))
    with pytest.raises(DataError, match="column 'age' of the features of type float64 are not ids"):
        from_arrays(DUMMIES, [0, 1], vocabulary=50)


def test_targets_in_a_table_are_numbers() -> None:
    data = from_arrays(DUMMIES, Frame(price=Column(np.array([1.5, 2.5]))), classes=0)
    assert data.labels.tolist() == [[1.5], [2.5]]
    with pytest.raises(DataError, match=r"targets of type object \('a' first\)"):
        from_arrays(DUMMIES, Frame(price=Column(np.array(["a", "b"], object))), classes=0)


COLOURS = np.array(["red", "blue"], object)
NO_NUMBERS: dict[str, tuple[Any, str]] = {
    "text": (
        Frame(a=Column([1, 2]), colour=Column(COLOURS)),
        r"column 'colour' .* \('red' at \[0\]",
    ),
    "categories": (
        Frame(colour=Column(COLOURS, Categories(["red", "blue"], [0, 1]))),
        "column 'colour' of the features of type object",
    ),
    "mixed": (np.array([[1, 2.0], [3, "x"]], object), r"features of type object \('x' at \[1, 1\]"),
    "a number as text": ([[1, 2.0], [3, "4"]], r"features of type object \('4' at \[1, 1\]"),
    "missing": (Frame(a=Column(np.array([1, None], object))), "row 1, column 0 .* is nan"),
    "one object": ({"a": [1, 2]}, r"features of type object \(of type dict\)"),
}


@pytest.mark.parametrize("case", NO_NUMBERS)
def test_what_is_no_number_is_named_with_its_place(case: str) -> None:
    features, text = NO_NUMBERS[case]
    with pytest.raises(DataError, match=f"^Dataset 'arrays': .*{text}"):
        from_arrays(features, [0, 1])


def test_a_table_with_a_name_that_stands_twice_is_taken_as_an_array() -> None:
    table = Frame(a=Column(np.array([1.0, 2.0])))
    table.columns = ["a", "a"]
    assert from_arrays(table, [0, 1]).features.tolist() == [[1.0], [2.0]]


def test_tables_of_pandas_are_read() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"size": [1.0, 2.0, 3.0], "kind": ["a", "b", "a"]})
    species = pandas.Series(["oak", "elm", "oak"], dtype="category")
    data = from_arrays(pandas.get_dummies(frame), species)
    assert data.features.tolist() == [[1.0, 1.0, 0.0], [2.0, 0.0, 1.0], [3.0, 1.0, 0.0]]
    assert (data.class_names, data.labels.tolist()) == (("elm", "oak"), [1, 0, 1])


@pytest.mark.parametrize("prices", [[1.5, 2.5], Column(np.array([1.5, 2.5])), [[1.5], [2.5]]])
def test_one_number_for_each_sample_is_a_column_of_targets(prices: Any) -> None:
    data = from_arrays([[0.0], [1.0]], prices, classes=0)
    assert data.labels.tolist() == [[1.5], [2.5]]


def test_labels_in_a_column_are_one_for_each_sample() -> None:
    for labels in ([["b"], ["a"]], np.array([[1], [0]])):
        assert from_arrays([[0.0], [1.0]], labels).labels.tolist() == [1, 0]
    sequences = from_arrays(np.zeros((2, 1, 3)), [[1], [0]])
    assert sequences.labels.shape == (2, 1)
