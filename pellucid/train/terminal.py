"""Training as a terminal shows it: a line for each epoch and, below them, a bar.

Terminal       what ProgressBar shows outside of notebooks
can_draw_bar   whether there is a terminal for a bar

Lines go to standard output, through a pipe or into a file as well, each at once. The bar is drawn
on standard error, and only if that is a terminal: nothing else than a terminal ever sees the
characters that move a cursor.
"""

import os
import sys
from typing import TYPE_CHECKING, Any

from pellucid.tables import significant
from pellucid.train.epoch_lines import EpochLines, terminal_width
from pellucid.train.history import EpochRecord, Steps

if TYPE_CHECKING:
    from pellucid.train.trainer import Trainer

MOST_LINES = 1000
# From how many columns of a terminal on a part of the bar has room.
WITH_LOSS, WITH_SPEED, WITH_STEPS = 60, 76, 110


class Terminal:
    """Lines, where they are wanted, and a bar, where there is a terminal."""

    def __init__(self, trainer: "Trainer", epochs: int, *, lines: bool) -> None:
        self._lines = _Lines(epochs) if lines else None
        self._bar = _Bar(trainer, epochs) if can_draw_bar() else None

    def after_steps(self, trainer: "Trainer", steps: Steps) -> None:
        """Move the bar on."""
        if self._bar is not None:
            self._bar.move(trainer, steps)

    def after_epoch(self, trainer: "Trainer", record: EpochRecord) -> None:
        """A line."""
        if self._lines is not None:
            self._lines.add(record)

    def end(self, trainer: "Trainer") -> None:
        """Take the bar away."""
        if self._lines is not None:
            self._lines.end()
        if self._bar is not None:
            self._bar.end()


class _Lines:
    """A line for each epoch; of more than a thousand epochs for each tenth, and so on."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._every = 1
        while epochs > MOST_LINES * self._every:
            self._every *= 10
        self._lines: EpochLines | None = None
        self._left_out: EpochRecord | None = None
        self._is_lost = False

    def add(self, record: EpochRecord) -> None:
        if record.epoch % self._every:
            self._left_out = record
            return
        self._show(record)

    def end(self) -> None:
        """The last epoch is shown, whichever it is."""
        if self._left_out is not None:
            self._show(self._left_out)

    def _show(self, record: EpochRecord) -> None:
        values, self._left_out = record.values(), None
        if self._lines is None:
            self._lines = EpochLines(list(values), self._epochs, terminal_width())
            self._write(self._lines.heads())
        self._write(self._lines.of(record.epoch, values))

    def _write(self, lines: list[str]) -> None:
        """At once, so that who reads a pipe or file sees how far it is."""
        out = sys.stdout
        if self._is_lost or out is None:
            return
        text = "".join(f"{line}\n" for line in lines)
        code = out.encoding or "utf-8"
        try:
            out.write(text.encode(code, "replace").decode(code))
            out.flush()
        except (OSError, ValueError):  # the reader has gone, the disk is full, the file closed
            self._is_lost = True  # training is worth more than its lines


class _Bar:
    """Epoch, loss, speed and time left, as far as the terminal is wide enough."""

    def __init__(self, trainer: "Trainer", epochs: int) -> None:
        # Imported on use: training without a bar needs none of it.
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.table import Column

        def part(text: str) -> Any:
            return TextColumn(text, table_column=Column(no_wrap=True))

        console = Console(stderr=True)
        parts = [part("epoch {task.fields[epoch]}/{task.fields[epochs]}"), BarColumn(None)]
        for width, text in (
            (WITH_STEPS, "step {task.completed}/{task.total}"),
            (WITH_LOSS, "{task.fields[loss]}"),
            (WITH_SPEED, "{task.fields[speed]}"),
        ):
            parts += [part(text)] if console.width >= width else []
        self._progress = Progress(
            *parts,
            TimeRemainingColumn(),
            console=console,
            transient=True,
            expand=True,
            # What is printed meanwhile stays above the bar, if it goes to the same screen.
            redirect_stdout=_is_terminal(sys.stdout),
            redirect_stderr=True,
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

    def move(self, trainer: "Trainer", steps: Steps) -> None:
        speed = trainer.pace.steps_per_second
        self._progress.update(
            self._task,
            completed=trainer.position.step,
            epoch=steps.epoch,
            loss=f"loss {significant(float(steps.columns['loss'][-1]))}",
            speed=f"{speed:,.0f} steps/s" if speed else "",
        )

    def end(self) -> None:
        self._progress.stop()


def can_draw_bar() -> bool:
    """Whether standard error is a terminal that can draw a line anew."""
    return _is_terminal(sys.stderr) and os.environ.get("TERM", "") not in ("dumb", "unknown")


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()
