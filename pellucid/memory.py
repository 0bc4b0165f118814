"""Memory that begins at a cache line.

empty   an array of its own whose first element begins at a line
own     a copy of an array, row by row, that does

NumPy gives memory at multiples of 16 bytes. A vector of 64 bytes that is read from there comes
from two lines: a step of logistic regression on 12288 features takes a fifth longer (measured
on 26 Nov 2026, AVX-512).
"""

import math
import platform
from typing import Any

import numpy as np

ARM64 = ("arm64", "aarch64")  # how macOS and Linux call it

# Bytes of a cache line. Some ARM64 processors, Apple's among them, have longer ones, and none is
# slower where things begin at every second of its lines.
LINE = 128 if platform.machine().lower() in ARM64 else 64
SMALL_BYTES = 2048  # what is smaller lies in the first cache, and is quicker copied by NumPy alone


def empty(shape: Any, dtype: Any) -> Any:
    """An array with any numbers in it, in row-major order."""
    dtype = np.dtype(dtype)
    shape = shape if isinstance(shape, tuple) else (shape,)
    count = math.prod(shape) * dtype.itemsize
    room = np.empty(count + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    return room[start : start + count].view(dtype).reshape(shape)


def own(array: Any, dtype: Any = None) -> Any:
    """A copy in row-major order, converted if a dtype is given.

    >>> own(np.arange(4000).reshape(2, 2000).T).ctypes.data % LINE
    0
    """
    if array.nbytes < SMALL_BYTES:
        return np.array(array, dtype=dtype, order="C")
    copy = empty(array.shape, array.dtype if dtype is None else dtype)
    copy[...] = array
    return copy
