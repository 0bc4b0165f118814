"""Arrays and tables of other libraries, as NumPy arrays of numbers or texts.

plain        an array; Python objects that are all numbers become an array of numbers
columns      the columns of a table by name; None for what is no table
is_text      whether an array holds texts or other objects, and no numbers
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BOOLS = (bool, np.bool_)
INTEGERS = (int, np.integer)
REALS = (*INTEGERS, float, np.floating, type(None))  # None is what is missing: nan
TEXTS = "USTO"  # kinds of dtypes


def plain(values: Any) -> NDArray[Any]:
    """The values as an array; objects that all are booleans, integers or numbers as these.

    Tables whose columns differ, and columns in which something is missing, come as objects: NumPy
    finds no dtype for both.

    >>> plain(np.array([True, 2, 0.5], object)), plain(np.array([True, False], object)).dtype
    (array([1. , 2. , 0.5]), dtype('bool'))
    """
    array = np.asarray(values)
    if isinstance(values, list | tuple) and array.dtype.kind in "US":
        objects = np.asarray(values, object)  # a number among texts has become a text there
        return array if _kinds(objects) <= {str, bytes, np.str_, np.bytes_} else objects
    if array.dtype != object:
        return array
    kinds = _kinds(array)
    for known, dtype in ((BOOLS, bool), ((*BOOLS, *INTEGERS), np.int64), (REALS, np.float64)):
        if kinds and all(issubclass(kind, known) for kind in kinds):
            try:
                return array.astype(dtype)
            except OverflowError:  # an integer beyond 64 bits
                continue
    return array


def _kinds(array: NDArray[Any]) -> set[type]:
    return set(map(type, array.reshape(-1).tolist()))


def columns(values: Any) -> Sequence[tuple[str, Any]] | None:
    """The columns of a table, such as a DataFrame, by name, in their order.

    A table with a name that stands twice is taken as an array: it cannot be asked for one of them.
    """
    names = getattr(values, "columns", None)
    if names is None or not hasattr(values, "__getitem__") or len(set(names)) < len(names):
        return None
    return [(str(name), values[name]) for name in names]


def is_text(array: NDArray[Any]) -> bool:
    """Whether an array holds texts or other objects."""
    return array.dtype.kind in TEXTS
