"""What is searched: for each hyperparameter by name the range of its values.

    Uniform       numbers between two ends, all alike
    LogUniform    positive numbers, every power of ten alike: learning rates, penalties
    Integers      whole numbers, both ends included
    Choice        one of some values

A range is walked by a position between 0 and 1, so that a strategy need not know what it is.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pellucid.errors import OptionError, is_finite
from pellucid.refusals import Strict

Point = dict[str, Any]  # a value for each name

LEAST_MARGIN = 0.1  # of the old range that a narrowed one keeps, however close the best lie


class Range(Strict):
    """The base of all ranges."""

    def at(self, position: float) -> Any:
        """The value at a position from 0 up to 1."""
        raise NotImplementedError(f"{type(self).__name__} must define at")

    def coordinates(self, value: Any) -> list[float]:
        """The value as numbers between 0 and 1, near ones for values that are alike."""
        raise NotImplementedError(f"{type(self).__name__} must define coordinates")

    def narrowed(self, values: Sequence[Any]) -> "Range":
        """The part of the range around some values, with a margin."""
        raise NotImplementedError(f"{type(self).__name__} must define narrowed")

    def grid(self, count: int) -> list[Any]:
        """At most `count` values, evenly spread from end to end."""
        raise NotImplementedError(f"{type(self).__name__} must define grid")

    def edge(self, value: Any) -> str:
        """Which end of the range a value is close to: "lower", "upper", or none."""
        return ""

    def restored(self, value: Any) -> Any:
        """The value that a file gave back as this one. Errors: ValueError where it is none."""
        return value


@dataclass(frozen=True)
class _Numbers(Range):
    """Numbers between two ends, walked along a scale."""

    kinds: ClassVar[Any] = (int, float)
    noun: ClassVar[str] = "number"
    low: float
    high: float

    def __post_init__(self) -> None:
        name = type(self).__name__
        if not (is_finite(self.low) and is_finite(self.high) and self.low < self.high):
            raise OptionError(
                f"{name}: from {self.low} to {self.high}. Both ends are finite numbers, the "
                "lower one first."
            )

    def _scale(self, value: float) -> float:
        """Where on the scale a number stands."""
        return value

    def _number(self, place: float) -> float:
        """The number that stands there, with four digits: enough, and it can be typed."""
        return min(max(float(f"{place:.4g}"), self.low), self.high)

    def at(self, position: float) -> Any:
        """The value at a position from 0 up to 1."""
        first = self._scale(self.low)
        last = self._scale(self.high)
        return self._number(first + position * (last - first))

    def coordinates(self, value: Any) -> list[float]:
        """The position of the value."""
        first = self._scale(self.low)
        last = self._scale(self.high)
        return [(self._scale(value) - first) / (last - first)]

    def narrowed(self, values: Sequence[Any]) -> Self:
        """From the least to the largest value, and half the mean gap between them beyond."""
        positions = sorted(self.coordinates(value)[0] for value in values)
        span = max(positions[-1] - positions[0], LEAST_MARGIN)
        margin = span / (2 * len(positions))
        low = self.at(max(positions[0] - margin, 0))
        high = self.at(min(positions[-1] + margin, 1))
        return type(self)(low, high) if low < high else self

    def grid(self, count: int) -> list[Any]:
        """Values at equal distances on the scale, both ends among them."""
        return list(dict.fromkeys(self.at(i / max(count - 1, 1)) for i in range(count)))

    def restored(self, value: Any) -> Any:
        """The number that a file gave back. Errors: ValueError for none between the ends."""
        if isinstance(value, bool) or not isinstance(value, self.kinds):
            raise ValueError(f"{value!r} is no {self.noun}")
        if not self.low <= value <= self.high:
            raise ValueError(f"{value} is not between {self.low} and {self.high}")
        return value

    def edge(self, value: Any) -> str:
        """Which end a value is within a twentieth of the range of."""
        position = self.coordinates(value)[0]
        return "lower" if position < 0.05 else "upper" if position > 0.95 else ""


@dataclass(frozen=True)
class Uniform(_Numbers):
    """Numbers from `low` to `high`, all alike.

    >>> Uniform(0.0, 0.5).at(0.5)
    0.25
    """


@dataclass(frozen=True)
class LogUniform(_Numbers):
    """Positive numbers from `low` to `high`, every power of ten alike.

    >>> LogUniform(1e-4, 1.0).at(0.5)
    0.01
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low <= 0:
            raise OptionError(
                f"LogUniform: from {self.low}. A logarithmic scale has no 0: begin above it, or "
                "take Uniform."
            )

    def _scale(self, value: float) -> float:
        return math.log(value)

    def _number(self, place: float) -> float:
        return super()._number(math.exp(place))


@dataclass(frozen=True)
class Integers(_Numbers):
    """Whole numbers from `low` to `high`; those far above 0 on a logarithmic scale.

    The scale is logarithmic where `high` is at least eight times `low`: 16 to 32 matters as
    much as 128 to 256.

    >>> Integers(8, 512).at(0.5), Integers(1, 4).grid(4)
    (64, [1, 2, 3, 4])
    """

    kinds = (int,)
    noun = "whole number"
    low: int
    high: int

    @property
    def _is_log(self) -> bool:
        return self.low > 0 and self.high >= 8 * self.low

    def _scale(self, value: float) -> float:
        return math.log(value) if self._is_log else value

    def _number(self, place: float) -> int:
        return round(min(max(math.exp(place) if self._is_log else place, self.low), self.high))


@dataclass(frozen=True)
class Choice(Range):
    """One of `values`, which need not be numbers and have no order.

    >>> Choice(("relu", "tanh")).at(0.7)
    'tanh'
    """

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise OptionError("Choice: no values. There must be at least one to choose.")

    def at(self, position: float) -> Any:
        """The value at a position from 0 up to 1."""
        return self.values[min(int(position * len(self.values)), len(self.values) - 1)]

    def coordinates(self, value: Any) -> list[float]:
        """A number for each value: 1 for this one."""
        return [float(known == value) for known in self.values]

    def narrowed(self, values: Sequence[Any]) -> "Choice":
        """The choices that are among some values."""
        return Choice(tuple(known for known in self.values if known in values) or self.values)

    def grid(self, count: int) -> list[Any]:
        """All values: none lies between others."""
        return list(self.values)

    def restored(self, value: Any) -> Any:
        """The value that a file gave back as this one: tuples come back as lists."""
        for known in self.values:
            if known == value or (isinstance(known, tuple) and list(known) == value):
                return known
        raise ValueError(f"{value!r} is none of {self.values}")


Space = Mapping[str, Range]


def check_space(space: Space) -> None:
    """Raise OptionError for a space with nothing in it, or with something that is no range."""
    if not space:
        raise OptionError("search: the space is empty. Name at least one hyperparameter.")
    for name, found in space.items():
        if not isinstance(found, Range):
            raise OptionError(
                f"search: {name} is {found!r}. A space gives each name a range: Uniform, "
                "LogUniform, Integers or Choice."
            )
