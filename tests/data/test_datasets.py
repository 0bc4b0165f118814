"""A data set holds what it was given, cannot be changed, and is cut and seen in other shapes."""

from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid.data.building import from_arrays
from pellucid.data.datasets import Dataset, Form
from pellucid.errors import DataError


def features(rows: int = 4, columns: int = 3) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)


LABELS = np.array([0, 1, 2, 1])


def test_a_data_set_holds_what_it_was_given() -> None:
    data = Dataset(features(), LABELS, "four", 3)
    assert len(data) == 4
    np.testing.assert_array_equal(data.features, features())
    np.testing.assert_array_equal(data.labels, LABELS)
    assert data.class_counts.tolist() == [1, 2, 1]
    assert repr(data) == (
        "Dataset 'four': 4 samples of shape (3,), 3 classes, features from 0 to 11"
    )


def test_classes_that_do_not_occur_are_counted_as_none() -> None:
    assert Dataset(features(), LABELS, "four", 5).class_counts.tolist() == [1, 2, 1, 0, 0]


def test_a_data_set_cannot_be_changed_and_leaves_the_given_arrays_free() -> None:
    table = features()
    data = Dataset(table, LABELS, "four", 3)
    with pytest.raises(ValueError, match="read-only"):
        data.features[0, 0] = 1
    with pytest.raises(AttributeError):
        data.classes = 4  # type: ignore[misc]
    assert np.shares_memory(data.features, table)
    assert table.flags.writeable


def test_from_arrays_converts_copies_and_counts_the_classes() -> None:
    table = np.asfortranarray(features().astype(np.float64))
    data = from_arrays(table, LABELS.astype(np.uint8))
    table[:] = -1
    assert data.features.dtype == np.float32
    assert data.features.flags.c_contiguous
    np.testing.assert_array_equal(data.features, features())
    assert data.labels.dtype == np.int64
    assert (data.name, data.classes) == ("arrays", 3)


@pytest.mark.parametrize("labels", [[True, False], [0, 0], np.array([0, 1], np.uint64)])
def test_from_arrays_takes_booleans_and_any_integers(labels: Any) -> None:
    assert from_arrays([[1], [2]], labels).classes == 2


NO_NUMBERS: dict[str, tuple[Any, Any, str]] = {
    "texts": ([["a"], ["b"]], [0, 1], r"features of type <U1 \('a' at \[0, 0\]\) are not"),
    "complex": ([[1j], [2j]], [0, 1], "features of type complex128 are not real numbers"),
    "ragged": ([[1.0], [1.0, 2.0]], [0, 1], "features cannot be read as one array"),
    "float labels": ([[1.0], [2.0]], [0.0, 1.0], r"labels of type float64 \(0\.0 first\).*astype"),
    "empty": ([], [], "it is empty: 0 samples"),
}


@pytest.mark.parametrize("case", NO_NUMBERS)
def test_from_arrays_refuses_what_are_no_numbers(case: str) -> None:
    table, labels, text = NO_NUMBERS[case]
    with pytest.raises(DataError, match=text):
        from_arrays(table, labels)


def test_a_subset_has_the_rows_in_the_order_asked_for() -> None:
    part = Dataset(features(), LABELS, "four", 3).subset([3, 0, 3], "part")
    np.testing.assert_array_equal(part.features, features()[[3, 0, 3]])
    assert part.labels.tolist() == [1, 0, 1]
    assert (part.name, part.classes) == ("part", 3)


def test_training_shares_the_arrays_of_a_subset_instead_of_copying_them() -> None:
    data = from_arrays([[0.0], [0.1], [0.2]], [0, 1, 1]).with_inputs([[1], [2], [3]])
    for array in data.subset([2, 0]).inputs:
        assert np.shares_memory(pc.Buffer(array).value.array, array)


@pytest.mark.parametrize(
    ("indices", "text"),
    [
        ([0, 4], r"indices\[1\] is 4\. Positions go from 0 to 3"),
        ([-1], r"indices\[0\] is -1"),
        ([[0]], r"shape \(1, 1\)"),
        ([True, False, True, True], "indices of type bool .* np.flatnonzero"),
        ([0.5], "indices of type float64"),
        ([], "it is empty: 0 samples"),
    ],
)
def test_a_subset_of_wrong_positions_is_refused(indices: Any, text: str) -> None:
    with pytest.raises(DataError, match=text):
        Dataset(features(), LABELS, "four", 3).subset(indices)


def test_another_shape_is_a_view() -> None:
    data = Dataset(features(4, 6), LABELS, "four", 3)
    images = data.with_shape(1, 2, 3)
    assert images.features.shape == (4, 1, 2, 3)
    assert np.shares_memory(images.features, data.features)
    with pytest.raises(DataError, match=r"shape \(6,\) do not fit into \(5,\).*hold 6 numbers"):
        data.with_shape(5)
    with pytest.raises(DataError, match=r"into \(\(1, 2, 3\),\).*one by one: with_shape\(1, 6\)"):
        data.with_shape((1, 2, 3))  # type: ignore[arg-type]


def test_sequences_have_a_class_at_each_step() -> None:
    ids = np.array([[0, 1, 2], [2, 1, 0]])
    data = from_arrays(ids, (ids + 1) % 3, name="cycle", vocabulary=3)
    assert data.features.dtype == np.int64
    assert data.class_counts.tolist() == [2, 2, 2]
    assert data.form == Form((3,), 3, (3,), 3)
    assert (data.form.features, data.form.outputs) == (3, 3)
    assert repr(data) == (
        "Dataset 'cycle': 2 samples of shape (3,), 3 classes at each of (3,), "
        "ids of a vocabulary of 3"
    )
    assert data.subset([1]).form == data.form


def test_numbers_to_be_predicted_have_no_classes() -> None:
    data = from_arrays([[0.0], [0.5]], [[1.5, 0.0], [2.0, 1.0]], name="two", classes=0)
    assert data.labels.dtype == np.float32
    assert data.class_counts.size == 0
    assert data.form == Form((1,), 0, (2,))
    assert data.form.outputs == 2
