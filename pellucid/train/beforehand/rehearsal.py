"""A dry run: one batch through everything, and what the whole run would then take.

dry_run    runs it in a temporary place, and puts everything back
DryRun     time, memory and disk of the whole run
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pellucid.capacity import in_words
from pellucid.data import Dataset
from pellucid.strict import strict
from pellucid.tables import aligned
from pellucid.train.beforehand.one_batch import fit_whole, on_one_batch
from pellucid.train.epochs_and_steps import epochs_in_all
from pellucid.train.measurements.evaluation import BATCH
from pellucid.train.run_files.saves import Saving
from pellucid.train.stepping.pace import spoken
from pellucid.train.trainer import Trainer

SECONDS = 0.3  # of steps that are timed
FEW_STEPS = 5
Parts = Mapping[str, float]


@strict
@dataclass(frozen=True)
class DryRun:
    """What a run of so many `epochs` and `steps` takes, by parts that add up to it.

    Units:  seconds: seconds; memory, disk: bytes.
    """

    epochs: int
    steps: int
    batch: int
    seconds: Parts
    memory: Parts
    disk: Parts

    def __str__(self) -> str:
        head = (
            f"dry run: {self.batch:,} samples went through training, evaluation and saving; "
            "nothing of it stays"
        )
        what = f"{self.epochs:,} epochs, {self.steps:,} updates"
        rows = [
            *_rows(f"time of {what}", self.seconds, spoken),
            *_rows("memory, beside the data", self.memory, in_words),
            *_rows("disk", self.disk, in_words),
        ]
        return "\n".join([head, *aligned(rows, texts=1)])


def _rows(name: str, parts: Parts, word: Callable[[Any], str]) -> list[list[str]]:
    rows = [[f"  {part}", word(value)] for part, value in parts.items()]
    return [[name, f"about {word(sum(parts.values()))}"], *rows]


@strict
def dry_run(trainer: Trainer, epochs: int) -> DryRun:
    """Send one batch through everything that `fit(epochs)` does, and say what all would take.

    The step is compiled, run, and run on the smaller last batch of an epoch; loss and metrics are
    measured, a checkpoint, the best weights, the model, curves and report are written into a
    temporary folder, which is removed. So what fails at the end of a long run fails now. Model
    and optimizer are put back, bit for bit. Callbacks are not called.

    Time is measured on this machine as busy as it is; that of loading data is not in it.
    Errors: those of `Trainer.fit`.
    """
    epochs = epochs_in_all(epochs, None, trainer.position.epoch)
    samples = len(trainer.train)
    batch = trainer.options.batch_of(samples)
    rest = 0 if trainer.options.drop_last else samples % batch
    with TemporaryDirectory() as place:
        saving = _saving(trainer, Path(place) / "run")
        with on_one_batch(trainer, batch + rest, saving=saving, early_stopping=None) as small:
            return _Measured(trainer, small, epochs, batch, rest).whole()


def _saving(trainer: Trainer, folder: Path) -> Saving:
    given = trainer.options.saving
    return replace(given or Saving(folder), folder=folder, budget=None)


class _Measured:
    """What one batch took, and from that the whole."""

    def __init__(
        self, trainer: Trainer, small: Trainer, epochs: int, batch: int, rest: int
    ) -> None:
        self.trainer = trainer
        self.small = small
        self.epochs = epochs
        self.batch = batch
        self.rest = rest
        self.steps = epochs * trainer.steps_per_epoch
        self.once = _timed(lambda: fit_whole(small, 1))
        assert small.options.saving is not None
        self.folder = Path(small.options.saving.folder)

    def whole(self) -> DryRun:
        """All of it."""
        seconds = self._seconds()
        return DryRun(self.epochs, self.steps, self.batch, seconds, self._memory(), self._disk())

    def _seconds(self) -> dict[str, float]:
        steps = self.steps * self._step()
        measuring = self.epochs * sum(map(self._evaluation, self._sets()))
        saving = self._saves(steps + measuring) * _timed(self.small.save)
        begin = "compiling, and the end with its report"
        return {"updates": steps, "evaluation": measuring, "checkpoints": saving, begin: self.once}

    def _step(self) -> float:
        """Seconds of a step."""
        program = self.small._program
        rows = np.tile(np.arange(self.batch), (FEW_STEPS, 1))
        program.run(rows)
        seconds: list[float] = []
        while sum(seconds) < SECONDS and len(seconds) < 100:
            seconds.append(_timed(lambda: program.run(rows)))
        return min(seconds) / FEW_STEPS

    def _sets(self) -> list[Dataset]:
        return [s for s in (self.trainer.train, self.trainer.validation) if s is not None]

    def _evaluation(self, data: Dataset) -> float:
        """Seconds of measuring a set: those of its first samples, as many times as there are."""
        some = data.subset(np.arange(min(len(data), BATCH)))
        self.small.evaluate(some)
        return _timed(lambda: self.small.evaluate(some)) * len(data) / len(some)

    def _saves(self, seconds: float) -> float:
        """How many checkpoints a run of so many seconds writes."""
        saving = self.small.options.saving
        assert saving is not None
        found = [2.0]
        if saving.every_steps:
            found.append(self.steps / saving.every_steps)
        if saving.every_epochs:
            found.append(self.epochs / saving.every_epochs)
        if saving.seconds:
            found.append(min(seconds / max(saving.seconds, 0.1), self.steps))
        return sum(found)

    def _memory(self) -> dict[str, float]:
        small = self.small
        sizes = {self.batch, self.rest} - {0}
        variables = small.variables().values()
        written = small._program.written(np.arange(self.batch)).values()
        model = small.model.variables().values()
        evaluation = small._measuring.evaluation
        first = [data.subset(np.arange(min(len(data), BATCH))) for data in self._sets()]
        return {
            "weights, and what the optimizer keeps": _bytes(variables),
            "copies to go back to, and of the best": _bytes(written) + _bytes(model),
            # One program at a time runs, and they lend each other their memory.
            "values of a step, or of an evaluation": max(
                *(small._program.room_for(np.arange(n)) for n in sorted(sizes)),
                *(evaluation.room_for(data) for data in first),
            ),
        }

    def _disk(self) -> dict[str, float]:
        saving = self.small.options.saving
        folder = self.folder
        assert saving is not None
        checkpoint, best = (
            max((f.stat().st_size for f in folder.glob(f"checkpoints/{kind}-*")), default=0)
            for kind in ("step", "best")
        )
        kept = min(saving.checkpoints, self._saves(np.inf)) * checkpoint
        kept += min(saving.best, self.epochs) * best
        given = self.trainer.options.saving
        if given is not None and given.budget is not None:
            kept = min(kept, given.budget)
        steps = len(self.small.history)
        epochs = len(self.small.history.epochs["epoch"])
        line = (folder / "metrics.jsonl").stat().st_size / (steps + epochs)
        others = [f for f in folder.iterdir() if f.is_file() and f.name != "metrics.jsonl"]
        return {
            "checkpoints and best weights": kept,
            "metrics": line * (self.steps + self.epochs),
            "model, curves and report": sum(f.stat().st_size for f in others),
        }


def _bytes(variables: Any) -> int:
    return sum(variable.present().nbytes for variable in variables)


def _timed(what: Callable[[], Any]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began
