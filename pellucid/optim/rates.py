"""What a short run over growing learning rates shows.

    Ramp          from which rate to which, in how many steps
    RateFinding   rates, losses, and what they suggest

`pellucid.tune.find_learning_rate` makes such a run, and so does the linter.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import OptionError
from pellucid.refusals import Strict
from pellucid.strict import strict

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
        mean = 0.0
        found = []
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
    def broke_off(self) -> bool:
        """Whether the smoothed loss has grown so much that the run ends."""
        smoothed = self.smoothed
        return len(smoothed) > FEWEST_STEPS and bool(smoothed[-1] > DIVERGED * smoothed.min())

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
