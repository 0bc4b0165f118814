"""What is measured of a rate that is lowered on a plateau, the same of every library.

A plateau is made with options; it is told a value after another, and gives the rate each time.
"""

import itertools
from collections.abc import Callable

Plateau = Callable[..., Callable[[float], float]]


def waited(plateau: Plateau) -> int:
    """With patience 2, how many values without gain come before the rate is lower."""
    see = plateau(patience=2)
    see(1.0)
    return next(count for count in itertools.count(1) if see(1.0) < 1.0)


def gains(plateau: Plateau, patience: int) -> tuple[bool, ...]:
    """Which falls from 1000 are gains; `patience`: with which the first other value lowers."""

    def is_gain(by: float) -> bool:
        see = plateau(patience=patience)
        see(1000.0)
        return see(1000.0 - by) == 1.0

    return tuple(is_gain(by) for by in (0.00005, 0.05, 0.15))


def between(plateau: Plateau) -> int:
    """With patience 1 and cooldown 2, how many values come from one lower rate to the next."""
    see = plateau(patience=1, cooldown=2)
    rates = [see(1.0) for _ in range(20)]
    lowered = [i for i in range(1, 20) if rates[i] < rates[i - 1]]
    return lowered[1] - lowered[0]
