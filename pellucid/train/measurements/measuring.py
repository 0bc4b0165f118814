"""What a Trainer measures: after epochs all its sets, between two updates those that validate.

Measuring    measures, with the weights that are measured
"""

from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.evaluation import Evaluation
from pellucid.train.measurements.history import EpochRecord, History, ValidationRecord
from pellucid.train.policies.early_stopping import Watch
from pellucid.train.policies.final_weights import Keeper
from pellucid.train.policies.validation import measured
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping.feed import Feed


class Measuring:
    """Measures the sets of a Trainer; `feed` holds the training set already."""

    def __init__(self, trainer: BaseTrainer, feed: Feed, keeper: Keeper, watch: Watch) -> None:
        model = trainer.model
        loss = trainer.loss
        options = trainer.options
        how = options.executor, options.precision
        self.evaluation = Evaluation(model, loss, options.metrics, *how)
        self._trainer = trainer
        self._feed = feed
        self._keeper = keeper
        self._watch = watch

    def epoch(self, at: Position) -> EpochRecord:
        """After an epoch; where it is the best so far, its weights are kept."""
        trainer = self._trainer
        epoch = at.epoch + 1
        with self._keeper.measured():
            train = self.evaluation(trainer.train, self._feed)
            validation = measured(self.evaluation, trainer.validation, trainer.further)
            record = EpochRecord(at.step, epoch, train, validation)
            self._watch.see(record.values(), epoch, trainer.model)
        return record

    def validation(self, at: Position) -> ValidationRecord:
        """Between two updates of an epoch."""
        trainer = self._trainer
        with self._keeper.measured():
            found = measured(self.evaluation, trainer.validation, trainer.further)
        return ValidationRecord(at.step, at.epoch + 1, found)

    def is_due(self, at: Position, history: History) -> bool:
        """Whether an update inside an epoch is one after which to validate, and that is to come."""
        every = self._trainer.options.validate_every
        if every is None or at.step_in_epoch == 0 or at.step % every:
            return False
        return at.step not in history.validations.get("step", ())[-1:]
