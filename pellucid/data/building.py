"""A data set from what users hold: arrays, lists, tables, several targets by name.

from_arrays    a Dataset from whatever NumPy can read as numbers
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.columns import plain
from pellucid.data.checks import check_not_empty
from pellucid.data.datasets import Dataset
from pellucid.data.further_target import FurtherTarget
from pellucid.errors import DataError, closest
from pellucid.strict import strict

if TYPE_CHECKING:
    from pellucid.data.labels import Classes


@strict
def from_arrays(
    features: Any,
    labels: Any,
    *,
    name: str = "arrays",
    classes: "Classes" = None,
    vocabulary: int = 0,
) -> Dataset:
    """A data set from arrays, lists or tables of numbers, copied and converted where needed.

    Features become float32 and are not scaled; with a `vocabulary` they are ids and become
    int64. Labels are integers or booleans, and the number of classes is the largest label plus
    one unless given; or names, which the classes then have: in the order of the alphabet, of the
    categories of a column that has such, or of `classes`. Test data whose names are those of the
    training data are made with `classes=train.class_names`. With `classes=0` labels are real
    numbers to be predicted, (samples, outputs), or (samples,) for one output. A column of a table,
    (samples, 1), is one label for each sample as well.

    Several targets of a sample are labels by name, {"kind": kinds, "box": boxes}: fractions are
    numbers to be predicted, all else is classes; `classes` may say otherwise, by name too.

    Errors: DataError as in `Dataset`, for features that are not numbers, and for labels that are
    missing or not among the classes.

    >>> from_arrays([[0.1], [0.2], [0.3]], ["dog", "cat", "dog"], name="pets")
    Dataset 'pets': 3 samples of shape (1,), 2 classes (cat, dog), features from 0.1 to 0.3
    """
    # Imported on use: MNIST and its relatives need none of it.
    from pellucid.data.labels import class_numbers
    from pellucid.data.tables import feature_table, target_numbers

    if isinstance(labels, Mapping):
        return _of_targets(features, labels, name, classes, vocabulary)
    where = f"Dataset {name!r}"
    if isinstance(features, str):
        raise DataError(
            f"{where}: features are {features!r}. They are the numbers themselves: read a file "
            "first, as with np.loadtxt(path, delimiter=','); pictures with image_folder(path)."
        )
    table = feature_table(where, features, vocabulary)
    check_not_empty(where, table.shape, (len(labels) if hasattr(labels, "__len__") else 1,))
    table.flags.writeable = False  # so that training shares it instead of copying
    if isinstance(classes, int | np.integer) and classes == 0:
        return Dataset(table, target_numbers(where, labels), name, 0, vocabulary)
    ids, names = class_numbers(where, labels, classes)
    if table.ndim == 2 and not vocabulary and ids.shape == (len(table), 1):
        ids = ids.reshape(-1)  # no sequence, but one column of a table
    if isinstance(classes, int | np.integer):
        count = int(classes)
    else:
        count = len(names) or max(2, int(ids.max(initial=0)) + 1)
    return Dataset(table, ids, name, count, vocabulary, names)


def _of_targets(
    features: Any, labels: Mapping[str, Any], name: str, classes: Any, vocabulary: int
) -> Dataset:
    """A data set whose samples have targets by name; see `from_arrays`.

    Errors: DataError for names that are no words, and as of `from_arrays`, for each target.
    """
    words = [isinstance(word, str) and word.isidentifier() for word in labels]
    if not words or not all(words):
        raise DataError(
            f"Dataset {name!r}: labels have the names {list(labels)}. Several targets have a word "
            'each: {"kind": kinds, "box": boxes}.'
        )
    given = classes if isinstance(classes, Mapping) else dict.fromkeys(labels, classes)
    unknown = next((word for word in given if word not in labels), None)
    if unknown is not None:
        raise DataError(
            f"Dataset {name!r}: classes of {unknown!r}, which is no target. "
            f"{closest(str(unknown), labels)}"
        )
    sets = []
    for word, values in labels.items():
        known = given.get(word)
        if known is None and _is_fraction(values):
            known = 0
        sets.append(from_arrays(features, values, name=name, classes=known, vocabulary=vocabulary))
    first, *others = zip(labels, sets, strict=True)
    targets = [FurtherTarget(n, s.labels, s.classes, s.class_names) for n, s in others]
    return replace(first[1], target_name=first[0], further_targets=tuple(targets))


def _is_fraction(values: Any) -> bool:
    """Whether they are floating-point numbers."""
    return bool(np.asarray(plain(values)).dtype.kind == "f")
