"""Sums of many numbers in a fixed order in which rounding costs little.

    LONG        numbers: no more are added one after the other
    total       the sum over axes
    running     the running sum along an axis
    scattered   sums of those rows whose indices are equal
    Pairwise    a sum of arrays that come one after the other

Added one after the other, n numbers may err by n - 1 roundings, each at most half a unit in the
last place of a partial sum. Here it is at most `PART` for each factor of `PART` in n, or log2 n
where pairs are added. Short sums are left to NumPy; other array libraries, which have such an
order of their own, are asked for all.
"""

import math
from typing import Any

import numpy as np

from pellucid.primitives.base import FLOATS, Shape

LONG = 512
PART = 64  # numbers that are added one after the other where there are more than LONG


def total(xp: Any, x: Any, axes: Shape) -> Any:
    """The sum over axes, which stay with size 1.

    >>> total(np, np.ones((3, 1000), np.float32), (1,)).tolist()
    [[1000.0], [1000.0], [1000.0]]
    """
    if xp is not np or x.dtype not in FLOATS or math.prod(x.shape[i] for i in axes) <= LONG:
        return xp.sum(x, axis=axes, keepdims=True, dtype=x.dtype)
    y = x
    shape = list(x.shape)
    for first, last in reversed(_runs(axes, x)):
        size = math.prod(shape[first : last + 1])
        flat = y.reshape(*shape[:first], size, *shape[last + 1 :])
        shape[first : last + 1] = [1] * (last + 1 - first)
        y = _along(flat, first).reshape(shape)
    return y


def _runs(axes: Shape, x: Any) -> list[tuple[int, int]]:
    """Neighbouring axes as one, first and last, where nothing is moved for that."""
    runs: list[tuple[int, int]] = []
    for axis in axes:
        if runs and runs[-1][1] == axis - 1 and x.flags.c_contiguous:
            first, _ = runs.pop()
            runs.append((first, axis))
        else:
            runs.append((axis, axis))
    return runs


def _along(x: Any, axis: int) -> Any:
    """The sum along one axis, which is gone then.

    The axis is folded, so that long pieces are added to each other: that is quick as well. Rows
    without gaps are left to NumPy, which adds them in pairs.
    """
    n = x.shape[axis]
    if n <= LONG or (axis == x.ndim - 1 and x.flags.c_contiguous):
        return np.sum(x, axis=axis, dtype=x.dtype)
    before = x.shape[:axis]
    after = x.shape[axis + 1 :]
    all_before = (slice(None),) * axis
    length = n // PART
    folded = x[(*all_before, slice(length * PART))].reshape(*before, PART, length, *after)
    y = _along(np.sum(folded, axis=axis, dtype=x.dtype), axis)
    if n % PART:
        rest = x[(*all_before, slice(length * PART, n))]
        y = y + np.sum(rest, axis=axis, dtype=x.dtype)
    return y


def running(xp: Any, x: Any, axis: int) -> Any:
    """The running sum along an axis: within pieces, each added to the sum of those before.

    >>> running(np, np.ones(2000, np.float32), 0)[[0, 999, 1999]].tolist()
    [1.0, 1000.0, 2000.0]
    """
    n = x.shape[axis]
    if xp is not np or x.dtype not in FLOATS or n <= LONG:
        return xp.cumulative_sum(x, axis=axis, dtype=x.dtype)
    all_before: tuple[Any, ...] = (slice(None),) * axis
    y: Any = np.empty(x.shape, x.dtype)
    count = n // LONG
    pieces = (*x.shape[:axis], count, LONG, *x.shape[axis + 1 :])
    whole = (*all_before, slice(count * LONG))
    inside = y[whole].reshape(pieces)  # a view, as y has no gaps
    np.cumsum(x[whole].reshape(pieces), axis=axis + 1, out=inside)
    ends = running(np, inside[(*all_before, slice(None), LONG - 1)], axis)
    before = np.expand_dims(ends[(*all_before, slice(count - 1))], axis + 1)
    inside[(*all_before, slice(1, count))] += before
    if n % LONG:
        rest = (*all_before, slice(count * LONG, n))
        np.cumsum(x[rest], axis=axis, out=y[rest])
        y[rest] += ends[(*all_before, slice(count - 1, count))]
    return y


def scattered(rows: Any, places: Any) -> tuple[Any, Any]:
    """Each place once, and the sum of its rows along axis 1, added in pairs in their order.

    Shapes: rows (before, count, after), places (count,) -> places (k,), sums (before, k, after).
    """
    order = np.argsort(places, kind="stable")
    places = places[order]
    rows = rows[:, order]
    while len(places) > 1:
        number = np.arange(len(places))
        is_new = np.concatenate([[True], places[1:] != places[:-1]])
        if is_new.all():
            break
        first = np.maximum.accumulate(np.where(is_new, number, 0))
        rank = number - first
        left = number[rank % 2 == 0]
        has_partner = np.append(rank % 2 == 1, False)[left + 1]
        sums = rows[:, left]
        sums[:, has_partner] += rows[:, left[has_partner] + 1]
        places = places[left]
        rows = sums
    return places, rows


class Pairwise:
    """A sum of arrays that come one after the other: those of equally many are added.

    >>> numbers = Pairwise()
    >>> for i in range(5):
    ...     numbers.add(np.array([1.0, i]))
    >>> numbers.total().tolist()
    [5.0, 10.0]
    """

    def __init__(self) -> None:
        self.parts: list[tuple[int, Any]] = []

    def add(self, x: Any) -> None:
        """Take one more array."""
        count = 1
        while self.parts and self.parts[-1][0] == count:
            x = self.parts.pop()[1] + x
            count *= 2
        self.parts.append((count, x))

    def total(self) -> Any:
        """The sum so far; there must be one array at least."""
        y = self.parts[-1][1]
        for _, part in reversed(self.parts[:-1]):
            y = part + y
        return y
