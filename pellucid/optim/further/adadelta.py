"""Steps in the units of the weights, from the steps before.

Adadelta    w <- w - rms(steps) / rms(gradients) g
"""

from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.creation import zeros_like
from pellucid.optim.adaptive import running_mean
from pellucid.optim.optimizer import Optimizer, Slots, Updated
from pellucid.optim.rules import Step
from pellucid.optim.schedules import check, check_fraction
from pellucid.tensor import Tensor


@dataclass(eq=False)
class Adadelta(Optimizer):
    """As RMSProp, with the root mean square of its own last steps in the place of a rate.

        h <- rho h + (1 - rho) g^2
        d = sqrt(u + eps) / sqrt(h + eps) g;    u <- rho u + (1 - rho) d^2
        w <- w - learning_rate d

    Both eps stand inside the roots, and the first step is about sqrt(eps): from it the steps
    grow by themselves. The paper has no learning rate, which is 1 here.
    Shapes: h and u as w. PyTorch 2.13 has the same formula with rho 0.9.
    Source: Zeiler 2012 (arXiv 1212.5701), algorithm 1, rho and eps of its section 4.1.
    """

    learning_rate: Any = 1.0
    _: KW_ONLY
    rho: float = 0.95
    eps: float = 1e-6

    def _check(self) -> None:
        check_fraction("Adadelta", "rho", self.rho)
        check("Adadelta", "eps", self.eps)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"h": zeros_like(w), "u": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        rho = self.rho
        eps = self.eps
        h = running_mean(rho, state["h"], g * g)
        of_gradients = (h + eps).sqrt()
        of_steps = (state["u"] + eps).sqrt()
        d = of_steps / of_gradients * g
        u = running_mean(rho, state["u"], d * d)
        new = w - step.learning_rate * d
        return new, {"h": h, "u": u}
