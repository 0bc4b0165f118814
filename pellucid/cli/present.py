"""How results look in a terminal.

ProgressBar    epoch, step, loss, speed and time left, while training goes on
epoch_table    one row an epoch
"""

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from pellucid.train import Callback, History, Steps, Trainer


class ProgressBar(Callback):
    """A bar on standard error; nothing where that is not a terminal."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def begin(self, trainer: Trainer, epochs: int) -> None:
        """Draw the bar."""
        if not self.console.is_terminal:
            return
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("step {task.completed}/{task.total}  loss {task.fields[loss]}"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self._task = self._progress.add_task(
            "train",
            total=epochs * trainer.steps_per_epoch,
            completed=trainer.position.step,
            epoch=trainer.position.epoch + 1,
            epochs=epochs,
            loss="",
            speed="compiling",
        )
        self._progress.start()

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        """Move it on."""
        if self._progress is None or not len(steps):
            return
        speed = trainer.pace.steps_per_second
        self._progress.update(
            self._task,
            completed=trainer.position.step,
            epoch=steps.epoch,
            loss=f"{float(steps.columns['loss'][-1]):.4f}",
            speed=f"{speed:,.0f} steps/s" if speed else "",
        )

    def end(self, trainer: Trainer) -> None:
        """Take it away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def plain_console() -> Console:
    """Standard output for results: nothing is coloured by guess or taken for markup.

    Into a file or pipe, lines are as long as they need to be.
    """
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 1000
    return console


def epoch_table(history: History, most: int = 30) -> Table:
    """Loss and metrics after each epoch; of many epochs, the first, the last and the best."""
    names = [name for name in history.epochs if name != "step"]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    rows = list(zip(*(history.epochs[name] for name in names), strict=True))
    chosen = history.restored_epoch or history.best_epoch
    skipped = False
    for i, row in enumerate(rows):
        if most // 2 <= i < len(rows) - most // 2 and row[0] != chosen:
            if not skipped:
                table.add_row(*["..."] * len(names))
            skipped = True
            continue
        skipped = False
        style = "bold" if row[0] == chosen else ""
        table.add_row(*(_text(value) for value in row), style=style)
    return table


def _text(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else f"{value:,}"
