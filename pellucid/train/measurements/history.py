"""What a training run measured: every step, every epoch, and how it ended.

StepRecord    one update: its number and the loss of its batch, before the update
EpochRecord   after an epoch: loss and metrics of whole sets, in inference mode
ValidationRecord   between two updates of an epoch: those of the sets that validate
Steps         consecutive steps as columns; makes a StepRecord only where one is wanted
History       everything, as dicts of lists that a table or a plot takes as they are
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.strict import strict
from pellucid.tables import aligned, cell, few
from pellucid.train.measurements.measured import TRAIN, VALIDATION, Columns, Measured

Values = dict[str, float]
BEST_MARK = "best"
MOST_EPOCHS = 16  # in a table: it fits on a screen, and into a notebook's cell without scrolling


@strict
@dataclass(frozen=True)
class StepRecord:
    """One step: `loss` and `metrics` are those of its batch, before the weights changed."""

    step: int
    epoch: int
    loss: float
    metrics: Values

    def as_dict(self) -> dict[str, Any]:
        """The line of the metrics file."""
        first = {"kind": "step", "step": self.step, "epoch": self.epoch, "loss": self.loss}
        return first | self.metrics


@strict
@dataclass(frozen=True)
class EpochRecord:
    """After an epoch: the same measures of training and validation set, in the same mode."""

    step: int
    epoch: int
    train: Values
    validation: Values

    def values(self) -> Values:
        """Every measure by its full name, such as `validation_loss`."""
        named = {TRAIN + name: value for name, value in self.train.items()}
        return named | {VALIDATION + name: value for name, value in self.validation.items()}

    def as_dict(self) -> dict[str, Any]:
        """The line of the metrics file."""
        return {"kind": "epoch", "step": self.step, "epoch": self.epoch} | self.values()


@strict
@dataclass(frozen=True)
class ValidationRecord:
    """Between two updates of an epoch: what was measured of the sets that validate."""

    step: int
    epoch: int
    validation: Values

    def values(self) -> Values:
        """Every measure by its full name, such as `validation_loss`."""
        return {VALIDATION + name: value for name, value in self.validation.items()}

    def as_dict(self) -> dict[str, Any]:
        """The line of the metrics file."""
        return {"kind": "validation", "step": self.step, "epoch": self.epoch} | self.values()


Record = StepRecord | EpochRecord | ValidationRecord


@strict
@dataclass(frozen=True, eq=False)
class Steps:
    """Consecutive steps of one epoch: `columns` holds the loss and metrics, one value a step."""

    first: int
    epoch: int
    columns: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.columns["loss"])

    def __iter__(self) -> Iterator[StepRecord]:
        lists = {name: np.asarray(column).tolist() for name, column in self.columns.items()}
        losses = lists.pop("loss")
        for i, loss in enumerate(losses):
            metrics = {name: column[i] for name, column in lists.items()}
            yield StepRecord(self.first + i, self.epoch, loss, metrics)


@dataclass
class History(Measured):
    """What a run measured so far.

    `steps` and `epochs` are dicts of lists of equal length: `pandas.DataFrame(history.epochs)`
    is a table. `validations` are those between updates, where there are some. `best_epoch` is the
    epoch with the best monitored value. Of the last `fit`, `stopped` says why it ended, `weights`
    which weights the model holds since, and `restored_epoch` is their epoch where they are the best
    ones, brought back.

    >>> history = History(best_epoch=1)
    >>> history.add_epoch(EpochRecord(10, 1, {"loss": 0.5}, {"loss": 0.75}))
    >>> history.add_epoch(EpochRecord(20, 2, {"loss": 0.125}, {"loss": 1.0}))
    >>> history
    History: 0 steps, 2 epochs, best epoch 1
    epoch  train_loss  validation_loss
        1      0.5000           0.7500  best
        2      0.1250            1.000
    """

    stopped: str = ""
    weights: str = ""
    file_error: str = ""
    shown_in: int | None = None  # the cell of a notebook that holds it already

    def add_steps(self, steps: Steps) -> None:
        """Append consecutive steps."""
        numbers = range(steps.first, steps.first + len(steps))
        _extend(self.steps, "step", numbers)
        _extend(self.steps, "epoch", [steps.epoch] * len(steps))
        for name, column in steps.columns.items():
            _extend(self.steps, name, np.asarray(column).tolist())

    def add_epoch(self, record: EpochRecord) -> None:
        """Append one epoch."""
        _extend(self.epochs, "epoch", [record.epoch])
        _extend(self.epochs, "step", [record.step])
        for name, value in record.values().items():
            _extend(self.epochs, name, [value])

    def add_validation(self, record: ValidationRecord) -> None:
        """Append what was measured between two updates."""
        _extend(self.validations, "step", [record.step])
        _extend(self.validations, "epoch", [record.epoch])
        for name, value in record.values().items():
            _extend(self.validations, name, [value])

    def add_lines(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Append what a metrics file holds."""
        tables = {"step": self.steps, "validation": self.validations}
        for line in lines:
            columns = tables.get(line.get("kind", ""), self.epochs)
            for name, value in line.items():
                if name != "kind":
                    _extend(columns, name, [value])

    def forget_after(self, step: int) -> None:
        """Leave out every step and epoch after a step."""
        for columns in (self.steps, self.epochs, self.validations):
            kept = sum(number <= step for number in columns.get("step", ()))
            for column in columns.values():
                del column[kept:]

    def epoch_values(self, epoch: int) -> Values:
        """All measures of one epoch, by name. Errors: ValueError for one not in the history."""
        row = self.epochs["epoch"].index(epoch)
        return {
            name: column[row]
            for name, column in self.epochs.items()
            if name not in ("epoch", "step")
        }

    def as_dict(self) -> dict[str, Columns]:
        """All tables that there are: {"steps": {...}, "epochs": {...}}."""
        validations = {"validations": self.validations} if self.validations else {}
        return {"steps": self.steps, "epochs": self.epochs} | validations

    def __len__(self) -> int:
        """The number of steps."""
        return len(self.steps.get("step", ()))

    def __repr__(self) -> str:
        count = len(self.epochs.get("epoch", ()))
        title = f"History: {_counted(len(self), 'step')}, {_counted(count, 'epoch')}"
        if self.skipped:
            title += f", {len(self.skipped)} of the steps not made"
        if self.best_epoch is not None:
            title += f", best epoch {self.best_epoch}"
        if self.stopped:
            title += f"; {self.stopped}"
        if self.weights:
            title += f"; {self.weights}"
        rows = self._rows()
        return "\n".join([title, *(aligned(rows) if rows else ())])

    def _ipython_display_(self) -> None:
        """Nothing below the bar of the cell that shows it already; elsewhere as ever."""
        from pellucid.displays import running_cell

        if self.shown_in is None or self.shown_in != running_cell():
            raise NotImplementedError  # what a notebook takes for: ask for the other forms

    def _repr_html_(self) -> str:
        """What a notebook shows: the title and the epochs, of many the first, best and last."""
        from pellucid.displays import table

        names, *rows = self._rows() or [[]]
        best = [i for i, row in enumerate(rows) if row[-1] == BEST_MARK]
        heads = [name.replace("_", " ") for name in names]
        return table(repr(self).splitlines()[0], heads, rows, texts=0, strong=best)

    def plot(self) -> Any:
        """The curves of loss and metrics, a panel for each: a Matplotlib figure.

        In a notebook it shows itself; elsewhere `.show()` opens it and `.savefig(path)` writes
        it. Errors: OptionError where Matplotlib is not installed.
        """
        from pellucid.train.pages.curves import draw_curves

        return draw_curves(self)

    def _rows(self) -> list[Any]:
        """What the columns are, then the epochs; of many, the first, the best and the last."""
        names = [name for name in self.epochs if name != "step"]
        columns = (self.epochs[name] for name in names)
        rows = [[cell(value) for value in row] for row in zip(*columns, strict=True)]
        if not rows:
            return []
        numbers = self.epochs.get("epoch", ())
        best = [i for i, epoch in enumerate(numbers) if epoch == self.best_epoch]
        if best:
            names = [*names, ""]
            rows = [[*row, BEST_MARK if i in best else ""] for i, row in enumerate(rows)]
        return [names, *few(rows, MOST_EPOCHS, best)]


def _extend(columns: Columns, name: str, values: Any) -> None:
    columns.setdefault(name, []).extend(values)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
