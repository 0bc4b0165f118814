"""Labels that are names become class numbers, and the classes are called as the labels are."""

from typing import Any

import numpy as np
import pytest
from data.frames import Categories, Column, Frame

from pellucid.data import Dataset, from_arrays, split
from pellucid.errors import DataError

NAMES = ["dog", "cat", "dog", "bird"]
SORTED, IN_ORDER = ("bird", "cat", "dog"), ("dog", "cat", "bird")
CATEGORICAL = Column(NAMES, Categories(list(IN_ORDER), [0, 1, 0, 2]))


def labelled(labels: Any, **options: Any) -> Dataset:
    return from_arrays(np.arange(4.0).reshape(4, 1), labels, name="pets", **options)


HELD: dict[str, Any] = {
    "list": NAMES,
    "tuple": tuple(NAMES),
    "texts": np.array(NAMES),
    "objects": np.array(NAMES, object),
    "bytes": np.array(NAMES, "S"),
    "texts of any length": np.array(NAMES, np.dtypes.StringDType()),
    "column": Column(np.array(NAMES, object)),
    "table of one column": Frame(animal=Column(np.array(NAMES, object))),
}


@pytest.mark.parametrize("held", HELD)
def test_names_are_classes_in_the_order_of_the_alphabet(held: str) -> None:
    data = labelled(HELD[held])
    assert data.class_names == SORTED
    assert data.labels.tolist() == [2, 1, 2, 0]
    assert data.labels.dtype == np.int64


@pytest.mark.parametrize("labels", [CATEGORICAL, CATEGORICAL.cat, Frame(animal=CATEGORICAL)])
def test_categories_are_classes_in_their_own_order(labels: Any) -> None:
    data = labelled(labels)
    assert (data.class_names, data.labels.tolist()) == (IN_ORDER, [0, 1, 0, 2])


def test_a_category_that_does_not_occur_is_a_class_too() -> None:
    column = Column(["a"] * 4, Categories(["a", "b"], [0] * 4))
    assert labelled(column).class_counts.tolist() == [4, 0]


@pytest.mark.parametrize("labels", [NAMES, CATEGORICAL])
def test_the_names_may_be_given_in_another_order(labels: Any) -> None:
    data = labelled(labels, classes=("cat", "cow", "dog", "bird"))
    assert data.labels.tolist() == [2, 0, 2, 3]
    assert data.class_names == ("cat", "cow", "dog", "bird")


@pytest.mark.parametrize("labels", [[0, 1, 2, 0], np.array([0, 1, 2, 0], object)])
def test_class_numbers_can_be_given_names(labels: Any) -> None:
    data = labelled(labels, classes=np.array(["setosa", "versicolor", "virginica"]))
    assert data.labels.tolist() == [0, 1, 2, 0]
    assert data.class_names == ("setosa", "versicolor", "virginica")


def test_numbers_can_be_names_too() -> None:
    data = labelled([20.0, 10.0, 20.0, 20.0], classes=(20, 10))
    assert (data.labels.tolist(), data.class_names) == ([0, 1, 0, 0], ("20", "10"))
    assert labelled(Column([3, 7, 3, 3], Categories([3, 7], [0, 1, 0, 0]))).class_names == (
        "3",
        "7",
    )


def test_names_of_steps_in_time_have_the_shape_of_the_steps() -> None:
    words = np.array([[1, 2], [2, 0]])
    data = from_arrays(words, [["noun", "verb"], ["verb", "noun"]], vocabulary=3)
    assert (data.labels.tolist(), data.class_names) == ([[0, 1], [1, 0]], ("noun", "verb"))


@pytest.mark.parametrize("labels", [[True, False, True, True], np.array([1, 0, 1, 1], object)])
def test_objects_that_are_numbers_are_class_numbers(labels: Any) -> None:
    data = labelled(np.array(labels, object))
    assert (data.labels.tolist(), data.class_names) == ([1, 0, 1, 1], ())


WRONG: dict[str, tuple[Any, Any, str]] = {
    "nothing": (
        ["a", "b", None, "a"],
        None,
        r"labels\[2\] is None, of type NoneType\. .*all names",
    ),
    "nan": (["a", "b", "b", np.nan], None, r"labels\[3\] is nan, of type float"),
    "number among names": (["a", 1, "b", "a"], None, r"labels\[1\] is 1, of type int"),
    "nan among numbers": ([0.0, 1.0, np.nan, 1.0], None, r"labels\[2\] is nan, which is missing"),
    "none among numbers": ([0, 1, None, 1], None, r"labels\[2\] is nan, which is missing"),
    "missing category": (
        Column([], Categories(["a"], [0, 0, -1, 0])),
        None,
        r"labels\[2\] is miss",
    ),
    "unknown": (
        NAMES,
        ("dog", "cat"),
        r"labels\[3\] is 'bird', which is none of the 2 classes: 'd",
    ),
    "too few": (NAMES, 5, r"classes is 5; the labels name 3: 'bird', 'cat', 'dog'"),
    "one text": (NAMES, "dog", r"classes is 'dog'\. It is how many, or the names of all"),
    "no order": (NAMES, {"dog"}, r"classes is \{'dog'\}\. .*in their order, as a list"),
    "half a class": (NAMES, 2.5, r"classes is 2\.5\. It is how many"),
    "twice": ([0, 1, 0, 1], ("a", "a"), r"class_names\[1\] is 'a'. Each is a text of its own"),
    "number outside": ([0, 1, 2, 1], ("a", "b"), r"labels\[2\] is 2 .* integers in 0\.\.1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_label_without_a_class_is_named(case: str) -> None:
    labels, classes, text = WRONG[case]
    with pytest.raises(DataError, match=f"^Dataset 'pets': .*{text}"):
        labelled(labels, classes=classes)


def test_a_data_set_has_a_name_for_each_class_or_none() -> None:
    features, labels = np.zeros((2, 1), np.float32), np.array([0, 1])
    with pytest.raises(DataError, match=r"1 names for 2 classes\. Each has one, or none has"):
        Dataset(features, labels, "two", 2, class_names=("a",))


def test_names_are_printed_and_stay_with_the_parts() -> None:
    data = from_arrays(np.zeros((20, 1)), ["no", "yes"] * 10, name="answers")
    assert "20 samples of shape (1,), 2 classes (no, yes)," in repr(data)
    parts, report = split(data, (0.5, 0.5), seed=0)
    assert [part.class_names for part in parts] == [("no", "yes")] * 2
    assert "part   samples   share  no  yes" in str(report)
    assert [data.name_of(i) for i in (1, 0)] == ["yes", "no"]
    assert labelled([0, 1, 0, 1]).name_of(1) == "1"


def test_of_very_many_classes_the_first_are_printed() -> None:
    data = from_arrays(np.zeros((26, 1)), list("abcdefghijklmnopqrstuvwxyz"))
    assert "26 classes (a, b, c, d, e, f, g, h, i, j, ...)" in repr(data)
