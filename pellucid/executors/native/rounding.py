"""Whole numbers rounded up: how many pieces cover a whole, and the next multiple.

ceil_divide     pieces of a size that cover a whole
round_up        the first multiple that is not smaller
"""


def ceil_divide(total: int, size: int) -> int:
    """How many pieces of a size cover the total; the last one may be smaller.

    >>> ceil_divide(10, 4), ceil_divide(8, 4)
    (3, 2)
    """
    return -(-total // size)


def round_up(total: int, size: int) -> int:
    """The first multiple of a size that is not below the total.

    >>> round_up(10, 4), round_up(8, 4)
    (12, 8)
    """
    return -(-total // size) * size
