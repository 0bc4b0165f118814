"""Steps through the batches of epoch after epoch, stopping where one fails or is not finite.

    Stepper    runs some steps from its position, and finds the step that broke

The batches are a pure function of seed and epoch, so that the position alone says what comes.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.data.batches import batch_matrix
from pellucid.errors import PellucidError, TrainingError
from pellucid.nn.streams import seed_run
from pellucid.tables import significant
from pellucid.train.components import check_batch
from pellucid.train.measurements.history import Steps
from pellucid.train.measurements.measured import MADE
from pellucid.train.options import Options
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping.compiled_step import CompiledStep
from pellucid.train.stepping.nonfinite import Birthplace, find_origin, is_finite
from pellucid.train.stepping.snapshot import Snapshot


class Stepper:
    """Where training is, and how it gets on from there."""

    def __init__(self, program: CompiledStep, options: Options) -> None:
        self.position = Position()
        self.failure: BaseException | None = None
        self._program = program
        self._options = options
        self._samples = len(program.feed.data)
        self._batch = options.batch_of(self._samples)
        check_batch(program.task.optimizer, options, self._samples)
        self._snapshot: Snapshot | None = None
        self._batches: tuple[int, Any, Any] | None = None
        program.feed.follow(self._epoch, options.seed)
        seed_run(program.task.model, options.seed)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch, the smaller last one included."""
        whole, rest = divmod(self._samples, self._batch)
        return whole + (rest > 0 and not self._options.drop_last)

    @property
    def ends_epoch(self) -> bool:
        """Whether all batches of the epoch are done."""
        return self.position.step_in_epoch == self.steps_per_epoch

    def next_epoch(self) -> None:
        """Go to the first batch of the next epoch."""
        self.position = Position(self.position.step, self.position.epoch + 1)
        if self._snapshot is not None:
            self._snapshot.renew(self.position)

    def move_to(self, position: Position) -> None:
        """Go on from another position; the variables are those of that position."""
        self.position = position
        self._snapshot = None

    def rows(self, limit: int) -> Any:
        """The sample numbers of the next steps of this epoch that are alike, one row a step."""
        full, rest = self._epoch(self.position.epoch)
        start = self.position.step_in_epoch
        rows = full[start : start + limit] if start < len(full) else rest[None]
        return rows[: self._program.feed.alike(rows)]

    @property
    def example(self) -> Any:
        """The sample numbers of a step, whichever: they tell what every step reads and writes."""
        full, rest = self._epoch(self.position.epoch)
        return full[0] if len(full) else rest

    def check_last(self) -> None:
        """Refuse a smaller last batch that no step can be made of: now, not after an epoch.

        So does a layer whose training takes the variance of a batch, for a batch of one sample.
        """
        full, rest = self._epoch(self.position.epoch)
        if not len(full) or not len(rest) or self._options.drop_last:
            return
        try:
            self._program.captured(rest)
        except Exception as error:
            told = _of_last(self._samples, self._batch)
            if isinstance(error, PellucidError):
                error.args = (f"{told[0]} {error} {told[1]}",)
            else:
                error.add_note(" ".join(told))
            raise

    def advance(self, limit: int, unmade: int = 0) -> Steps:
        """Run up to `limit` steps of one epoch.

        Where one fails or its loss is not finite, `failure` says why; the steps before it are
        returned, and weights and position are those before the step that broke. Where steps that
        are not finite are not made, too many in a row end training; `unmade`: how many the last
        steps are.
        """
        rows = self.rows(limit)
        self._program.prepare(rows[0])
        snapshot = self._current_snapshot()
        try:
            columns, self.failure = self._program.run(rows, self.position)
        except BaseException as error:
            # From a signal, say: nobody knows after which of the steps.
            snapshot.restore()
            self.position = snapshot.start
            self.failure = error
            return Steps(self.position.step + 1, self.position.epoch + 1, {"loss": ()})
        done = len(columns["loss"])
        snapshot.note(self.position, rows[:done])
        start = self.position
        self.position = _after(self.position, done)
        if self.failure is not None:
            self.failure.add_note(f"Trainer: {_where(self.position)}. {_KEPT}")
        if self._program.task.sound is not None:
            self._count_unmade(snapshot, start, rows, columns[MADE], unmade)
        elif not is_finite(columns["loss"]) or self._breaks_at_end(snapshot):
            self.failure = self._find_failure(snapshot)
        good = max(0, self.position.step - start.step)
        columns = {name: column[:good] for name, column in columns.items()}
        return Steps(start.step + 1, start.epoch + 1, columns)

    def _count_unmade(
        self, snapshot: Snapshot, start: Position, rows: Any, made: Any, before: int
    ) -> None:
        """End behind the step with which too many in a row were not made, if there is one."""
        from pellucid.train.policies.recovery import too_many  # on use

        sound = self._program.task.sound
        done = None if sound is None else too_many(made, before, sound.rule.most)
        if sound is None or done is None:
            return
        self.position = _after(start, done)
        if done < len(made):
            self._undo_after(snapshot, self.position.step)
        where = f"{_where(replace(self.position, step=self.position.step - 1))}"
        last = _after(start, done - 1)
        self.failure = sound.too_many(where, self._origin(rows[done - 1], last))

    def _undo_after(self, snapshot: Snapshot, step: int) -> None:
        """Bring the variables back to what they were after a step."""
        snapshot.restore()
        for position, row in snapshot.steps():
            if position.step < step:
                self._program.run(row[None], position)
        self._snapshot = None

    def _breaks_at_end(self, snapshot: Snapshot) -> bool:
        """Whether an epoch ends with a variable that is not finite: no loss would show it."""
        return self.ends_epoch and not snapshot.is_finite()

    def _find_failure(self, snapshot: Snapshot) -> TrainingError:
        """Go back before the step that broke; the error that names its cause.

        The steps since the last snapshot run again, one at a time, until a variable or the
        loss is not finite.
        """
        snapshot.restore()
        for position, row in snapshot.steps():
            before = snapshot.copies()
            columns, failure = self._program.run(row[None], position)
            if failure is not None:
                break
            if is_finite(columns["loss"]) and snapshot.is_finite():
                continue
            snapshot.put_back(before)
            self.position = position
            self._snapshot = None
            return TrainingError(
                _message(position, columns["loss"][0], self._origin(row, position))
            )
        return TrainingError(
            f"Trainer: a number was not finite near step {self.position.step}, but was when the "
            "steps ran again. Steps must be deterministic: does the loss or a layer use "
            "random numbers of its own, or change between calls?"
        )

    def _origin(self, row: Any, at: Position) -> Birthplace | None:
        row = self._program.feed.placed(row[None], at)[0]
        captured = self._program.captured(row)
        state = [variable.present() for variable in captured.variables]
        return find_origin(captured.procedure, [row, *state])

    def _current_snapshot(self) -> Snapshot:
        row = self.example
        written = self._program.written(row).values()
        passing = self._program.feed.passing
        read = [v for v in self._program.captured(row).variables if v not in passing]
        if self._snapshot is None or not self._snapshot.is_of(written, read):
            self._snapshot = Snapshot(self.position, list(written), read)
        if self._snapshot.is_old:
            self._snapshot.renew(self.position)
        return self._snapshot

    def renewal(self) -> Callable[[], None] | None:
        """What computes batch statistics again from the first epoch's batches, if they are to be.

        These are the same ones at each call, so that what is measured follows from the weights.
        """
        options, task = self._options, self._program.task
        if not getattr(options.average, "recomputes", False):
            return None
        from pellucid.train.policies.batch_statistics import BatchStatistics  # on use

        how = options.executor, options.precision
        statistics = BatchStatistics(task.model, self._program.feed, *how)

        def renew() -> None:
            full, rest = self._epoch(0)
            statistics.renew(full, rest[: 0 if options.drop_last else None])

        return renew

    def _epoch(self, epoch: int) -> tuple[Any, Any]:
        if self._batches is None or self._batches[0] != epoch:
            options = self._options
            seed = options.seed
            size = self._batch
            if options.sampling is None:
                shuffle = options.shuffle
                parts = batch_matrix(self._samples, size, seed=seed, epoch=epoch, shuffle=shuffle)
            else:
                data = self._program.feed.data
                parts = options.sampling.matrix(data, size, seed=seed, epoch=epoch)
            self._batches = (epoch, *parts)
        return self._batches[1], self._batches[2]


def _after(position: Position, steps: int) -> Position:
    return replace(
        position,
        step=position.step + steps,
        step_in_epoch=position.step_in_epoch + steps,
    )


def _of_last(samples: int, batch_size: int) -> tuple[str, str]:
    """What the last batch of an epoch is, and what can be done where it cannot be trained on."""
    whole, rest = divmod(samples, batch_size)
    return (
        f"Trainer: {samples:,} samples are {whole:,} batches of {batch_size:,} and a last one of "
        f"{rest:,}, which the step cannot take.",
        "Leave the last batch out, drop_last=True in Options or --drop-last on the command line, "
        "or choose another batch size.",
    )


def _message(position: Position, loss: Any, origin: Birthplace | None) -> str:
    loss = float(np.asarray(loss))
    found = f"the loss is {loss}"
    if np.isfinite(loss):
        found = f"the loss is {significant(loss)}, but the update is not finite"
    cause = (
        f"First: {origin}."
        if origin is not None
        else "The reference executor computes finite numbers in this step: a rounding "
        "difference decided."
    )
    return (
        f"Trainer: {found} {_where(position)}. {cause} {_KEPT} Usual remedies: a "
        "smaller learning rate, clipped gradients, inputs scaled to about 1."
    )


def _where(position: Position) -> str:
    """The step that comes next, for people."""
    return f"in step {position.step + 1} (epoch {position.epoch + 1})"


_KEPT = "The weights are those before this step."
