"""Gradient descent, and two ways to give it momentum.

SGD         down the gradient
Momentum    with a velocity that friction slows
Nesterov    with a velocity, looking ahead
"""

from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.creation import zeros_like
from pellucid.optim.optimizer import Optimizer, Slots, Updated
from pellucid.optim.rules import Step
from pellucid.optim.schedules import check_fraction
from pellucid.tensor import Tensor


@dataclass(eq=False)
class SGD(Optimizer):
    """w <- w - learning_rate g.  Source: Robbins and Monro 1951.

    The gradient points where the loss rises fastest, so the step goes against it. It leads to
    a point without slope: for a convex loss, as that of logistic regression, the minimum; the
    loss of a network is not convex, and such a point one of many. The learning rate may be a
    `Schedule`, as in every optimizer.
    """

    learning_rate: Any = 0.01

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        return w - step.learning_rate * g, {}


@dataclass(eq=False)
class Momentum(Optimizer):
    """v <- momentum v + g;  w <- w - learning_rate v.

    `momentum` is the friction: 0 is plain descent, 1 would never slow down. A gradient counts
    for about 1 / (1 - momentum) steps: 10 at 0.9, where 0.9^60 = 0.0018 is left after 60.
    Source: Polyak 1964; this form, with the learning rate outside of v, as PyTorch's SGD. With
    a learning rate that does not change, v <- momentum v - learning_rate g; w <- w + v takes
    the same steps.
    """

    learning_rate: Any = 0.01
    _: KW_ONLY
    momentum: float = 0.9

    def _check(self) -> None:
        check_fraction(type(self).__name__, "momentum", self.momentum, one=True)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"v": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        v = self.momentum * state["v"] + g
        return w - step.learning_rate * v, {"v": v}


@dataclass(eq=False)
class Nesterov(Momentum):
    """v <- momentum v + g;  w <- w - learning_rate (g + momentum v).

    The step that the velocity would take next is taken already. Source: Nesterov 1983; this
    form as Sutskever et al. 2013, section 2, rewritten for the point looked ahead to, and as
    PyTorch's SGD.
    """

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        v = self.momentum * state["v"] + g
        return w - step.learning_rate * (g + self.momentum * v), {"v": v}
