"""A data set that exists can be learned from; what is wrong with data is said with its place."""

from typing import Any

import numpy as np
import pytest

from pellucid.data.datasets import Dataset, Form, from_arrays
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


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_first_feature_that_is_not_finite_is_named(value: float) -> None:
    table = features()
    table[2, 1] = table[3, 0] = value
    with pytest.raises(
        DataError,
        match=rf"row 2, column 1 of the features is {value} as float32 \(2 of 12 values",
    ):
        Dataset(table, LABELS, "four", 3)


def test_a_bad_pixel_of_an_image_is_named_by_all_its_indices() -> None:
    images = np.zeros((2, 1, 8, 8), np.float32)
    images[1, 0, 7, 3] = np.nan
    with pytest.raises(DataError, match="row 1, column 0, 7, 3 of the features is nan"):
        Dataset(images, LABELS[:2], "images", 3)


def test_a_number_too_large_for_float32_is_named() -> None:
    with pytest.raises(DataError, match="row 0, column 1 of the features is inf as float32"):
        from_arrays([[1.0, 1e300], [1.0, 1.0]], [0, 1])


@pytest.mark.parametrize(("label", "wrong"), [(-1, "-1"), (3, "3")])
def test_the_first_label_out_of_range_is_named(label: int, wrong: str) -> None:
    labels = np.array([0, 1, label, label])
    with pytest.raises(
        DataError,
        match=rf"labels\[2\] is {wrong} \(2 of 4 labels .* integers in 0\.\.2 where there are 3",
    ):
        Dataset(features(), labels, "four", 3)


MISFITS: dict[str, tuple[Any, Any, str]] = {
    "lengths": (features(), LABELS[:3], r"features have shape \(4, 3\), labels \(3,\)"),
    "one-hot": (features(), np.eye(4, dtype=np.int64), r"labels\.argmax\(axis=1\)"),
    "rank-1 features": (features()[:, 0].copy(), LABELS, r"features\.reshape\(-1, 1\)"),
    "no samples": (features(0), LABELS[:0], "it is empty: 0 samples"),
    "no features": (features(4, 0), LABELS, r"it is empty: 4 samples of shape \(0,\)"),
    "float64": (features().astype(float), LABELS, r"features are float64\. .*from_arrays converts"),
    "float labels": (features(), LABELS.astype(float), "labels are float64"),
    "lists": ([[1.0]], LABELS, "features are list"),
    "transposed": (features(3, 4).T, LABELS, "features are not C-contiguous"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_arrays_that_do_not_fit_are_refused_with_the_remedy(case: str) -> None:
    table, labels, text = MISFITS[case]
    with pytest.raises(DataError, match=f"^Dataset 'bad': .*{text}"):
        Dataset(table, labels, "bad", 3)


def test_one_class_cannot_be_told_apart() -> None:
    with pytest.raises(DataError, match=r"1 classes\. At least 2"):
        Dataset(features(), np.zeros(4, np.int64), "four", 1)


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


# ---- sequences and numbers ---------------------------------------------------------------


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


SEQUENCES: dict[str, tuple[Any, Any, dict[str, int], str]] = {
    "id above": ([[0, 3]], [[0, 1]], {"vocabulary": 3}, r"features\[0, 1\] is 3 .*0\.\.2 in this"),
    "id below": ([[0, -1]], [[0, 1]], {"vocabulary": 3}, r"features\[0, 1\] is -1"),
    "numbers": ([[0.5]], [[0]], {"vocabulary": 3}, "features of type float64 are not ids"),
    "label": ([[0, 1]], [[0, 7]], {"vocabulary": 3, "classes": 3}, r"labels\[0, 1\] is 7"),
    "times": ([[0, 1]], [[0]], {"vocabulary": 3}, r"labels \(1, 1\).*\(samples, time\)"),
    "one-hot": (np.eye(3), np.eye(3, dtype=int), {}, r"labels\.argmax\(axis=1\)"),
    "infinite": ([[1.0]], [[np.inf]], {"classes": 0}, "row 0, column 0 of the labels is inf"),
    "words": ([[1.0]], [["a"]], {"classes": 0}, r"targets of type <U1 \('a' first\)"),
    "negative": ([[1]], [[0]], {"vocabulary": -1}, "a vocabulary of -1"),
}


@pytest.mark.parametrize("case", SEQUENCES)
def test_sequences_and_numbers_that_do_not_fit_are_refused(case: str) -> None:
    table, labels, options, text = SEQUENCES[case]
    with pytest.raises(DataError, match=text):
        from_arrays(table, labels, **options)


@pytest.mark.parametrize(
    ("features", "labels"), [([], []), (np.zeros((0, 3)), []), ([[1.0]], []), ([[]], [0])]
)
def test_data_that_are_empty_are_told_so_whatever_their_labels(features: Any, labels: Any) -> None:
    with pytest.raises(DataError, match=r"^Dataset 'arrays': it is empty: \d+ samples of shape"):
        from_arrays(features, labels)
