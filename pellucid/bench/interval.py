"""The interval that holds a true median, whatever values are distributed like.

Interval    a median, with what lies around it
interval    that of some values
FEWEST      values that an interval takes
"""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

CONFIDENCE = 0.95
FEWEST = 6


@dataclass(frozen=True)
class Interval:
    """The median of some values, and its 95 % interval."""

    median: float
    low: float
    high: float


def interval(values: Iterable[float]) -> Interval:
    """The median of values, with its interval.

    It lies between two order statistics: the k-th smallest and the k-th largest of n values,
    with the largest k for which the median is outside in less than 5 % of all cases,
    P = 2 P(Binomial(n, 1/2) < k). It takes no distribution for granted. Source: Conover,
    Practical Nonparametric Statistics, 3rd edition, section 3.2.

    Errors: ValueError for fewer than six values, of which no interval is that sure.

    >>> interval([1.0, 1.25, 1.5, 2.0, 2.5, 3.0])
    Interval(median=1.75, low=1.0, high=3.0)
    """
    found = sorted(values)
    if len(found) < FEWEST:
        raise ValueError(f"interval: {len(found)} values. A 95 % interval takes at least {FEWEST}.")
    k = _outermost(len(found))
    return Interval(statistics.median(found), found[k - 1], found[-k])


def _outermost(count: int) -> int:
    """The largest k with 2 P(Binomial(count, 1/2) < k) <= 1 - CONFIDENCE."""
    k, outside = 0, 0.0
    while True:
        outside += 2 * math.comb(count, k) / 2**count
        if outside > 1 - CONFIDENCE:
            return k
        k += 1
