"""Values in a few letters: a number, a shape, how large the numbers of a gradient are.

number      one number, as short as it can be told
shown       a value: its number, or its shape
felt        a gradient: its number, or the root of the mean of its squares
extent      the smallest and the largest number of an array
"""

from typing import Any

import numpy as np


def number(x: float) -> str:
    """One number as short as it can be told.

    >>> number(220.00000327825546), number(-0.00012345678), number(3.0), number(float("nan"))
    ('220', '-0.0001235', '3', 'nan')
    """
    return f"{x:.4g}"


def shown(array: Any) -> str:
    """A value on an arrow: its number, or its shape."""
    if array.dtype.names is not None:
        return " ".join(str(array.dtype[name].shape) for name in array.dtype.names)
    return number(array.item()) if array.size == 1 else str(array.shape)


def felt(dx: Any) -> str:
    """What comes back on an arrow: its number, or how large its numbers are (root mean square)."""
    if dx.size == 1:
        return number(dx.item())
    wide = np.asarray(dx, np.float64)
    return f"rms {number(float(np.sqrt((wide * wide).mean())) if dx.size else 0.0)}"


def extent(array: Any) -> str:
    """The smallest and the largest number; of none, the shape."""
    if array.dtype.names is not None or not array.size:
        return f"shape {array.shape}"
    if array.size == 1:
        return number(array.item())
    return f"from {number(array.min())} to {number(array.max())}"
