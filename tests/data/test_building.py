"""Data sets from what users hold: several targets by name."""

from typing import Any

import numpy as np
import pytest

from pellucid.data import Dataset, from_arrays, split
from pellucid.errors import DataError

X = np.arange(12.0).reshape(6, 2)
KINDS = ["dog", "cat", "cat", "dog", "owl", "dog"]
BOXES = np.arange(12.0).reshape(6, 2) / 4


def pets() -> Dataset:
    return from_arrays(X, {"kind": KINDS, "box": BOXES, "age": [1, 0, 1, 1, 0, 0]}, name="pets")


def test_targets_have_names_and_their_own_classes() -> None:
    data = pets()
    assert (data.target_name, [t.name for t in data.further_targets]) == ("kind", ["box", "age"])
    assert data.classes == 3
    assert [t.classes for t in data.further_targets] == [0, 2]
    assert "targets kind, box, age" in repr(data)
    sample, target = data[1]
    assert sample.tolist() == [2.0, 3.0]
    assert (target["kind"], target["box"].tolist(), target["age"]) == (0, [0.5, 0.75], 0)


def test_some_of_the_samples_have_their_targets() -> None:
    some = pets()[[4, 0]]
    found = some.by_target(some.target_arrays)
    assert found["kind"].tolist() == [2, 1]
    assert found["box"].tolist() == [[2.0, 2.25], [0.0, 0.25]]
    parts, _ = split(pets(), (0.5, 0.5), seed=0, stratified=False)
    assert all(len(part.target_arrays[1]) == len(part) for part in parts)


def test_one_of_the_targets_is_a_data_set_of_its_own() -> None:
    box = pets().of_target("box")
    assert (box.classes, box.target_name, box.further_targets) == (0, "", ())
    assert box.labels.tolist() == BOXES.tolist()
    assert pets().of_target("kind").class_names == ("cat", "dog", "owl")


def test_classes_say_what_fractions_and_names_are() -> None:
    given: Any = {"a": [0.0, 1.0] * 3, "b": KINDS}
    with pytest.raises(DataError, match="labels of type float64"):
        from_arrays(X, given, classes={"a": 2})
    data = from_arrays(X, given, classes={"b": ["owl", "dog", "cat"]})
    assert data.further_targets[0].class_names == ("owl", "dog", "cat")


@pytest.mark.parametrize(
    ("labels", "classes", "told"),
    [
        ({}, None, r"labels have the names \[\]. Several targets have a word each"),
        ({"a b": KINDS}, None, r"labels have the names \['a b'\]"),
        ({"kind": KINDS}, {"kid": 3}, r"classes of 'kid', which is no target. .*'kind'"),
        ({"kind": KINDS, "box": BOXES[:5]}, None, r"features have shape \(6, 2\), labels \(5, 2\)"),
    ],
    ids=["none", "no word", "classes", "lengths"],
)
def test_other_labels_are_refused(labels: Any, classes: Any, told: str) -> None:
    with pytest.raises(DataError, match=told):
        from_arrays(X, labels, classes=classes)
