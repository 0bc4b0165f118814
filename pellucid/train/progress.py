"""How far training is, in a terminal.

ProgressBar    epoch, step, loss, speed and time left
"""

from typing import TYPE_CHECKING, Any

from pellucid.tables import significant
from pellucid.train.history import Steps
from pellucid.train.options import Callback

if TYPE_CHECKING:
    from pellucid.train.trainer import Trainer


class ProgressBar(Callback):
    """A bar on standard error; nothing where that is not a terminal.

    `Options(callbacks=(ProgressBar(),))` shows it.
    """

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None

    def begin(self, trainer: "Trainer", epochs: int) -> None:
        """Draw the bar."""
        # Imported on use: training without a bar needs none of it.
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        if not console.is_terminal:
            return
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("step {task.completed}/{task.total}  loss {task.fields[loss]}"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=console,
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

    def after_steps(self, trainer: "Trainer", steps: Steps) -> None:
        """Move it on."""
        if self._progress is None or not len(steps):
            return
        speed = trainer.pace.steps_per_second
        self._progress.update(
            self._task,
            completed=trainer.position.step,
            epoch=steps.epoch,
            loss=significant(float(steps.columns["loss"][-1])),
            speed=f"{speed:,.0f} steps/s" if speed else "",
        )

    def end(self, trainer: "Trainer") -> None:
        """Take it away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
