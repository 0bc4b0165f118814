from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.class_ids import one_hot
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.tensor import Tensor
from pellucid.train import (
    Callback,
    EarlyStopping,
    EpochRecord,
    Options,
    Steps,
    Trainer,
)

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


def test_early_stopping_brings_the_best_weights_back(make: Make) -> None:
    trainer = make(early_stopping=EarlyStopping(2, monitor="validation_loss"), keep=None)
    # Larger and larger steps: the first epochs are the best ones.
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    history = trainer.fit(50)
    best = int(np.argmin(history.epochs["validation_loss"])) + 1
    assert history.restored_epoch == history.best_epoch == best
    assert len(history.epochs["epoch"]) == best + 2
    assert history.stopped == "early stopping: 2 epochs without a better value"
    values = trainer.evaluate(trainer.validation)
    assert values["loss"] == history.epoch_values(best)["validation_loss"]


def test_the_best_weights_come_back_also_where_the_epochs_run_out(make: Make) -> None:
    trainer = make(early_stopping=EarlyStopping(patience=50), keep=None)
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    history = trainer.fit(6)
    assert history.restored_epoch == history.best_epoch
    values = trainer.evaluate(trainer.validation)
    assert values["loss"] == min(history.epochs["validation_loss"])


def test_without_restoring_the_last_weights_stay(make: Make) -> None:
    trainer = make(early_stopping=EarlyStopping(patience=1), keep="last")
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    history = trainer.fit(50)
    assert history.restored_epoch is None
    assert trainer.evaluate(trainer.validation)["loss"] == history.epochs["validation_loss"][-1]


def test_without_a_validation_set_the_training_loss_is_watched(make: Make) -> None:
    given = make()
    model = given.model
    options = Options(batch_size=16, early_stopping=EarlyStopping(3))
    trainer = Trainer(model, cross_entropy, given.optimizer, given.train, None, options)
    history = trainer.fit(2)
    assert "validation_loss" not in history.epochs
    assert history.best_epoch == int(np.argmin(history.epochs["train_loss"])) + 1


def test_a_monitor_that_is_not_measured_is_refused_before_training(make: Make) -> None:
    with pytest.raises(OptionError, match="Did you mean 'validation_accuracy'"):
        make(early_stopping=EarlyStopping(monitor="validation_acuracy"))


class SquaredError:
    """A metric whose name says nothing, and that falls."""

    name = "mse"
    higher_is_better = False

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return ((outputs - one_hot(targets, 3)) ** 2.0).mean(axis=1)


def test_a_metric_that_falls_is_watched_as_one_that_falls(make: Make) -> None:
    stopping = EarlyStopping(patience=50, monitor="validation_mse")
    history = make(metrics=(SquaredError(),), early_stopping=stopping).fit(5)
    assert history.best_epoch == int(np.argmin(history.epochs["validation_mse"])) + 1
    assert history.best_epoch != int(np.argmax(history.epochs["validation_mse"])) + 1


def test_a_metric_without_direction_is_refused_before_training_where_it_is_watched(
    make: Make,
) -> None:
    class Spread:
        name = "spread"

        def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
            return outputs.max(axis=1) - outputs.min(axis=1)

    assert make(metrics=(Spread(),)).fit(1).best_epoch == 1
    stopping = EarlyStopping(monitor="train_spread")
    with pytest.raises(OptionError, match="'train_spread', and the metric 'spread' does not say"):
        make(metrics=(Spread(),), early_stopping=stopping)


class Diary(Callback):
    def __init__(self, stop_after: int = 0) -> None:
        self.entries: list[Any] = []
        self.stop_after = stop_after

    def begin(self, trainer: Trainer, epochs: int) -> None:
        self.entries.append(("begin", epochs))

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        self.entries += [record.step for record in steps]

    def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
        self.entries.append(("epoch", record.epoch))
        if record.epoch == self.stop_after:
            trainer.stop("enough")

    def end(self, trainer: Trainer) -> None:
        self.entries.append("end")


def test_callbacks_see_everything_in_order(make: Make) -> None:
    diary = Diary()
    make(callbacks=(diary,)).fit(2)
    epoch = ("epoch", 1), ("epoch", 2)
    assert diary.entries == [("begin", 2), 1, 2, 3, 4, 5, epoch[0], 6, 7, 8, 9, 10, epoch[1], "end"]


def test_a_callback_can_stop_training(make: Make) -> None:
    history = make(callbacks=(Diary(stop_after=2),)).fit(9)
    assert history.epochs["epoch"] == [1, 2]
    assert history.stopped == "enough"


def test_an_error_in_a_callback_reaches_the_caller_after_the_end(make: Make) -> None:
    class Faulty(Diary):
        def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
            raise RuntimeError("mine")

    diary = Faulty()
    with pytest.raises(RuntimeError, match="mine"):
        make(callbacks=(diary,)).fit(2)
    assert diary.entries[-1] == "end"
