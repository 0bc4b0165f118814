"""Checks of a model's further inputs, those beside the features of a data set.

input_array    one of them, checked and converted
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.tables import converted, read
from pellucid.errors import DataError


def input_array(where: str, number: int, value: Any, count: int) -> NDArray[Any]:
    """An input with a row for each of `count` samples: float32, or int64 where it is of integers.

    Errors: DataError for what is no array of numbers, other lengths, and numbers not finite.
    """
    which = f"{where}: further input {number}"
    given = read(where, f"further input {number}", np.asarray, value)
    if given.dtype.kind not in "biuf":
        raise DataError(f"{which} is of type {given.dtype}. It must be an array of numbers.")
    if given.ndim < 1 or len(given) != count or given.size == 0:
        raise DataError(
            f"{which} has shape {given.shape}; there are {count} samples. It must have a row for "
            "each of them."
        )
    array = converted(given, np.int64 if given.dtype.kind in "iu" else np.float32)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0])
        raise DataError(f"{which}: a number in row {row} is not finite as float32.")
    array.flags.writeable = False
    return array
