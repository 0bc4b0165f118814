"""Stopping when nothing improves any more, and which epoch was the best.

EarlyStopping   what to watch, and how long to wait
Best            the best value so far; part of every checkpoint
Watch           what a Trainer watches: the best epoch, and its weights
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pellucid.errors import OptionError, closest
from pellucid.refusals import Strict
from pellucid.state import copies
from pellucid.train.measurements.history import Values
from pellucid.train.measurements.measured import TRAIN, VALIDATION, Columns
from pellucid.train.measurements.metrics import Metric, SetMetric
from pellucid.train.policies.ranking import Ranking

MODES = ("min", "max")


@dataclass(frozen=True)
class EarlyStopping(Strict):
    """End training after `patience` epochs without a better value.

    A value is better if it improves on the best by more than `min_delta`. `monitor` names a
    measure of `EpochRecord.values()`: left out, the validation loss, or the training loss
    where there is no validation set. Never watch the test set: what chooses the weights can no
    longer judge them. A loss is better where it is lower; each metric tells for itself, by
    `higher_is_better`. `mode` says it for one that does not: "min" where lower is better, "max"
    where higher is. Which weights stay is said by `Options.keep`: the best, if left out.

    Units:  patience: epochs.
    Errors: OptionError for a patience below 1, a min_delta below 0 or another mode.
    Source: Prechelt, "Early Stopping - But When?", 1998.
    """

    patience: int = 5
    min_delta: float = 0.0
    monitor: str | None = None
    mode: str | None = None

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
        if self.mode is not None and self.mode not in MODES:
            raise OptionError(f"EarlyStopping: mode {self.mode!r}. {closest(self.mode, MODES)}")


@dataclass(frozen=True)
class Best:
    """The best epoch so far by one measure, and for how many epochs none was better.

    >>> best = Best("validation_loss").after({"validation_loss": 0.5}, epoch=1)
    >>> best = best.after({"validation_loss": 0.6}, epoch=2)
    >>> best.epoch, best.value, best.waited
    (1, 0.5, 1)
    """

    monitor: str
    epoch: int | None = None
    value: float = math.nan
    waited: int = 0

    def after(
        self, values: Values, epoch: int, *, min_delta: float = 0.0, higher: bool = False
    ) -> "Best":
        """The best once another epoch was measured; `higher`: whether higher is better.

        Errors: OptionError without the measure.
        """
        if self.monitor not in values:
            raise OptionError(
                f"EarlyStopping: monitor {self.monitor!r} is not measured. "
                f"{closest(self.monitor, values)}"
            )
        value = values[self.monitor]
        gain = value - self.value if higher else self.value - value
        # nan is never better, and anything else is than nothing.
        if not math.isnan(value) and (self.epoch is None or gain > min_delta):
            return Best(self.monitor, epoch, value)
        return replace(self, waited=self.waited + 1)

    def as_dict(self) -> dict[str, Any]:
        """Its place in a checkpoint."""
        value = None if math.isnan(self.value) else self.value
        return {"monitor": self.monitor, "epoch": self.epoch, "value": value, "waited": self.waited}

    @staticmethod
    def from_dict(entry: dict[str, Any]) -> "Best":
        """The best that a checkpoint holds."""
        value = math.nan if entry["value"] is None else float(entry["value"])
        return Best(entry["monitor"], entry["epoch"], value, entry["waited"])


class Choosing(Protocol):
    """What `Options` say of it."""

    @property
    def early_stopping(self) -> EarlyStopping | None: ...
    @property
    def monitor(self) -> str | None: ...
    @property
    def metrics(self) -> Sequence[Metric | SetMetric]: ...
    @property
    def best_epochs(self) -> int: ...


class Watch:
    """The best epochs by what is monitored, and the weights that the model had after them.

    `waiting`: weights by epoch that are to be written, where several epochs are kept.
    """

    def __init__(self, options: Choosing, *, validates: bool) -> None:
        self._stopping = options.early_stopping
        rule = options.early_stopping or EarlyStopping()
        usual = (VALIDATION if validates else TRAIN) + "loss"
        monitor = rule.monitor or options.monitor or usual
        self._rule = rule
        self._rises = rises(monitor, options.metrics, rule.mode)
        self.best = Best(monitor)
        self.weights: dict[str, Any] | None = None
        self._ranking = Ranking(options.best_epochs, higher=self._rises)
        self.waiting: dict[int, dict[str, Any]] = {}

    def see(self, values: Values, epoch: int, model: Any) -> None:
        """An epoch was measured: keep the weights where it is among the best so far."""
        rule = self._rule
        self.best = self.best.after(values, epoch, min_delta=rule.min_delta, higher=self._rises)
        if self.best.epoch == epoch:
            self.weights = copies(model.variables())
        ranked = self._ranking.add(values[self.best.monitor], epoch)
        if ranked and self._ranking.count > 1:
            held = self.weights if self.best.epoch == epoch else None
            self.waiting[epoch] = held or copies(model.variables())
            self.waiting = {e: self.waiting[e] for e in self.epochs if e in self.waiting}

    @property
    def epochs(self) -> list[int]:
        """The best epoch, and the others that are kept, better ones first."""
        if self.best.epoch is None:
            return []
        others = [epoch for epoch in self._ranking.epochs if epoch != self.best.epoch]
        return [self.best.epoch, *others][: self._ranking.count]

    @property
    def unwritten(self) -> dict[int, dict[str, Any]]:
        """The weights to write, by epoch; those of the best are always among them."""
        if self.best.epoch is None or self.weights is None:
            return self.waiting
        return {self.best.epoch: self.weights} | self.waiting

    def resumed(self, best: Best, weights: dict[str, Any] | None, epochs: Columns) -> None:
        """What a checkpoint says of the epochs before it. Errors: OptionError."""
        if best.monitor != self.best.monitor:
            raise OptionError(
                f"resume: the best epoch is told by {self.best.monitor!r} here; the run has "
                f"{best.monitor!r}. A run goes on with what it began with: give the same monitor, "
                "or train a new run."
            )
        self.best = best
        self.weights = weights
        self.waiting = {}
        values = zip(epochs.get(best.monitor, ()), epochs.get("epoch", ()), strict=False)
        self._ranking.renew(values)

    @property
    def ended(self) -> str:
        """Why training ends by early stopping; empty where it does not."""
        if self._stopping is None or self.best.waited < self._stopping.patience:
            return ""
        return f"early stopping: {self.best.waited} epochs without a better value"


def rises(
    monitor: str,
    metrics: Sequence[Metric | SetMetric],
    mode: str | None,
    owner: str = "EarlyStopping",
) -> bool:
    """Whether a measure, such as `validation_accuracy`, is better where it is higher.

    Errors: OptionError for a metric that does not tell, where `mode` does not either.
    """
    if mode is not None:
        return mode == "max"
    told = {"loss": False} | {m.name: getattr(m, "higher_is_better", None) for m in metrics}
    measure = monitor.removeprefix(TRAIN).removeprefix(VALIDATION)
    if measure not in told:  # of a further validation set, whose name stands before
        measure = max((name for name in told if measure.endswith(f"_{name}")), key=len)
    direction = told[measure]
    if direction is None:
        raise OptionError(
            f"{owner}: monitor {monitor!r}, and the metric {measure!r} does not say whether "
            "higher or lower values are better. Give the metric `higher_is_better`, True or "
            f'False, or write {owner}(..., mode="min") or mode="max".'
        )
    return direction
