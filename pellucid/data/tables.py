"""Features and targets as users hold them, lists, arrays and tables, as arrays of numbers.

feature_table    features as float32, or as ids
target_numbers   numbers to be predicted, as float32
converted        a copy in another dtype
read             an array, or the error that says where there is none
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pellucid.columns import columns, is_text, plain
from pellucid.errors import DataError

T = TypeVar("T")


def feature_table(where: str, features: Any, vocabulary: int) -> NDArray[Any]:
    """The features as an array of their own: float32, or int64 where they are ids.

    A table is read column by column, so that booleans may stand beside numbers.
    Errors: DataError naming the column, or the first value, that is no number.
    """
    dtype = np.int64 if vocabulary else np.float32
    found = columns(features)
    if found is None:
        array = read(where, "features", plain, features)
        _check(where, "features", array, vocabulary)
        return converted(array, dtype)
    table = np.empty((len(features), len(found)), dtype)
    for i, (name, column) in enumerate(found):
        array = read(where, "features", plain, column)
        _check(where, f"column {name!r} of the features", array, vocabulary)
        table[:, i] = converted(array, dtype)
    return table


def target_numbers(where: str, labels: Any) -> NDArray[Any]:
    """Real numbers to be predicted, as float32; a number for each sample is a column of them.

    Errors: DataError for what are none.
    """
    array = read(where, "targets", plain, labels)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"{where}: targets of type {array.dtype} ({first(array)} first). Without classes they "
            "are real numbers."
        )
    numbers = converted(array, np.float32)
    return numbers.reshape(-1, 1) if numbers.ndim == 1 else numbers


def read(where: str, field: str, reading: Callable[[Any], T], values: Any) -> T:
    """What `reading` makes of the values, which must have the form of an array."""
    try:
        return reading(values)
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{where}: {field} cannot be read as one array: {error}. Every row must have the same "
            "number of values."
        ) from error


def first(array: NDArray[Any]) -> str:
    """The first value of an array, as it is written in Python."""
    return repr(array.reshape(-1)[:1].tolist()[0]) if array.size else "none"


def converted(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """A copy of the array in another dtype."""
    # Too large for float32 becomes inf, which the data set then names.
    with np.errstate(over="ignore"):
        return np.array(array, dtype=dtype, order="C")


def _check(where: str, field: str, array: NDArray[Any], vocabulary: int) -> None:
    if array.dtype.kind in ("iu" if vocabulary else "biuf"):
        return
    rule = "They are ids: integers." if vocabulary else "Encode texts and categories first."
    what = "ids" if vocabulary else "real numbers"
    raise DataError(f"{where}: {field} of type {array.dtype}{_odd(array)} are not {what}. {rule}")


def _odd(array: NDArray[Any]) -> str:
    """The first value that is no number, and its place; nothing where no number is expected."""
    if not is_text(array):
        return ""
    if not array.ndim:
        return f" (of type {type(array.item()).__name__})"
    values = array.reshape(-1).tolist()
    i = next((i for i, x in enumerate(values) if not isinstance(x, int | float)), 0)
    place = ", ".join(str(int(n)) for n in np.unravel_index(i, array.shape)) if values else ""
    return f" ({values[i]!r} at [{place}])" if values else ""
