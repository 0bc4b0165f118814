"""Where a run is kept, how often it is saved, and how much of it stays.

Saving    what a Trainer is told about its run folder
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pellucid.errors import OptionError
from pellucid.refusals import Strict
from pellucid.train.run_files.checkpoint import Position

USUAL_SECONDS = 5.0


@dataclass(frozen=True)
class Saving(Strict):
    """Where a run is kept, and how often it can be gone on from.

    `folder` is made for the run; see `pellucid.train.run_files.run_folder` for what it holds.
    A checkpoint is written at the start, at the end, and between two steps: after every
    `every_steps` updates, counted from the start of the run, after every `every_epochs` epochs,
    and once `every_seconds` have passed; of several that are given, whichever comes first. Where
    none is, every 5 seconds.
    The newest `checkpoints` stay, and the weights of the `best` epochs by what is monitored.
    `budget`: bytes that checkpoints and best weights may take together; the oldest checkpoints go
    before it is passed, then the worst of the best, never the newest and the best. `config` is
    added to config.json, also to that of a run that goes on. `calibrate`: whether probabilities are
    calibrated on the validation set once training has ended, for the report and for predictions.
    `report=False` leaves out the curves and the page, which take about a second to draw,
    `graph=False` what the model computes, from which `pellucid.load` uses it without its class.
    """

    folder: str | os.PathLike[str]
    every_seconds: float | None = None
    checkpoints: int = 2
    report: bool = True
    graph: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)
    every_steps: int | None = None
    every_epochs: int | None = None
    best: int = 1
    budget: int | None = None
    calibrate: bool = False

    def __post_init__(self) -> None:
        if self.checkpoints < 1:
            raise OptionError(
                f"Saving: checkpoints is {self.checkpoints}. At least 1 of them must stay."
            )
        for name in ("best", "every_steps", "every_epochs", "budget"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise OptionError(f"Saving: {name} is {value}. It must be 1 or more.")
        if self.every_seconds is not None and not self.every_seconds >= 0:
            raise OptionError(
                f"Saving: every_seconds is {self.every_seconds}. It must be 0 or more."
            )

    @property
    def seconds(self) -> float | None:
        """After how many seconds a checkpoint is due; None where time does not matter."""
        by_count = self.every_steps is not None or self.every_epochs is not None
        return USUAL_SECONDS if self.every_seconds is None and not by_count else self.every_seconds

    def is_due(self, at: Position, seconds: float) -> bool:
        """Whether it is time for a checkpoint, so many seconds after the last one."""
        steps = self.every_steps
        epochs = self.every_epochs
        ends_epoch = at.step_in_epoch == 0
        return (
            (self.seconds is not None and seconds >= self.seconds)
            or (steps is not None and at.step % steps == 0)
            or (epochs is not None and ends_epoch and at.epoch % epochs == 0)
        )
