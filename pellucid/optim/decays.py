"""Schedules that fall from the first update on, or after a rise, and end where they are told.

    LinearDecay          in a straight line
    PolynomialDecay      along a power of what is left
    InverseSquareRoot    up in a straight line, then with one over the root of the updates

They are functions of the updates done before, as all schedules: see `pellucid.optim.schedules`.
"""

from dataclasses import dataclass

from pellucid.optim.schedules import Schedule, check
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class LinearDecay(Schedule):
    """learning_rate + (final - learning_rate) step / steps; then it stays at final.

    A `final` above the start is a rise in a straight line. As PyTorch's LinearLR, which is told
    both ends as factors of the optimizer's rate, and begins at a third of it if it is told
    nothing. Keras has PolynomialDecay of power 1, whose end is 0.0001 if it is not said.

    >>> LinearDecay(0.4, steps=4)([0, 1, 2, 4, 9])
    tensor([0.4, 0.3, 0.2, 0. , 0. ], float32)
    """

    learning_rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        check("LinearDecay", "learning_rate", self.learning_rate)
        check("LinearDecay", "steps", self.steps, least=1)
        check("LinearDecay", "final", self.final, zero=True)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        return _left(step, self.steps) * (self.learning_rate - self.final) + self.final


@dataclass(frozen=True)
class PolynomialDecay(Schedule):
    """final + (learning_rate - final) (1 - step / steps)^power; then it stays at final.

    Power 1 is a straight line, 2 falls faster first and slower at last, 1/2 the other way round.
    As PyTorch's PolynomialLR, which always ends at 0.
    Source: Liu et al. 2015 (arXiv 1506.04579), section 4, with power 0.9.

    >>> PolynomialDecay(1.0, steps=4, power=2.0)([0, 1, 2, 3, 4])
    tensor([1.    , 0.5625, 0.25  , 0.0625, 0.    ], float32)
    """

    learning_rate: float
    steps: int
    power: float
    final: float = 0.0

    def __post_init__(self) -> None:
        check("PolynomialDecay", "learning_rate", self.learning_rate)
        check("PolynomialDecay", "steps", self.steps, least=1)
        check("PolynomialDecay", "power", self.power)
        check("PolynomialDecay", "final", self.final, zero=True)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        share = _left(step, self.steps) ** self.power
        return share * (self.learning_rate - self.final) + self.final


@dataclass(frozen=True)
class InverseSquareRoot(Schedule):
    """learning_rate min(t / warm_up, sqrt(warm_up / t)), where t = step + 1 counts from 1.

    It rises to `learning_rate`, which update number `warm_up` has, and then falls for ever: four
    times as many updates halve it. With warm_up 1 it falls from the first update on. The rate of
    the source is that of learning_rate = 1 / sqrt(width warm_up). The one of Hugging Face counts
    t from 0, so that its first update changes nothing.
    Source: Vaswani et al. 2017 (arXiv 1706.03762), equation 3.

    >>> InverseSquareRoot(0.4, warm_up=4)([0, 1, 3, 15, 63])
    tensor([0.1, 0.2, 0.4, 0.2, 0.1], float32)
    """

    learning_rate: float
    warm_up: int = 1

    def __post_init__(self) -> None:
        check("InverseSquareRoot", "learning_rate", self.learning_rate)
        check("InverseSquareRoot", "warm_up", self.warm_up, least=1)

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate, from a tensor of floats of any shape."""
        part = (step + 1.0) / float(self.warm_up)
        return part.minimum((1.0 / part).sqrt()) * self.learning_rate


def _left(step: Tensor, steps: int) -> Tensor:
    """The share of all steps that is left: exactly 0 from the last on, as a division gives it."""
    return 1.0 - (step / float(steps)).minimum(1.0)
