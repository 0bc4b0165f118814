"""How large an array may be, whoever makes it, and how many pieces make it up.

check_sizes     refuses a shape that no array can have
ceil_div        how many pieces there are, the last one perhaps not full
"""

import math
from typing import Any

import numpy as np

from pellucid.errors import ShapeError

MOST_AXES = 64  # of NumPy
MOST_BYTES = 2**63 - 1
_SURELY_FITS = MOST_BYTES // 16  # elements: no dtype is larger than 16 bytes


def ceil_div(count: int, size: int) -> int:
    """How many pieces of a size a count is cut into; the last one may not be full.

    >>> ceil_div(10, 4)
    3
    """
    return -(-count // size)


def check_sizes(where: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Raise ShapeError for a shape that no array of this dtype can have.

    Axes of size 0 count as 1, as in NumPy: steps along the other axes must be numbers too.

    >>> check_sizes("zeros", (2, 3), np.dtype("float32"))
    """
    if 0 < math.prod(shape) <= _SURELY_FITS and len(shape) <= MOST_AXES:
        return
    wanted = math.prod(n or 1 for n in shape) * dtype.itemsize
    if wanted > MOST_BYTES or len(shape) > MOST_AXES or min(shape, default=0) < 0:
        raise ShapeError(
            f"{where}: {dtype} of shape {shape}, {len(shape)} axes and {wanted:,} bytes. No array "
            f"has more than {MOST_AXES} axes or 2^63 - 1 bytes, or a size below 0."
        )
