"""Which epochs were the best so far, of as many as are kept.

Ranking    the best epochs by a measure
"""

import math
from collections.abc import Iterable


class Ranking:
    """The `count` best epochs by a measure; of two that are equal, the earlier is better.

    >>> ranking = Ranking(2)
    >>> [ranking.add(value, epoch) for epoch, value in enumerate((0.5, 0.7, 0.6), start=1)]
    [True, True, True]
    >>> ranking.epochs
    (1, 3)
    """

    def __init__(self, count: int, *, higher: bool = False) -> None:
        self.count = count
        self._sign = -1.0 if higher else 1.0
        self._found: list[tuple[float, int]] = []

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs, best first."""
        return tuple(epoch for _, epoch in self._found)

    def add(self, value: float, epoch: int) -> bool:
        """An epoch was measured; whether it is among them. One that is not a number never is."""
        if math.isnan(value):
            return False
        self._found = sorted([*self._found, (self._sign * value, epoch)])[: self.count]
        return epoch in self.epochs

    def renew(self, values: Iterable[tuple[float, int]]) -> None:
        """Begin again with these values and their epochs."""
        self._found = []
        for value, epoch in values:
            self.add(value, epoch)
