"""The learning rate, found by a short run in which it grows from step to step.

find_learning_rate    the run; model and optimizer are afterwards what they were before
Ramp                  from which rate to which, in how many steps
RateFinding           rates, losses, and what they suggest
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import OptionError, TrainingError
from pellucid.optim import Optimizer, Schedule
from pellucid.refusals import Strict
from pellucid.state import copies, restore
from pellucid.strict import strict
from pellucid.tensor import tensor
from pellucid.train import Options, Trainer
from pellucid.train.evaluation import Loss

SMOOTHING = 0.9  # of the mean of the losses: about the last ten count
DIVERGED = 4.0  # times the lowest smoothed loss: then the run ends
FEWEST_STEPS = 10


@dataclass(frozen=True)
class Ramp(Strict):
    """Learning rates from `low` to `high` in `steps` steps, each the same factor above the last."""

    low: float = 1e-6
    high: float = 1.0
    steps: int = 150

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < math.inf:
            raise OptionError(
                f"Ramp: from {self.low} to {self.high}. Both are above 0, the lower one first."
            )
        if self.steps < FEWEST_STEPS:
            raise OptionError(f"Ramp: {self.steps} steps. Fewer than {FEWEST_STEPS} show nothing.")

    @property
    def rates(self) -> Any:
        """The rate of each step: (steps,) float64."""
        return np.geomspace(self.low, self.high, self.steps)


@strict
@dataclass(frozen=True)
class RateFinding:
    """What a run over growing learning rates showed.

    `rates`, `losses`: of each step. `stopped`: why there are no more of them.
    """

    rates: Any
    losses: Any
    stopped: str

    @property
    def smoothed(self) -> Any:
        """The mean of the losses so far, older ones counting less and less.

            m_k = 0.9 m_(k-1) + 0.1 loss_k,  divided by 1 - 0.9^k

        Without the division the first means would be drawn towards 0.
        """
        mean, found = 0.0, []
        for k, loss in enumerate(self.losses, 1):
            mean = SMOOTHING * mean + (1 - SMOOTHING) * float(loss)
            found.append(mean / (1 - SMOOTHING**k))
        return np.array(found)

    @property
    def lowest(self) -> float:
        """The rate at which the smoothed loss is lowest: training is about to break off.

        The first means, of a few losses, are left out.
        """
        first = min(FEWEST_STEPS, len(self.rates) - 1)
        return float(self.rates[first + int(np.argmin(self.smoothed[first:]))])

    @property
    def fell(self) -> bool:
        """Whether the mean loss came clearly below those of the first steps."""
        start = min(self.losses[0], np.mean(self.losses[:FEWEST_STEPS]))
        return bool(self.smoothed.min() < 0.9 * start)

    @property
    def suggested(self) -> float:
        """A tenth of that rate: near where the loss falls fastest, and safe."""
        return float(f"{self.lowest / 10:.2g}")

    def __str__(self) -> str:
        return (
            f"suggested learning rate: {self.suggested:g}\n"
            f"the loss was lowest at {self.lowest:.3g}; a tenth of it is safe\n"
            f"{len(self.rates)} steps from {self.rates[0]:.3g} to {self.rates[-1]:.3g}; "
            f"{self.stopped}"
        )


@strict
def find_learning_rate(
    model: Any,
    loss: Loss,
    optimizer: Optimizer,
    train: Dataset,
    options: Options = Options(),  # noqa: B008 (frozen)
    ramp: Ramp = Ramp(),
) -> RateFinding:
    """Train while the learning rate grows, and see where the loss falls and where it breaks off.

    Too small a rate learns nothing, too large a one diverges; in between the loss falls. Model
    and optimizer are put back, bit for bit, when the run has ended.

    Errors: OptionError where the optimizer's learning rate is a schedule, or where the loss
        never fell.
    Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
    """
    if isinstance(optimizer.learning_rate, Schedule):
        raise OptionError(
            "find_learning_rate: the optimizer's learning rate is a schedule. Give it a number: "
            "any will do."
        )
    plain = replace(options, saving=None, early_stopping=None, callbacks=())
    trainer = Trainer(model, loss, optimizer, train, options=plain)
    before = copies(trainer.variables())
    try:
        found = _ramped(trainer, ramp.rates)
    finally:
        restore("find_learning_rate", trainer.variables(), before, strict=True)
    if not found.fell:
        raise OptionError(
            f"find_learning_rate: the loss did not fall between rates of {ramp.low:g} and "
            f"{found.rates[-1]:g} ({found.stopped}). Begin the ramp lower, end it higher, or take "
            "more steps."
        )
    return found


def _ramped(trainer: Trainer, rates: Any) -> RateFinding:
    """One step at each rate, until the loss breaks off."""
    rate = trainer.optimizer.learning_rate
    losses: list[float] = []
    found = RateFinding(rates[:0], np.array([]), "")
    steps = iter(trainer)
    for number, value in enumerate(rates, 1):
        rate.assign(tensor(np.asarray(value, rate.dtype)))
        try:
            losses.append(next(steps).loss)
        except TrainingError:
            return RateFinding(rates[: len(losses)], np.array(losses), "the loss is not finite")
        found = RateFinding(rates[:number], np.array(losses), "the end of the ramp")
        if number > FEWEST_STEPS and found.smoothed[-1] > DIVERGED * found.smoothed.min():
            return replace(found, stopped="the loss had grown fourfold")
    return found
