"""The fields of a Trainer, in a class that the modules of this package can import without it.

BaseTrainer    what it is made from, and what came of it; `Trainer` is the one class made from it
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pellucid.data import Dataset
from pellucid.refusals import Strict
from pellucid.train.measurements.evaluation import Loss
from pellucid.train.measurements.history import History
from pellucid.train.measurements.terms import terms_of
from pellucid.train.options import Options
from pellucid.train.policies.validation import Sets, chosen
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping.pace import Pace

if TYPE_CHECKING:
    from pellucid.linter import Findings


class BaseTrainer(Strict):
    """The arguments of a `Trainer`, and what it measures, as attributes."""

    def __init__(
        self,
        model: Any,
        loss: Loss,
        optimizer: Any,
        train: Dataset,
        validation: Dataset | Sets | None,
        options: Options,
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.train = train
        self.validation, self.further = chosen(validation)
        self.options = _fitted(options, loss, train)
        self.history = History()
        self.results: dict[str, str] = {}
        self.judged: Dataset | None = None
        self.pace = Pace()
        self.findings: Findings | None = None

    @property
    def position(self) -> Position:
        """Steps and whole epochs done so far."""
        raise NotImplementedError(f"{type(self).__name__} must define position")

    @property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch."""
        raise NotImplementedError(f"{type(self).__name__} must define steps_per_epoch")


def _fitted(options: Options, loss: Any, train: Any) -> Options:
    """The options with the measures that suit a loss of several outputs.

    Errors: OptionError unless there is one loss for each target of the data.
    """
    several = terms_of(loss)[0].name or getattr(train, "target_name", "")
    named = any(hasattr(metric, "output") for metric in options.metrics)
    if not (several or named):
        return options
    from pellucid.train.measurements.of_outputs import metrics_for  # on use: few models have
    from pellucid.train.measurements.several_losses import check_targets_of

    check_targets_of(loss, train)
    return replace(options, metrics=metrics_for(loss, train, options.metrics))
