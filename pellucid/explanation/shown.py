"""Values in a few letters: a number, a shape, how large the numbers of a gradient are.

number      one number, as short as it can be told
shown       a value: its number, or its shape
felt        a gradient: its number, or the root of the mean of its squares
extent      the smallest and the largest number of an array
"""

import math
from typing import Any

import numpy as np

from pellucid.languages import said

READABLE = 10**15  # counts below are written in full


def number(x: float) -> str:
    """One number as short as it can be told.

    >>> number(220.00000327825546), number(-0.00012345678), number(3.0), number(float("nan"))
    ('220', '-0.0001235', '3', 'nan')
    """
    return f"{x:.4g}"


def exact(x: float) -> str:
    """One number to seven digits, as many as float32 has.

    >>> exact(0.10019611567258835)
    '0.1001961'
    """
    return f"{x:.7g}"


def many(count: int) -> str:
    """A count, in full where it can be read, else by its power of ten.

    >>> many(1948908), many(3**200)
    ('1,948,908', 'about 2.66e+95')
    """
    if count < READABLE:
        return f"{count:,}"
    power = math.log10(count)
    exponent = math.floor(power)
    return said("about {count}", count=f"{10 ** (power - exponent):.2f}e+{exponent}")


def shown(array: Any) -> str:
    """A value on an arrow: its number, or its shape."""
    if array.dtype.names is not None:
        return " ".join(str(array.dtype[name].shape) for name in array.dtype.names)
    return number(array.item()) if array.size == 1 else str(array.shape)


def felt(dx: Any) -> str:
    """What comes back on an arrow: its number, or how large its numbers are (root mean square)."""
    if dx.size == 1:
        return number(dx.item())
    if dx.size == 0:
        return "rms 0"
    wide = np.asarray(dx, np.float64)
    root_mean_square = float(np.sqrt((wide * wide).mean()))
    return f"rms {number(root_mean_square)}"


def extent(array: Any) -> str:
    """The smallest and the largest number; of none, the shape."""
    if array.dtype.names is not None or not array.size:
        return said("shape {shape}", shape=array.shape)
    if array.size == 1:
        return number(array.item())
    low = number(array.min())
    high = number(array.max())
    if array.min() == array.max():
        return said("{number} everywhere", number=low)
    return said("from {low} to {high}", low=low, high=high)
