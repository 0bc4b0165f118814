"""Descent whose average takes the place of a schedule of learning rates.

ScheduleFree        what both share: three points, of which the parameter holds one
ScheduleFreeSGD     plain descent at one end
ScheduleFreeAdamW   Adam's division, without its momentum, at one end
ScheduleFreeAdamWCorrected   the same, as the authors' program has it
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.creation import zeros, zeros_like
from pellucid.errors import OptionError
from pellucid.optim.adaptive import correction, running_mean
from pellucid.optim.optimizer import Optimizer, Slots, Updated
from pellucid.optim.rules import Rule, Step
from pellucid.optim.schedules import check, check_fraction
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.variables import Variable, lent


@dataclass(eq=False)
class ScheduleFree(Optimizer):
    """Three points: z descends, x is its average, and gradients are taken at y between them.

        y = (1 - momentum) z + momentum x
        z <- z - rate d;    x <- (1 - c) x + c z

    d is the direction at y. `c` is rate^2 over the sum of all such squares up to this update,
    to which the start, where z and x are the weights, adds `start_weight` times that of the
    first update. A parameter holds y, which training needs. What a model is used with is x:
    `Trainer` measures, keeps and saves x, and goes on from y; in a loop of one's own
    `with optimizer.shown():` has the parameters hold x inside. The learning rate need not fall;
    it may rise at first, by `WarmUp`. Decay is at y, and part of d. Running statistics of batch
    norm are those that the steps met, at y.
    Errors: OptionError for a rule that changes weights beside the update, as MaxNorm: it would
    change y, which the next update makes anew from z and x.
    """

    learning_rate: Any
    _: KW_ONLY
    momentum: float = 0.9
    start_weight: float = 0.0

    def _check(self) -> None:
        name = type(self).__name__
        check_fraction(name, "momentum", self.momentum)
        check(name, "start_weight", self.start_weight, zero=True)
        for rule in self.rules:
            kind = type(rule)
            if kind.before is not Rule.before or kind.after is not Rule.after:
                raise OptionError(
                    f"{name}: the rule {kind.__name__} changes weights beside the "
                    "update. The next update makes them anew from an average and its end: use a "
                    "rule for gradients, as Penalty(l2=...), or another optimizer."
                )

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update, which takes z and x from w."""
        mass = zeros((), dtype=w.dtype)
        return {"x": w * 1.0, "z": zeros_like(w), "mass": mass}

    def decayed(self, w: Tensor, step: Step) -> Tensor:
        """The weight as it is: decay is part of the direction."""
        return w

    def averages(self) -> dict[str, Variable]:
        """x of each parameter, by path."""
        return {path: slots["x"] for path, slots in self.slots.items()}

    @contextmanager
    @strict
    def shown(self) -> Iterator[None]:
        """Inside, the parameters hold x, which a model is measured, used and saved with."""
        averages = self.averages()
        with lent({w: averages[path].held() for path, w in self.parameters.items()}):
            yield

    def _moved(
        self,
        y: Tensor,
        state: Slots,
        direction: Tensor,
        rate: Tensor,
        counted: Tensor | None = None,
    ) -> Updated:
        """y, and z, x and the sum of squares, after an update.

        `counted`: the rate that the average counts by, if it is another.
        """
        before = state["mass"]
        is_first = before == 0.0
        z = is_first.where(y, state["z"]) - rate * direction
        x = is_first.where(y, state["x"])
        counted = rate if counted is None else counted
        square = counted * counted
        mass = is_first.where(square * self.start_weight, before) + square
        share = square / (mass == 0.0).where(1.0, mass)
        x = x + (z - x) * share
        y = z + (x - z) * self.momentum
        return y, {"x": x, "z": z, "mass": mass}


@dataclass(eq=False)
class ScheduleFreeSGD(ScheduleFree):
    """Plain descent with gradients between it and its average: d = g + weight_decay y.

    With a learning rate that stays the same x is the mean of the start and of z after each
    update: c = 1 / (t + 1) at update t. Learning rates are those of plain descent, or up to ten
    times as large. The authors' program, schedulefree 1.4.1, is
    `ScheduleFreeSGD(start_weight=0.0)`: there the start does not count. PyTorch 2.13 has none.
    Shapes: x and z as w; the sum of squares is a single number.
    Source: Defazio et al. 2024, The road less scheduled (arXiv 2405.15682), equations 3 to 5;
    rates that change as in its section 4.
    """

    learning_rate: Any = 1.0
    _: KW_ONLY
    start_weight: float = 1.0

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        direction = g + w * step.weight_decay if step.weight_decay else g
        return self._moved(w, state, direction, step.learning_rate)


@dataclass(eq=False)
class ScheduleFreeAdamW(ScheduleFree):
    """Descent divided as in Adam, with gradients between it and its average.

        v <- beta2 v + (1 - beta2) g^2;    rate = learning_rate sqrt(1 - beta2^t)
        d = g / (sqrt(v) + eps) + weight_decay y

    `momentum` is the paper's beta1. The authors' program, schedulefree 1.4.1, differs: see
    `ScheduleFreeAdamWCorrected`. PyTorch 2.13 has none.
    Shapes: x, z and v as w; the sum of squares is a single number.
    Source: Defazio et al. 2024 (arXiv 2405.15682), algorithm 1; learning rate as in the authors'
    program.
    """

    learning_rate: Any = 0.0025
    _: KW_ONLY
    beta2: float = 0.999
    eps: float = 1e-8

    def _check(self) -> None:
        super()._check()
        check_fraction("ScheduleFreeAdamW", "beta2", self.beta2)
        check("ScheduleFreeAdamW", "eps", self.eps)

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return super().start(w) | {"v": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        v = running_mean(self.beta2, state["v"], g * g)
        direction = g / (v.sqrt() + self.eps)
        if step.weight_decay:
            direction = direction + w * step.weight_decay
        there = 1.0 / correction(self.beta2, step.number)
        rate = step.learning_rate * there.sqrt()
        y, moved = self._moved(w, state, direction, rate)
        return y, moved | {"v": v}


@dataclass(eq=False)
class ScheduleFreeAdamWCorrected(ScheduleFreeAdamW):
    """ScheduleFreeAdamW as the authors' program has it, where that differs from their paper.

        v <- beta2 v + (1 - beta2) g^2;    d = g / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay y

    v is corrected in place of the rate, so that neither decay nor the average knows of
    sqrt(1 - beta2^t), and eps stands beside the corrected root. The average counts by the largest
    learning rate so far, in place of that of the update: a rate that falls makes no difference
    to it.
    Shapes: as `ScheduleFreeAdamW`; the largest rate is a single number.
    Source: schedulefree 1.4.1, AdamWScheduleFree(warmup_steps=0, r=0, weight_lr_power=2).
    """

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return super().start(w) | {"most": zeros((), dtype=w.dtype)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        v = running_mean(self.beta2, state["v"], g * g)
        corrected = v * correction(self.beta2, step.number)
        direction = g / (corrected.sqrt() + self.eps)
        if step.weight_decay:
            direction = direction + w * step.weight_decay
        most = state["most"].maximum(step.learning_rate)
        y, moved = self._moved(w, state, direction, step.learning_rate, most)
        return y, moved | {"v": v, "most": most}
