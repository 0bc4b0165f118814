"""Ratios of two builds, round by round: the interval that holds the true one, and the verdict.

Ratio       the median of the ratios, with its 95 % interval
ratio       that of paired times
quietest    the rounds in which others took the least CPU
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from pellucid.bench.interval import Interval, interval

SLOWER = 1.02  # a build is slower where the whole interval lies above


@dataclass(frozen=True)
class Ratio(Interval):
    """New time over old time: the median of some rounds, and its 95 % interval."""

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
    """The median ratio of paired times, with its interval (`pellucid.bench.interval`).

    Errors: ValueError for fewer than six rounds.
    """
    return Ratio(*astuple(interval(r.new / r.old for r in rounds)))


def quietest(rounds: Sequence[Round], count: int) -> list[Round]:
    """The rounds that were disturbed the least, in their order."""
    ranked = sorted(range(len(rounds)), key=lambda i: rounds[i].stolen)
    return [rounds[i] for i in sorted(ranked[:count])]
