"""Training as a notebook shows it: one bar and one table below the cell, updated in place.

NotebookCell  what ProgressBar shows in notebooks

It is plain HTML that the notebook keeps: no widgets, nothing that must be alive to be seen.
"""

import time
from typing import TYPE_CHECKING

from pellucid.displays import progress, running_cell
from pellucid.errors import OptionError
from pellucid.optional import imported
from pellucid.tables import significant
from pellucid.train.measurements.history import EpochRecord, Steps, ValidationRecord

if TYPE_CHECKING:
    from pellucid.train.base import BaseTrainer

SECONDS = 0.25  # between two updates: smooth to see, and light for a browser far away


class NotebookCell:
    """A bar above the history so far."""

    def __init__(self, trainer: "BaseTrainer", epochs: int) -> None:
        self._trainer = trainer
        self._epochs = epochs
        self._total = epochs * trainer.steps_per_epoch
        self._first = trainer.position.step
        self._began = self._shown = time.monotonic()
        self._loss = ""
        self._is_done = False
        show = imported("IPython.display", "ProgressBar: IPython", OptionError).display
        self._handle = show(self, display_id=True)

    def after_steps(self, trainer: "BaseTrainer", steps: Steps) -> None:
        """Move the bar on."""
        self._loss = f"loss {significant(float(steps.columns['loss'][-1]))}"
        self._update()

    def after_epoch(self, trainer: "BaseTrainer", record: EpochRecord) -> None:
        """A row in the table."""
        self._update()

    def after_validation(self, record: ValidationRecord) -> None:
        """How far it is: validations within epochs are in the history."""
        self._update()

    def end(self, trainer: "BaseTrainer") -> None:
        """The whole history, and where the bar has come to."""
        self._is_done = True
        self._handle.update(self)
        trainer.history.shown_in = running_cell()

    def _update(self) -> None:
        now = time.monotonic()
        if now - self._shown >= SECONDS:
            self._shown = now
            self._handle.update(self)

    def __repr__(self) -> str:
        return f"{self._text()}\n{self._trainer.history!r}"

    def _repr_html_(self) -> str:
        bar = progress(self._trainer.position.step, self._total, self._text())
        return bar + self._trainer.history._repr_html_()

    def _text(self) -> str:
        """How far it is, in words."""
        at = self._trainer.position
        speed = self._trainer.pace.steps_per_second
        epoch = min(at.epoch + (not self._is_done), self._epochs)
        parts = [f"epoch {epoch:,} of {self._epochs:,}", f"step {at.step:,} of {self._total:,}"]
        if self._loss and not self._is_done:
            parts.append(self._loss)
        if speed:
            parts.append(f"{speed:,.0f} steps/s")
        return ", ".join([*parts, self._time()])

    def _time(self) -> str:
        taken = time.monotonic() - self._began
        done = self._trainer.position.step - self._first
        if self._is_done:
            return f"{_minutes(taken)} in all"
        left = self._total - self._first - done
        return f"{_minutes(taken * left / done)} left" if done else "compiling"


def _minutes(seconds: float) -> str:
    """Minutes and seconds, and hours where there are some."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
