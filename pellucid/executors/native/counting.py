"""Counting in wholes: into how many pieces something is cut, and what fills them.

ceil_div        how many pieces there are, the last one perhaps not full
padded          a count rounded up to whole pieces
equal_part      the size of pieces that are nearly equal
floor_power     a count rounded down to a power of two
"""

from pellucid.sizes import ceil_div

__all__ = ("ceil_div", "equal_part", "floor_power", "padded")


def padded(count: int, size: int) -> int:
    """A count rounded up to whole pieces of a size.

    >>> padded(10, 4)
    12
    """
    return ceil_div(count, size) * size


def equal_part(count: int, most: int) -> int:
    """The size of a piece where a count is cut into the fewest pieces of at most `most`, equally.

    >>> equal_part(10, 4)
    4
    >>> equal_part(9, 4)
    3
    """
    return ceil_div(count, ceil_div(count, most))


def floor_power(count: int) -> int:
    """The largest power of two that is no more than a count; 0 for 0.

    >>> floor_power(10), floor_power(8), floor_power(0)
    (8, 8, 0)
    """
    return 1 << count.bit_length() >> 1
