"""Training: one compiled step, run over and over, with everything that surrounds it.

    Trainer    `fit(epochs)`, or `for record in trainer`; `evaluate`, `resume`

Where training is after a step, and all that follows, depends on model, optimizer, data and
seed alone: not on how many steps ran at a time, and not on whether it was interrupted.
"""

import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pellucid.data import Dataset
from pellucid.errors import TrainingError
from pellucid.train.base import BaseTrainer
from pellucid.train.beforehand.linted import linted
from pellucid.train.epochs_and_steps import (
    all_done,
    epochs_in_all,
    nothing_left,
    tell_rest,
    until_next,
)
from pellucid.train.interrupt import Interrupts
from pellucid.train.live.progress import watched
from pellucid.train.measurements.evaluation import Loss, training_feed
from pellucid.train.measurements.history import History, StepRecord, Steps, Values
from pellucid.train.measurements.measuring import Measuring
from pellucid.train.options import Options
from pellucid.train.policies.early_stopping import Watch
from pellucid.train.policies.final_weights import CHANGED, Keeper
from pellucid.train.policies.validation import Sets
from pellucid.train.requirements import (
    check_data,
    check_sets,
    ready_callbacks,
    run_config,
)
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.run_files.clock import Clock
from pellucid.train.run_files.recorder import Recorder
from pellucid.train.run_files.resuming import Course
from pellucid.train.same_run import identity
from pellucid.train.stepping.compiled_step import CompiledStep, Task
from pellucid.train.stepping.stepper import Stepper


class Trainer(BaseTrainer):
    """Trains a model on a data set.

    `loss(outputs, targets)` gives one number; with weights it is called with `weights=` too.
    `optimizer.minimize(loss)` updates the parameters. `validation` is measured after each epoch
    like `train`, in the same (inference) mode, and never trained on. Of several sets by name,
    {"clean": a, "noisy": b}, the first is the validation set, which chooses; the others are
    measured beside it, as `validation_noisy_loss`. `history` is what was measured, `findings` what
    the linter found first. The report shows `results`, texts by name, and what is right and wrong
    on the set `judged`; left None, the validation set, or else `train`.

    Training mode lasts for each step alone: between steps, in callbacks, and however training
    ends, the model is in inference mode, so that `model(x)` answers as it will when it is used.

    Errors: DataError for data that do not fit each other or the batch size; FileError where
    the run folder cannot be made; ShapeError where the model does not fit the data;
    TrainingError where a loss or weight is not finite any more.
    """

    def __init__(
        self,
        model: Any,
        loss: Loss,
        optimizer: Any,
        train: Dataset,
        validation: Dataset | Sets | None = None,
        options: Options = Options(),  # noqa: B008 (frozen)
    ) -> None:
        super().__init__(model, loss, optimizer, train, validation, options)
        options = self.options
        check_sets(self)
        feed = training_feed(train, options)
        task = Task.of(model, loss, optimizer, options)
        self._program = CompiledStep(task, feed, options.executor, options.precision)
        self._stepper = Stepper(self._program, options)
        self._recorder = Recorder(options.saving)
        validates = self.validation is not None
        self._watch = Watch(options, validates=validates)
        how = task.averages, self._stepper.renewal()
        self._keeper = Keeper(options, model, *how, validates=validates)
        self._measuring = Measuring(self, feed, self._keeper, self._watch)
        self._clock = Clock(options.max_seconds)
        self._course = Course(
            self._program, self._stepper, self._recorder, self._watch, self._keeper, self._clock
        )
        self._callbacks = options.callbacks
        self._stop = ""
        ready_callbacks(self)

    def fit(
        self, epochs: int | None = None, *, more: int | None = None, show: bool | None = None
    ) -> History:
        """Train until `epochs` epochs are done in all, or `more` than are done; the history.

        `show`: whether each epoch is shown, as by `ProgressBar`; left out, where somebody looks
        on: in a terminal or notebook, not through a pipe or into a file.

        After `resume`, or called again, it goes on from the last weights, whichever the model
        holds since, unless these were changed. It ends earlier with early stopping, `stop`, the
        time limit, and with Ctrl-C, SIGTERM or SIGHUP, which finish the steps at hand;
        `history.stopped` says which. Whatever the end, a step that failed included, the run folder
        then holds a checkpoint, the curves and the report, and the model the weights that
        `history.weights` names.
        """
        epochs = epochs_in_all(epochs, more, self.position.epoch)
        self._callbacks = watched(self.options.callbacks, show)
        self._stop = self.history.stopped = ""
        if self._is_done(epochs):
            self.history.stopped = self._stop or all_done(epochs)
            warnings.warn(nothing_left(self.history.stopped, self.position.epoch), stacklevel=3)
            if self._keeper.kept is not None:
                return self.history
        with self._program.feed, self._recorder.alone(), Interrupts() as interrupts, self._clock:
            self._begin(epochs)
            try:
                while not self._is_done(epochs):
                    self._advance(self.pace.length)
                    if interrupts.received is not None:
                        self.stop(f"stopped by {interrupts.received.name}")
            except Exception as failure:
                self._end_anyway(epochs, failure)
                raise
            except BaseException:
                # Wanted at once: the newest checkpoint serves to go on.
                self._call_end()
                raise
            self._end(epochs)
        return self.history

    def __iter__(self) -> Iterator[StepRecord]:
        """One record after each step, without end: leave with `break`.

        Steps run one at a time, so that the model is as it was after the step of the record.
        The bits are those of `fit`.
        """
        self._callbacks = self.options.callbacks
        with self._recorder.alone(), self._program.feed:
            self._prepare()
            while True:
                yield from self._one_step()

    def _one_step(self) -> list[StepRecord]:
        with Interrupts() as interrupts, self._clock:
            try:
                records = list(self._advance(1))
            except Exception:
                self.save()
                raise
        if interrupts.received is not None:
            raise KeyboardInterrupt
        return records

    def stop(self, reason: str) -> None:
        """End `fit` after the steps at hand; `history.stopped` is the reason."""
        self._stop = reason

    def evaluate(self, data: Dataset) -> Values:
        """Loss and metrics of the model as it is, over a whole set, in inference mode."""
        check_data(self.train, data, self.options, "data")
        return self._measuring.evaluation(data)

    @property
    def position(self) -> Position:
        """Steps and whole epochs done so far."""
        return self._stepper.position

    @property
    def keep(self) -> str:
        """Which weights it keeps, "best" or "last"."""
        return self._keeper.keep

    @property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch."""
        return self._stepper.steps_per_epoch

    def _advance(self, limit: int) -> Steps:
        """Run some steps of one epoch and, after its last, measure it; write all down."""
        # Where to measure failed, it comes first when training goes on.
        steps = Steps(0, 0, {"loss": ()}) if self._is_to_measure else self._run(limit)
        if self._stepper.ends_epoch:
            self._measure()
        elif self._is_to_measure:
            record = self._measuring.validation(self.position)
            self.history.add_validation(record)
            self._recorder.add((record,))
            for callback in self._callbacks:
                callback.after_validation(self, record)
        if self._watch.waiting or self._recorder.is_due(self.position):
            self.save()
        return steps

    @property
    def _is_to_measure(self) -> bool:
        return self._stepper.ends_epoch or self._measuring.is_due(self.position, self.history)

    def _run(self, limit: int) -> Steps:
        """Run some steps of one epoch; write them down."""
        self.pace.start()
        limit = until_next(limit, self.position.step, self.options)
        steps = self._stepper.advance(limit, self.history.unmade)
        self.pace.stop(len(steps))
        self._course.write(steps, self.history, self.options.not_finite)
        for callback in self._callbacks:
            callback.after_steps(self, steps)
        return steps

    def _measure(self) -> None:
        """After an epoch: measure, keep the best weights, see whether to stop."""
        record = self._measuring.epoch(self.position)
        self._stepper.next_epoch()
        self.history.best_epoch = self._watch.best.epoch
        self.history.add_epoch(record)
        self._recorder.add((record,))
        for callback in self._callbacks:
            callback.after_epoch(self, record)

    def _prepare(self) -> None:
        """Inference mode, the weights that training goes on from, a run folder if there is none."""
        ready_callbacks(self)
        self.model.inference()
        if not self._keeper.go_on():
            warnings.warn(CHANGED, stacklevel=5)
        self.history.restored_epoch, self.history.weights = None, ""
        self._program.begin(self._stepper.example)  # what is wrong is said before files are made
        self._stepper.check_last()
        self._course.check_budget()
        if self._recorder.settle(lambda: run_config(self, self.keep, self._identity)):
            self.save()
        self._recorder.keep_graph(self)
        self._recorder.write(lambda folder: folder.forget_model())

    def _begin(self, epochs: int) -> None:
        self._prepare()
        tell_rest(self, epochs)
        if self.options.lint and self.findings is None and not self.position.step:
            self.findings = linted(self, self._program, self._stepper.example)
        self.pace.begin(self.position.epoch)
        for callback in self._callbacks:
            callback.begin(self, epochs)

    def _is_done(self, epochs: int) -> bool:
        finished = self.position.epoch >= epochs
        self._stop = self._watch.ended or ("" if finished else self._clock.ended) or self._stop
        return bool(self._stop) or finished

    def _end(self, epochs: int, *, restore: bool = True) -> None:
        """Save, have the model hold the weights that are kept, draw."""
        self.save()
        self.history.stopped = self._stop or all_done(epochs)
        self._course.keep(self.history, restore=restore)
        self._call_end()
        self._recorder.draw(self)

    def _end_anyway(self, epochs: int, failure: Exception) -> None:
        """End training after a failure, which stays what is raised."""
        is_known = isinstance(failure, TrainingError)
        self._stop = "a number was not finite" if is_known else type(failure).__name__
        try:
            self._end(epochs, restore=False)
        except Exception as error:
            failure.add_note(f"Trainer: then saving failed too: {type(error).__name__}: {error}")

    def _call_end(self) -> None:
        for callback in self._callbacks:
            callback.end(self)

    def save(self) -> None:
        """Write a checkpoint into the run folder, where there is one."""
        self._course.save(lambda: self._identity)

    def resume(self) -> History:
        """Go on from the newest checkpoint of the run folder; the history so far.

        `fit` then gives the very bits that the run would have given without interruption.
        Errors: FileError where the folder or its newest checkpoint is damaged; OptionError
        where data, options, loss, model or anything else that a step computes are others;
        StateError where the arrays do not fit the model.
        """
        self.history = self._course.resume(self, lambda: self._identity)
        return self.history

    @cached_property
    def _identity(self) -> dict[str, Any]:
        step = self._program.captured(self._stepper.example)
        return identity(self, step.procedure)

    def variables(self) -> dict[str, Any]:
        """Every variable that decides how training goes on, by name, each once."""
        return self._course.variables()
