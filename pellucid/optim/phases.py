"""Schedules of several phases, each of which counts its updates from its own start.

    CosineRestarts    half a cosine, over and over, each time longer
    Chain             schedules one after another

They are functions of the updates done before, as all schedules: see `pellucid.optim.schedules`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.errors import OptionError
from pellucid.optim.schedules import Schedule, check
from pellucid.refusals import require
from pellucid.tensor import Tensor, tensor

LAST = 2**31  # update numbers are int32


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """final + (learning_rate - final) (1 + cos(pi t / T)) / 2, where t and T begin anew.

    The first period has T = `period` updates, each further one `factor` times as many as the one
    before; t counts the updates of the present period, from 0. So the first update of a period
    has `learning_rate`, and the last one a little more than `final`. At whole updates as
    PyTorch's CosineAnnealingWarmRestarts. Momentum is not begun anew, here nor there.
    Source: Loshchilov and Hutter 2016 (arXiv 1608.03983), equation 5, SGDR.

    >>> CosineRestarts(0.4, period=2, factor=2)([0, 2, 3, 6, 14])
    tensor([0.4       , 0.4       , 0.34142137, 0.4       , 0.4       ], float32)
    """

    learning_rate: float
    period: int
    factor: int = 1
    final: float = 0.0

    def __post_init__(self) -> None:
        check("CosineRestarts", "learning_rate", self.learning_rate)
        for name in ("period", "factor"):
            require("CosineRestarts", name, getattr(self, name), int)
            check("CosineRestarts", name, getattr(self, name), least=1)
        check("CosineRestarts", "final", self.final, zero=True)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        done, length = self._place(step)
        angle = (step - done) / length * math.pi
        half = (self.learning_rate - self.final) / 2.0
        return (angle.cos() + 1.0) * half + self.final

    def _place(self, step: Tensor) -> tuple[Tensor, Tensor | float]:
        """Updates before the present period, and updates in it.

        By comparison with the restarts themselves: these are whole numbers, and exact, where a
        logarithm would miss the update that a period begins with.
        """
        if self.factor == 1:
            period = float(self.period)
            return (step / period).floor() * period, period
        lengths = self._lengths
        restarts = _row(lengths.cumsum(), step)
        begun = step.expand_dims(-1) >= restarts
        done = _sum_where(begun, _row(lengths, step))
        longer = _sum_where(begun, _row(lengths * (self.factor - 1), step))
        return done, longer + float(self.period)

    @property
    def _lengths(self) -> np.ndarray:
        """The updates of each period that ends before the last update that can be counted."""
        most = int(math.log(LAST, self.factor)) + 1
        lengths = float(self.period) * float(self.factor) ** np.arange(most)
        return lengths[lengths.cumsum() < LAST]


@dataclass(frozen=True)
class Chain(Schedule):
    """Schedules one after another: each counts from its own start, update 0.

    `at[i]` is the number of updates before schedule i + 1 begins: that many have the rates of
    those before it. As optax's join_schedules, and as PyTorch's SequentialLR of schedules that
    need not know the rate before theirs (its ChainedScheduler multiplies schedules instead).
    Errors: OptionError unless there are one more schedules than numbers, which grow.

    >>> from pellucid.optim import Constant, LinearDecay
    >>> Chain([Constant(0.1), LinearDecay(0.4, steps=4)], at=[2])([0, 1, 2, 3, 6])
    tensor([0.1, 0.1, 0.4, 0.3, 0. ], float32)
    """

    schedules: Sequence[Schedule]
    at: Sequence[int]

    def __post_init__(self) -> None:
        schedules = self._listed("schedules", Schedule)
        at = self._listed("at", int)
        grows = all(a < b for a, b in pairwise((0, *at)))
        if not grows or len(at) != max(len(schedules) - 1, 1):
            raise OptionError(
                f"Chain: {len(schedules)} schedules, which change at {list(at)}. Each after the "
                "first begins at a number of updates, above 0 and above the one before: "
                "Chain([first, second, third], at=[100, 500])."
            )

    def _listed(self, name: str, kind: type) -> tuple[Any, ...]:
        """A field as a tuple, which nobody changes any more."""
        given = getattr(self, name)
        if not isinstance(given, list | tuple):
            raise OptionError(
                f"Chain: {name} is of type {type(given).__name__}. It is a list: "
                "Chain([first, second], at=[100])."
            )
        for i, each in enumerate(given):
            require("Chain", f"{name}[{i}]", each, kind)
        object.__setattr__(self, name, tuple(given))
        return tuple(given)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        first, *others = self.schedules
        found = first.rate(step.minimum(float(self.at[0])))
        ends = (*self.at[1:], LAST)
        for schedule, start, end in zip(others, self.at, ends, strict=True):
            # Within its own updates alone: beyond, a rate that grows would overflow unseen.
            own = (step - float(start)).maximum(0.0)
            rate = schedule.rate(own.minimum(float(end - start)))
            found = (step >= float(start)).where(rate, found)
        return found


def _row(numbers: np.ndarray, like: Tensor) -> Tensor:
    return tensor(numbers.astype(like.dtype))


def _sum_where(chosen: Tensor, numbers: Tensor) -> Tensor:
    """The sum over the last axis of the numbers that are chosen."""
    return chosen.where(numbers, numbers * 0.0).sum(axis=-1)
