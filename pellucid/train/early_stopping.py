"""Stopping when nothing improves any more, and keeping the best weights.

EarlyStopping   what to watch, and how long to wait
Best            the best value so far; part of every checkpoint
"""

import math
from dataclasses import dataclass, replace
from typing import Any

from pellucid.errors import OptionError, closest
from pellucid.train.history import Values


@dataclass(frozen=True)
class EarlyStopping:
    """End training after `patience` epochs without a better value; then restore the best.

    A value is better if it improves on the best by more than `min_delta`. `monitor` names a
    measure of `EpochRecord.values()`: left out, the validation loss, or the training loss
    where there is no validation set. Never watch the test set: what chooses the weights can no
    longer judge them. For a measure whose name ends in "loss" or "error" lower
    is better, for others higher. `restore_best=False` keeps the last weights.

    Units:  patience: epochs.
    Errors: OptionError for a patience below 1 or a min_delta below 0.
    Source: Prechelt, "Early Stopping - But When?", 1998.
    """

    patience: int = 5
    min_delta: float = 0.0
    monitor: str | None = None
    restore_best: bool = True

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise OptionError(
                f"EarlyStopping: patience is {self.patience}. It counts epochs: at least 1."
            )
        if not self.min_delta >= 0:
            raise OptionError(
                f"EarlyStopping: min_delta is {self.min_delta}. It is the least improvement "
                "that counts: 0 or more."
            )


@dataclass(frozen=True)
class Best:
    """The best epoch so far by one measure, and for how many epochs none was better.

    >>> best = Best("validation_loss").after({"validation_loss": 0.5}, epoch=1, min_delta=0.0)
    >>> best = best.after({"validation_loss": 0.6}, epoch=2, min_delta=0.0)
    >>> best.epoch, best.value, best.waited
    (1, 0.5, 1)
    """

    monitor: str
    epoch: int | None = None
    value: float = math.nan
    waited: int = 0

    def after(self, values: Values, epoch: int, min_delta: float) -> "Best":
        """The best once another epoch was measured. Errors: OptionError without the measure."""
        if self.monitor not in values:
            raise OptionError(
                f"EarlyStopping: monitor {self.monitor!r} is not measured. "
                f"{closest(self.monitor, values)}"
            )
        value = values[self.monitor]
        if self.improved_by(value, min_delta):
            return Best(self.monitor, epoch, value)
        return replace(self, waited=self.waited + 1)

    def improved_by(self, value: float, min_delta: float) -> bool:
        """Whether the value is better than the best; nan never is."""
        if math.isnan(value):
            return False
        if self.epoch is None:
            return True
        gain = self.value - value if self.lower_is_better else value - self.value
        return gain > min_delta

    @property
    def lower_is_better(self) -> bool:
        """Losses and errors should fall; other measures, such as accuracy, should rise."""
        return self.monitor.endswith(("loss", "error"))

    def as_dict(self) -> dict[str, Any]:
        """Its place in a checkpoint."""
        value = None if math.isnan(self.value) else self.value
        return {"monitor": self.monitor, "epoch": self.epoch, "value": value, "waited": self.waited}

    @staticmethod
    def from_dict(entry: dict[str, Any]) -> "Best":
        """The best that a checkpoint holds."""
        value = math.nan if entry["value"] is None else float(entry["value"])
        return Best(entry["monitor"], entry["epoch"], value, entry["waited"])
