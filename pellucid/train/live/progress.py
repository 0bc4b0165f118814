"""How far training is, and what it measures, while it goes on.

ProgressBar    lines and a bar in a terminal, a table and a bar in a notebook
watched        the callbacks of a training that somebody looks at, or nobody
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pellucid.displays import in_notebook
from pellucid.errors import OptionError
from pellucid.train.measurements.history import EpochRecord, Steps, ValidationRecord
from pellucid.train.options import Callback

if TYPE_CHECKING:
    from pellucid.train.base import BaseTrainer
    from pellucid.train.live.notebook import NotebookCell
    from pellucid.train.live.terminal import Terminal


class ProgressBar(Callback):
    """Shows loss and metrics after each epoch and, meanwhile, how far training is.

    In a terminal a line for each epoch, and a bar below them; through a pipe or into a file the
    same lines, each at once, without the bar. In a notebook a table and a bar below the cell,
    in place. `lines=False` leaves the lines out.

    `fit` shows it by itself where somebody looks on; `Options(callbacks=(ProgressBar(),))` always.
    """

    def __init__(self, *, lines: bool = True) -> None:
        self._has_lines = lines
        self._view: NotebookCell | Terminal | None = None

    def begin(self, trainer: "BaseTrainer", epochs: int) -> None:
        """Show where it begins."""
        # On use: training that shows nothing needs none of it.
        if in_notebook():
            from pellucid.train.live.notebook import NotebookCell

            self._view = NotebookCell(trainer, epochs)
        else:
            from pellucid.train.live.terminal import Terminal

            self._view = Terminal(trainer, epochs, lines=self._has_lines)

    def after_steps(self, trainer: "BaseTrainer", steps: Steps) -> None:
        """Move the bar on."""
        if self._view is not None and len(steps):
            self._view.after_steps(trainer, steps)

    def after_epoch(self, trainer: "BaseTrainer", record: EpochRecord) -> None:
        """Show what was measured."""
        if self._view is not None:
            self._view.after_epoch(trainer, record)

    def after_validation(self, trainer: "BaseTrainer", record: ValidationRecord) -> None:
        """Show it; in a notebook the epochs' table alone is shown."""
        if self._view is not None:
            self._view.after_validation(record)

    def end(self, trainer: "BaseTrainer") -> None:
        """Take the bar of a terminal away; in a notebook everything stays."""
        if self._view is not None:
            self._view.end(trainer)
            self._view = None


def watched(callbacks: Sequence[Callback], show: bool | None) -> tuple[Callback, ...]:
    """The callbacks with a `ProgressBar`, or without; `show` None: with, where somebody looks on.

    One that is given is kept, unless nothing is to be shown. Errors: OptionError for another
    `show`.
    """
    if show not in (None, False, True):
        raise OptionError(
            f"fit: show is {show!r}. It is True or False; left out, epochs are shown in terminals "
            "and notebooks."
        )
    others = tuple(callback for callback in callbacks if not isinstance(callback, ProgressBar))
    if show is not None and not show:
        return others
    is_given = len(others) < len(callbacks)
    is_wanted = not is_given and (show or is_looked_at())
    return (ProgressBar(), *callbacks) if is_wanted else tuple(callbacks)


def is_looked_at() -> bool:
    """Whether somebody sees what is printed: in a terminal or a notebook."""
    return in_notebook() or (sys.stdout is not None and sys.stdout.isatty())
