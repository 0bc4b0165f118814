"""Arrays that no data set can be made of are refused: the place, the number and the remedy."""

from typing import Any

import numpy as np
import pytest

from pellucid.data.building import from_arrays
from pellucid.data.datasets import Dataset
from pellucid.errors import DataError


def features(rows: int = 4, columns: int = 3) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)


LABELS = np.array([0, 1, 2, 1])


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
