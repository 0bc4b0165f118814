"""Schedules: the learning rate as a function of the number of updates done before.

    Constant            always the same
    StepDecay           times a factor every so many updates
    ExponentialDecay    times a factor at every update, smoothly
    CosineDecay         down along half a cosine
    WarmUp              up in a straight line, then another schedule
    OneCycle            up and down along half cosines

More of them stand in `decays`, and in `phases` those that begin anew or follow one another.
A schedule is a pure function of a step, 0 for the first update, and is computed with tensors:
it works inside a compiled step, can be drawn as a curve, and has no order of calls to get
wrong. An epoch is as many updates as there are batches.
"""

import math
from dataclasses import dataclass
from typing import Any

from pellucid.errors import OptionError, is_finite
from pellucid.primitives.base import FLOATS
from pellucid.refusals import KINDS, Kind, Strict, require
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor


class Schedule(Strict):
    """The base: a subclass defines `rate`."""

    @strict
    def __call__(self, step: Any) -> Tensor:
        """The learning rate after `step` updates, in float32 unless step is a float64 tensor."""
        steps = step.read() if isinstance(step, Tensor) else tensor(step)
        return self.rate(steps if steps.dtype in FLOATS else steps.astype("float32"))

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        raise NotImplementedError(f"{type(self).__name__} must define rate")


KINDS[Schedule] = Kind("It is a schedule: pellucid.optim.Constant(0.1)")


@dataclass(frozen=True)
class Constant(Schedule):
    """Always `learning_rate`."""

    learning_rate: float

    def __post_init__(self) -> None:
        check("Constant", "learning_rate", self.learning_rate)

    def rate(self, step: Tensor) -> Tensor:
        """The rate, the same for every step."""
        return step * 0.0 + self.learning_rate


@dataclass(frozen=True)
class StepDecay(Schedule):
    """learning_rate factor^floor(step / every).

    >>> StepDecay(0.1, every=10, factor=0.5)([0, 9, 10, 20])
    tensor([0.1  , 0.1  , 0.05 , 0.025], float32)
    """

    learning_rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        check("StepDecay", "learning_rate", self.learning_rate)
        check("StepDecay", "every", self.every, least=1)
        check("StepDecay", "factor", self.factor)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        times = (step / float(self.every)).floor()
        return (times * math.log(self.factor)).exp() * self.learning_rate


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """learning_rate factor^(step / every)."""

    learning_rate: float
    factor: float
    every: int = 1

    def __post_init__(self) -> None:
        check("ExponentialDecay", "learning_rate", self.learning_rate)
        check("ExponentialDecay", "factor", self.factor)
        check("ExponentialDecay", "every", self.every, least=1)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        return (step * (math.log(self.factor) / self.every)).exp() * self.learning_rate


@dataclass(frozen=True)
class CosineDecay(Schedule):
    """final + (learning_rate - final) (1 + cos(pi step / steps)) / 2; then it stays at final.

    Source: Loshchilov and Hutter 2016 (arXiv 1608.03983), equation 5, without restarts.
    """

    learning_rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        check("CosineDecay", "learning_rate", self.learning_rate)
        check("CosineDecay", "steps", self.steps, least=1)
        check("CosineDecay", "final", self.final, zero=True)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        return _half_cosine(step * (1.0 / self.steps), self.learning_rate, self.final)


@dataclass(frozen=True)
class WarmUp(Schedule):
    """In `steps` updates from 1/steps of the start of another schedule up to it, then on.

    >>> WarmUp(4, Constant(0.4))([0, 1, 2, 3, 4])
    tensor([0.1, 0.2, 0.3, 0.4, 0.4], float32)
    """

    steps: int
    then: Schedule

    def __post_init__(self) -> None:
        check("WarmUp", "steps", self.steps, least=1)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        part = ((step + 1.0) * (1.0 / self.steps)).minimum(1.0)
        return self.then.rate((step - float(self.steps)).maximum(0.0)) * part


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up from peak / 25 to peak during `rise` of all steps, then down to peak / 250,000.

    Both along half a cosine. Source: Smith and Topin 2017 (arXiv 1708.07120); this form, with
    its divisors, as PyTorch's OneCycleLR.
    """

    peak: float
    steps: int
    rise: float = 0.3

    def __post_init__(self) -> None:
        check("OneCycle", "peak", self.peak)
        check("OneCycle", "steps", self.steps, least=2)
        if not 1.0 / self.steps < self.rise < 1.0:
            raise OptionError(
                f"OneCycle: rise {self.rise} of {self.steps} steps. It is the fraction of steps "
                "on the way up: more than one step, and less than all."
            )

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        top = self.rise * self.steps - 1.0
        low = self.peak / 25.0
        up = _half_cosine(step * (1.0 / top), low, self.peak)
        down = _half_cosine((step - top) * (1.0 / (self.steps - 1.0 - top)), self.peak, low * 1e-4)
        return (step <= top).where(up, down)


def _half_cosine(part: Tensor, first: float, last: float) -> Tensor:
    """From first to last along half a cosine, as part goes from 0 to 1."""
    angle = part.maximum(0.0).minimum(1.0) * math.pi
    return (angle.cos() + 1.0) * ((first - last) / 2.0) + last


def check(
    where: str, name: str, value: float, *, least: float | None = None, zero: bool = False
) -> None:
    """Refuse a number that is not finite, or not positive, or less than the least."""
    require(where, name, value, float)
    if least is not None:
        fits = value >= least
        rule = f"at least {least}"
    else:
        fits = value > 0.0 or (zero and value == 0.0)
        rule = "0 or more" if zero else "above 0"
    if not (fits and is_finite(value)):
        raise OptionError(f"{where}: {name} {value}. It must be {rule}, and finite.")


def check_fraction(where: str, name: str, value: float, *, one: bool = False) -> None:
    """Refuse a number outside 0 to 1; 1 itself only where `one` says so."""
    if not (0.0 <= value < 1.0 or (one and value == 1.0)) or math.isnan(value):
        upper = "1 included" if one else "1 not included"
        raise OptionError(f"{where}: {name} {value}. It lies between 0 and 1, {upper}.")
