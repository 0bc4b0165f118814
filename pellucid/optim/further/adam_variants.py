"""Adam with another start, another look ahead, or another norm.

RAdam       no division while too few gradients have come
NAdam       the momentum of the next step is taken already
NAdamConstant    as PyTorch and Keras write it
Adamax      divided by the largest gradient of late
AdamEpsilonHat   eps beside the root before its correction, as Keras writes it
"""

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.creation import ones, zeros_like
from pellucid.optim.adaptive import Adam, correction, running_mean
from pellucid.optim.optimizer import Optimizer, Slots, Updated
from pellucid.optim.rules import Step
from pellucid.optim.schedules import check, check_fraction
from pellucid.tensor import Tensor


@dataclass(eq=False)
class RAdam(Adam):
    """Adam that divides by sqrt(v) only once enough gradients stand behind it.

        most = 2 / (1 - beta2) - 1;    rho = most - 2 t beta2^t / (1 - beta2^t)
        r = sqrt((rho - 4) (rho - 2) most / ((most - 4) (most - 2) rho))
        w <- w - learning_rate r m' / (sqrt(v') + eps / sqrt(1 - beta2^t))    where rho > threshold
        w <- w - learning_rate m'                                             before

    m, v, m' and v' as in Adam; rho is about the number of gradients in v. The paper has no eps:
    this place of it, beside the root of v before its correction, is that of the authors' program.
    With the paper's threshold, 4, updates divide from the fifth on. PyTorch 2.13 is
    `RAdam(threshold=5.0)`, and divides from the sixth on.
    Shapes: m and v as w.
    Source: Liu et al. 2019 (arXiv 1908.03265), algorithm 2.
    """

    _: KW_ONLY
    threshold: float = 4.0

    def _check(self) -> None:
        super()._check()
        check("RAdam", "threshold", self.threshold, least=4.0)

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        m, v = self._means(g, state)
        move = m * correction(self.beta1, step.number)
        most = 2.0 / (1.0 - self.beta2) - 1.0
        if most > self.threshold:
            divides, factor = self._rectified(most, step.number)
            root = v.sqrt() + self.eps
            divided = move * factor.astype(w.dtype) / root
            move = divides.where(divided, move)
        new = w - step.learning_rate * move
        return new, {"m": m, "v": v}

    def _rectified(self, most: float, number: Tensor) -> tuple[Tensor, Tensor]:
        """Whether updates divide, and r sqrt(1 - beta2^t).

        In float64: rho is a small difference of large numbers.
        """
        t = number.astype("float64")
        exponent = t * math.log(self.beta2)
        there = -exponent.expm1()
        missing = 2.0 * t * exponent.exp()
        rho = most - missing / there
        square = _freedom(rho) / _freedom(most)
        factor = square.maximum(0.0) * there
        return rho > self.threshold, factor.sqrt()


def _freedom(rho: Any) -> Any:
    """(rho - 4) (rho - 2) / rho: one over it is about how uncertain a root of v is."""
    return (rho - 4.0) * (rho - 2.0) / rho


@dataclass(eq=False)
class NAdam(Adam):
    """Adam with Nesterov's look ahead, and a momentum that grows from beta1 / 2 to beta1.

        mu_t = beta1 (1 - 0.96^(t decay) / 2);    p_t = mu_1 mu_2 ... mu_t
        m <- mu_t m + (1 - mu_t) g;               v <- beta2 v + (1 - beta2) g^2
        m' = mu_(t+1) m / (1 - p_(t+1)) + (1 - mu_t) g / (1 - p_t);    v' = beta2 v / (1 - beta2^t)
        w <- w - learning_rate m' / (sqrt(v') + eps)

    `NAdamConstant` is the form of PyTorch 2.13.
    Shapes: m and v as w; p is a single number.
    Source: Dozat 2016, Incorporating Nesterov momentum into Adam (ICLR workshop), algorithm 2;
    decay 0.004 and learning rate 0.002 as in its section 3.
    """

    learning_rate: Any = 0.002
    _: KW_ONLY
    decay: float = 0.004

    def _check(self) -> None:
        super()._check()
        check(type(self).__name__, "decay", self.decay, zero=True)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return super().start(w) | {"p": ones((), dtype=w.dtype)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        number = step.number
        mu = self._momentum(number)
        then = self._momentum(number + 1.0)
        p = state["p"] * mu
        m, v = self._means_at(mu, g, state)
        of_m = then / (1.0 - p * then)
        of_g = (1.0 - mu) / (1.0 - p)
        ahead = m * of_m + g * of_g
        root = (v * self._share(number)).sqrt()
        new = w - step.learning_rate * ahead / (root + self.eps)
        return new, {"m": m, "v": v, "p": p}

    def _momentum(self, number: Tensor) -> Tensor:
        """mu at an update."""
        rate = self.decay * math.log(0.96)
        missing = 0.5 * (number * rate).exp()
        return self.beta1 * (1.0 - missing)

    def _means_at(self, mu: Tensor, g: Tensor, state: Slots) -> tuple[Tensor, Tensor]:
        """m and v with this gradient."""
        m = running_mean(mu, state["m"], g)
        v = running_mean(self.beta2, state["v"], g * g)
        return m, v

    def _share(self, number: Tensor) -> Tensor:
        """What v is multiplied by."""
        return self.beta2 * correction(self.beta2, number)


@dataclass(eq=False)
class NAdamConstant(NAdam):
    """NAdam whose mean of gradients has a momentum that stays the same, as PyTorch's.

        m <- beta1 m + (1 - beta1) g;    v' = v / (1 - beta2^t);    all else as in NAdam

    It differs from the paper in these two lines: mu_t enters the step, and not m. The Nadam of
    Keras 3.15 is `NAdamConstant(decay=1.0, eps=1e-7)`, whose momentum grows 250 times as fast.
    Source: PyTorch 2.13, torch.optim.NAdam.
    """

    def _means_at(self, mu: Tensor, g: Tensor, state: Slots) -> tuple[Tensor, Tensor]:
        return self._means(g, state)

    def _share(self, number: Tensor) -> Tensor:
        return correction(self.beta2, number)


@dataclass(eq=False)
class AdamEpsilonHat(Adam):
    """Adam with eps beside the root of v, which is not corrected then.

        w <- w - learning_rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + eps)

    The paper's shorter form, with its eps-hat. It is Adam whose eps is larger at first: eps /
    sqrt(1 - beta2^t), 32 times as large in the first update. So it is in Keras 3.15.
    Shapes: m and v as w.
    Source: Kingma and Ba 2014 (arXiv 1412.6980), end of section 2; eps as in Keras.
    """

    _: KW_ONLY
    eps: float = 1e-7

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        number = step.number
        m, v = self._means(g, state)
        there = 1.0 / correction(self.beta2, number)
        factor = there.sqrt() * correction(self.beta1, number)
        root = v.sqrt() + self.eps
        new = w - step.learning_rate * factor * m / root
        return new, {"m": m, "v": v}


@dataclass(eq=False)
class Adamax(Optimizer):
    """Adam with the largest gradient of late in the place of a root of a mean square.

        m <- beta1 m + (1 - beta1) g;    u <- max(beta2 u, |g| + eps)
        w <- w - learning_rate / (1 - beta1^t) m / u

    The paper has no eps: it is 0 here, and a weight that had no gradient yet stays. PyTorch 2.13
    is `Adamax(eps=1e-8)`. A step is hardly ever larger than the learning rate.
    Shapes: m and u as w.
    Source: Kingma and Ba 2014 (arXiv 1412.6980), algorithm 2.
    """

    learning_rate: Any = 0.002
    _: KW_ONLY
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 0.0

    def _check(self) -> None:
        check_fraction("Adamax", "beta1", self.beta1)
        check_fraction("Adamax", "beta2", self.beta2)
        check("Adamax", "eps", self.eps, zero=True)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"m": zeros_like(w), "u": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        m = running_mean(self.beta1, state["m"], g)
        remembered = self.beta2 * state["u"]
        u = remembered.maximum(g.abs() + self.eps)
        corrected = m * correction(self.beta1, step.number)
        # Where u is 0 there was no gradient, and m is 0 too.
        divisor = (u == 0.0).where(1.0, u)
        new = w - step.learning_rate * corrected / divisor
        return new, {"m": m, "u": u}
