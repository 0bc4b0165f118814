"""Ratios of two builds, round by round: the interval that holds the true one, and the verdict.

Ratio       the median of the ratios, with its 95 % interval
ratio       that of paired times
quietest    the rounds in which others took the least CPU
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95
SLOWER = 1.02  # a build is slower where the whole interval lies above


@dataclass(frozen=True)
class Ratio:
    """New time over old time: the median of some rounds, and its 95 % interval."""

    median: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What the interval says: "slower", "faster", or nothing."""
        if self.low > SLOWER:
            return "slower"
        return "faster" if self.high < 1 / SLOWER else ""


@dataclass(frozen=True)
class Round:
    """Seconds of one round of both builds, and the share of a CPU that others had meanwhile."""

    old: float
    new: float
    stolen: float


def ratio(rounds: Sequence[Round]) -> Ratio:
    """The median ratio of paired times, with its interval.

    The interval lies between two order statistics: the k-th smallest and the k-th largest of n
    ratios, with the largest k for which the median is outside in less than 5 % of all cases,
    P = 2 P(Binomial(n, 1/2) < k). It takes no distribution for granted. Source: Conover,
    Practical Nonparametric Statistics, 3rd edition, section 3.2.

    Errors: ValueError for fewer than six rounds, of which no interval is that sure.
    """
    found = sorted(r.new / r.old for r in rounds)
    k = _outermost(len(found))
    return Ratio(statistics.median(found), found[k - 1], found[-k])


def _outermost(count: int) -> int:
    """The largest k with 2 P(Binomial(count, 1/2) < k) <= 1 - CONFIDENCE."""
    k, outside = 0, 0.0
    while True:
        outside += 2 * math.comb(count, k) / 2**count
        if outside > 1 - CONFIDENCE:
            break
        k += 1
    if k == 0:
        raise ValueError(f"ratio: {count} rounds. A 95 % interval takes at least 6.")
    return k


def quietest(rounds: Sequence[Round], count: int) -> list[Round]:
    """The rounds that were disturbed the least, in their order."""
    ranked = sorted(range(len(rounds)), key=lambda i: rounds[i].stolen)
    return [rounds[i] for i in sorted(ranked[:count])]
