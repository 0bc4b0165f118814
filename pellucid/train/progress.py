"""How far training is, and what it measures, while it goes on.

ProgressBar    lines and a bar in a terminal, a table and a bar in a notebook
"""

from typing import TYPE_CHECKING

from pellucid.displays import in_notebook
from pellucid.train.history import EpochRecord, Steps
from pellucid.train.options import Callback

if TYPE_CHECKING:
    from pellucid.train.notebook import Cell
    from pellucid.train.terminal import Terminal
    from pellucid.train.trainer import Trainer


class ProgressBar(Callback):
    """Shows loss and metrics after each epoch and, meanwhile, how far training is.

    In a terminal a line for each epoch, and a bar below them; through a pipe or into a file the
    same lines, each at once, without the bar. In a notebook a table and a bar below the cell,
    in place. `lines=False` leaves the lines out.

    `Options(callbacks=(ProgressBar(),))` shows it.
    """

    def __init__(self, *, lines: bool = True) -> None:
        self._has_lines = lines
        self._view: Cell | Terminal | None = None

    def begin(self, trainer: "Trainer", epochs: int) -> None:
        """Show where it begins."""
        # On use: training that shows nothing needs none of it.
        if in_notebook():
            from pellucid.train.notebook import Cell

            self._view = Cell(trainer, epochs)
        else:
            from pellucid.train.terminal import Terminal

            self._view = Terminal(trainer, epochs, lines=self._has_lines)

    def after_steps(self, trainer: "Trainer", steps: Steps) -> None:
        """Move the bar on."""
        if self._view is not None and len(steps):
            self._view.after_steps(trainer, steps)

    def after_epoch(self, trainer: "Trainer", record: EpochRecord) -> None:
        """Show what was measured."""
        if self._view is not None:
            self._view.after_epoch(trainer, record)

    def end(self, trainer: "Trainer") -> None:
        """Take the bar of a terminal away; in a notebook everything stays."""
        if self._view is not None:
            self._view.end(trainer)
            self._view = None
