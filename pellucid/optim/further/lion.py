"""Steps of one size, by the sign of a mean gradient.

Lion        w <- w - learning_rate sign(beta1 m + (1 - beta1) g)
"""

from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.creation import zeros_like
from pellucid.optim.adaptive import running_mean
from pellucid.optim.optimizer import Optimizer, Slots, Updated
from pellucid.optim.rules import Step
from pellucid.optim.schedules import check_fraction
from pellucid.tensor import Tensor


@dataclass(eq=False)
class Lion(Optimizer):
    """Every weight moves by the learning rate, or stays where the mean is exactly 0.

        w <- w - learning_rate sign(beta1 m + (1 - beta1) g);    m <- beta2 m + (1 - beta2) g

    The mean that is kept remembers longer than the one that decides. Steps are as large as the
    learning rate, whatever the gradients: it is chosen 3 to 10 times smaller than for Adam, and
    `weight_decay`, which is none by default, as much larger.
    Shapes: m as w. PyTorch 2.13 has no Lion.
    Source: Chen et al. 2023 (arXiv 2302.06675), algorithm 2, and the learning rate of its program.
    """

    learning_rate: Any = 1e-4
    _: KW_ONLY
    beta1: float = 0.9
    beta2: float = 0.99

    def _check(self) -> None:
        check_fraction("Lion", "beta1", self.beta1)
        check_fraction("Lion", "beta2", self.beta2)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"m": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        before = state["m"]
        direction = running_mean(self.beta1, before, g)
        m = running_mean(self.beta2, before, g)
        new = w - step.learning_rate * direction.sign()
        return new, {"m": m}
