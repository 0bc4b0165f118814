"""Training as a terminal shows it: a line for each epoch and, below them, a bar.

Terminal       what ProgressBar shows outside of notebooks
can_draw_bar   whether there is a terminal for a bar

Lines go to standard output, through a pipe or into a file as well, each at once. The bar is drawn
on standard error, and only if that is a terminal: nothing else than a terminal ever sees the
characters that move a cursor.
"""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pellucid.tables import significant
from pellucid.train.live.epoch_lines import EpochLines, terminal_width
from pellucid.train.measurements.history import EpochRecord, Steps, ValidationRecord

if TYPE_CHECKING:
    from pellucid.train.base import BaseTrainer

MOST_LINES = 1000
# From how many columns of a terminal on a part of the bar has room.
WITH_LOSS = 60
WITH_SPEED = 76
WITH_STEPS = 110
LONGEST_BAR = 40  # characters


class Terminal:
    """Lines, where they are wanted, and a bar, where there is a terminal."""

    def __init__(self, trainer: "BaseTrainer", epochs: int, *, lines: bool) -> None:
        self._lines = _Lines(epochs) if lines else None
        self._bar = _Bar(trainer, epochs) if can_draw_bar() else None

    def after_steps(self, trainer: "BaseTrainer", steps: Steps) -> None:
        """Move the bar on."""
        if self._bar is not None:
            self._bar.move(trainer, steps)

    def after_epoch(self, trainer: "BaseTrainer", record: EpochRecord) -> None:
        """A line."""
        if self._lines is not None:
            self._lines.add(record)

    def after_validation(self, record: ValidationRecord) -> None:
        """A line."""
        if self._lines is not None:
            self._lines.add_between(record)

    def end(self, trainer: "BaseTrainer") -> None:
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

    def add_between(self, record: ValidationRecord) -> None:
        if not record.epoch % self._every:
            values = (f"{name} {significant(x)}" for name, x in record.values().items())
            self._write([f"step {record.step}: {', '.join(values)}".replace("_", " ")])

    def end(self) -> None:
        """The last epoch is shown, whichever it is."""
        if self._left_out is not None:
            self._show(self._left_out)

    def _show(self, record: EpochRecord) -> None:
        values = record.values()
        self._left_out = None
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

    def __init__(self, trainer: "BaseTrainer", epochs: int) -> None:
        # Imported on use: training without a bar needs none of it.
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        total = epochs * trainer.steps_per_epoch
        self._progress = Progress(
            *_parts(console.width, epochs, total),
            console=console,
            transient=True,
            # What is printed meanwhile stays above the bar, if it goes to the same screen.
            redirect_stdout=_is_terminal(sys.stdout),
            redirect_stderr=True,
        )
        self._task = self._progress.add_task(
            "train",
            total=total,
            completed=trainer.position.step,
            epoch=trainer.position.epoch + 1,
            epochs=epochs,
            loss="",
            speed="compiling",
        )
        self._progress.start()

    def move(self, trainer: "BaseTrainer", steps: Steps) -> None:
        speed = trainer.pace.steps_per_second
        with suppress(OSError):  # the terminal may be closed: training goes on until it is told
            self._progress.update(
                self._task,
                completed=trainer.position.step,
                epoch=steps.epoch,
                loss=f"loss {significant(float(steps.columns['loss'][-1]))}",
                speed=f"{speed:,.0f} steps/s" if speed else "",
            )

    def end(self) -> None:
        with suppress(OSError):
            self._progress.stop()


def _parts(width: int, epochs: int, total: int) -> list[Any]:
    """What stands beside the bar, and the bar as long as there is room for it."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.table import Column

    texts = {"epoch {task.fields[epoch]}/{task.fields[epochs]}": f"epoch {epochs}/{epochs}"}
    if width >= WITH_STEPS:
        texts["step {task.completed}/{task.total}"] = f"step {total}/{total}"
    if width >= WITH_LOSS:
        texts["{task.fields[loss]}"] = "loss 1.234e-05"
    if width >= WITH_SPEED:
        texts["{task.fields[speed]}"] = "1,000,000 steps/s"
    # A terminal shows ^C behind the bar: on a line of its own it would keep the bar there.
    longest = [*texts.values(), "0:00:00", "^C"]
    room = width - sum(len(text) + 1 for text in longest)
    first, *others = (TextColumn(text, table_column=Column(no_wrap=True)) for text in texts)
    return [first, BarColumn(min(LONGEST_BAR, max(5, room))), *others, TimeRemainingColumn()]


def can_draw_bar() -> bool:
    """Whether standard error is a terminal that can draw a line anew."""
    return _is_terminal(sys.stderr) and os.environ.get("TERM", "") not in ("dumb", "unknown")


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()
