"""Labels as users hold them, numbers, names or categories, as class numbers.

class_numbers    the class number of each label, and the names of the classes
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.columns import columns, is_text, plain
from pellucid.data.tables import first, read
from pellucid.errors import DataError, counted

Classes = int | Sequence[Any] | None
Ids = NDArray[np.int64]


def class_numbers(where: str, labels: Any, classes: Classes) -> tuple[Ids, tuple[str, ...]]:
    """The class number of each label, and the names of the classes, where they have any.

    Names are classes in the order of the alphabet, categories in theirs; `classes` may give the
    names in another order, or those of labels that are class numbers already.

    Errors: DataError for a label that is missing, no name, or not among the classes.
    """
    is_listed = isinstance(classes, Iterable) and not isinstance(classes, str | Set | Mapping)
    if not (classes is None or isinstance(classes, int | np.integer) or is_listed):
        raise DataError(
            f"{where}: classes is {classes!r}. It is how many, or the names of all in their order, "
            "as a list."
        )
    only = columns(labels)
    values = only[0][1] if only and len(only) == 1 else labels
    known = None if classes is None or isinstance(classes, int | np.integer) else tuple(classes)
    found = _categories(where, values)
    if found is None:
        array = read(where, "labels", plain, values)
        if not is_text(array) and all(isinstance(name, str | bytes) for name in known or ()):
            return _numbers(where, array), tuple(map(_text, known or ()))
        found = _distinct(where, array)
    ids, kinds = found
    if known is not None:
        return _among(where, ids, kinds, known), tuple(map(_text, known))
    if classes is not None and len(kinds) != classes:
        raise DataError(
            f"{where}: classes is {classes}; the labels name {len(kinds)}: {_some(kinds)}. Name "
            "them all, in their order: classes=(...)."
        )
    return ids, tuple(map(_text, kinds))


def _categories(where: str, values: Any) -> tuple[Ids, list[Any]] | None:
    """Numbers and names of a categorical column, or of categories themselves."""
    held = getattr(values, "cat", values)
    if not (hasattr(held, "categories") and hasattr(held, "codes")):
        return None
    codes = np.asarray(held.codes).astype(np.int64)
    if codes.size and codes.min() < 0:
        raise _nameless(where, int(codes.argmin()), "missing")
    return codes, list(held.categories)


def _numbers(where: str, array: NDArray[Any]) -> Ids:
    """Labels that are class numbers already."""
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise _nameless(where, int(np.isnan(array).reshape(-1).argmax()), "nan, which is missing")
    if array.dtype.kind not in "biu":
        raise DataError(
            f"{where}: labels of type {array.dtype} ({first(array)} first). Labels are names, or "
            "class numbers 0, 1, 2, ...: use labels.astype(int) for these; classes=0 says that "
            "they are numbers to be predicted."
        )
    return np.array(array, np.int64, order="C")


def _distinct(where: str, array: NDArray[Any]) -> tuple[Ids, list[Any]]:
    """The different labels in their order, and which of them each label is."""
    if array.dtype != object:
        found, places = np.unique(array, return_inverse=True)
        return places.reshape(array.shape), found.tolist()
    values = array.reshape(-1).tolist()
    wrong = next((i for i, x in enumerate(values) if not isinstance(x, str | bytes)), None)
    if wrong is not None:
        what = f"{values[wrong]!r}, of type {type(values[wrong]).__name__}"
        raise _nameless(where, wrong, what)
    kinds = sorted(set(values), key=_text)
    number = {kind: i for i, kind in enumerate(kinds)}
    ids = np.fromiter((number[x] for x in values), np.int64, len(values))
    return ids.reshape(array.shape), kinds


def _among(where: str, ids: Ids, kinds: list[Any], known: tuple[Any, ...]) -> Ids:
    """The place of each label among the names that are given."""
    places = {_key(name): i for i, name in enumerate(known)}
    table = np.array([places.get(_key(kind), -1) for kind in kinds], np.int64)
    numbers = table[ids] if len(kinds) else ids
    wrong = np.argwhere(numbers < 0)
    if wrong.size:
        place = tuple(int(i) for i in wrong[0])
        raise DataError(
            f"{where}: labels[{', '.join(map(str, place))}] is {_text(kinds[ids[place]])!r}, which "
            f"is none of the {len(known)} classes: {_some(known)}."
        )
    return numbers


def _nameless(where: str, place: int, what: str) -> DataError:
    return DataError(
        f"{where}: labels[{place}] is {what}. Labels are all names, or all class numbers: leave "
        "out the samples whose class is not known."
    )


def _key(kind: Any) -> Any:
    """What is equal for equal names: 1, 1.0 and True are, and "cat" and b"cat"."""
    return _text(kind) if isinstance(kind, str | bytes) else kind


def _text(kind: Any) -> str:
    return kind.decode("utf-8", "replace") if isinstance(kind, bytes) else str(kind)


def _some(kinds: Sequence[Any]) -> str:
    return counted([repr(_text(kind)) for kind in kinds], 10)
