"""Optimizers with a step of its own for every number, from the gradients it has seen.

AdaGrad     all of them: steps only shrink
RMSProp     the recent ones: AdaGrad that forgets
Adam        RMSProp with momentum, both corrected for their start at 0
AdamW       Adam with decay apart from the gradient
"""

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.creation import zeros_like
from pellucid.optim.optimizer import Optimizer, Slots, Updated
from pellucid.optim.rules import Step
from pellucid.optim.schedules import check, check_fraction
from pellucid.tensor import Tensor


@dataclass(eq=False)
class AdaGrad(Optimizer):
    """h <- h + g^2;  w <- w - learning_rate g / (sqrt(h) + eps).

    h adds up over all updates; set back to 0 each time, the steps would be the sign of g.
    Source: Duchi et al. 2011, section 1.1, with the diagonal; eps as in textbooks.
    """

    learning_rate: Any = 0.01
    _: KW_ONLY
    eps: float = 1e-7

    def _check(self) -> None:
        check(type(self).__name__, "eps", self.eps)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"h": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        h = state["h"] + g * g
        return w - step.learning_rate * g / (h.sqrt() + self.eps), {"h": h}


@dataclass(eq=False)
class RMSProp(Optimizer):
    """h <- rho h + (1 - rho) g^2;  w <- w - learning_rate g / (sqrt(h) + eps).

    Source: Tieleman and Hinton 2012, Neural networks for machine learning, lecture 6e, with
    its rho 0.9 and learning rate 0.001; PyTorch has 0.99 and 0.01.
    """

    learning_rate: Any = 0.001
    _: KW_ONLY
    rho: float = 0.9
    eps: float = 1e-7

    def _check(self) -> None:
        check_fraction(type(self).__name__, "rho", self.rho)
        check(type(self).__name__, "eps", self.eps)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"h": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        h = running_mean(self.rho, state["h"], g * g)
        return w - step.learning_rate * g / (h.sqrt() + self.eps), {"h": h}


@dataclass(eq=False)
class Adam(Optimizer):
    """Momentum over the root of a mean square, both corrected for their start at 0.

        m <- beta1 m + (1 - beta1) g;    v <- beta2 v + (1 - beta2) g^2
        m' = m / (1 - beta1^t);          v' = v / (1 - beta2^t)
        w <- w - learning_rate m' / (sqrt(v') + eps)

    t counts the updates, from 1. What is corrected are the two running means, which begin at 0
    and would be too small at first, not the options beta1 and beta2.
    Source: Kingma and Ba 2014 (arXiv 1412.6980), algorithm 1.
    """

    learning_rate: Any = 0.001
    _: KW_ONLY
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def _check(self) -> None:
        check_fraction(type(self).__name__, "beta1", self.beta1)
        check_fraction(type(self).__name__, "beta2", self.beta2)
        check(type(self).__name__, "eps", self.eps)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"m": zeros_like(w), "v": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        m, v = self._means(g, state)
        corrected_m = m * correction(self.beta1, step.number)
        corrected_v = v * correction(self.beta2, step.number)
        new = w - step.learning_rate * corrected_m / (corrected_v.sqrt() + self.eps)
        return new, {"m": m, "v": v}

    def _means(self, g: Tensor, state: Slots) -> tuple[Tensor, Tensor]:
        """The two running means with this gradient."""
        m = running_mean(self.beta1, state["m"], g)
        v = running_mean(self.beta2, state["v"], g * g)
        return m, v


@dataclass(eq=False)
class AdamW(Adam):
    """Adam, after w <- w - learning_rate weight_decay w.

    Decay does not pass through m and v, so that every weight decays alike; in Adam with `l2`
    it is divided by the size of the gradients. Source: Loshchilov and Hutter 2017
    (arXiv 1711.05101), algorithm 2; decay times the learning rate, as in PyTorch.
    """

    _: KW_ONLY
    weight_decay: float = 0.01


def running_mean(beta: float | Tensor, mean: Tensor, new: Tensor) -> Tensor:
    """beta mean + (1 - beta) new: about the mean of the last 1 / (1 - beta)."""
    return beta * mean + (1.0 - beta) * new


def correction(beta: float, number: Tensor) -> Tensor:
    """1 / (1 - beta^t). As expm1: in float32, beta^t near 1 would lose its difference from 1."""
    if beta == 0.0:
        return number * 0.0 + 1.0
    return -1.0 / (number * math.log(beta)).expm1()
