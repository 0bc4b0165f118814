"""A training run at one instant: enough to go on with the very same bits.

Position     how far training is
Checkpoint   position, every variable, and the best epoch so far; one safetensors file
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pellucid.errors import FileError
from pellucid.io import safetensors
from pellucid.strict import strict
from pellucid.train.policies.early_stopping import Best

ENTRY = "pellucid.checkpoint"


@strict
@dataclass(frozen=True)
class Position:
    """Steps done in all, whole epochs done, and steps done in the epoch that has begun."""

    step: int = 0
    epoch: int = 0
    step_in_epoch: int = 0


@strict
@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything that the next step depends on.

    `arrays`: every variable of model and optimizer by name. `lines`: how many lines of the
    metrics file belong to it. `identity`: what must be the same in a run that goes on from it.
    `seconds`: how long training took until then; 0 in files that do not say so.
    """

    arrays: Mapping[str, Any]
    position: Position
    best: Best
    lines: int = 0
    identity: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as one file, whole or not at all. Errors: FileError."""
        entry = {
            "position": asdict(self.position),
            "best": self.best.as_dict(),
            "lines": self.lines,
            "identity": dict(self.identity),
            "seconds": self.seconds,
        }
        safetensors.save(path, self.arrays, {ENTRY: json.dumps(entry)})

    @staticmethod
    def load(path: str | os.PathLike[str]) -> "Checkpoint":
        """Read one back. Errors: FileError naming the file and what is wrong with it."""
        arrays, texts = safetensors.load(path)
        if ENTRY not in texts:
            raise FileError(
                f"load {os.fspath(path)}: its metadata have no entry {ENTRY!r}. It holds "
                "weights, but is not a checkpoint of a training run."
            )
        try:
            entry = json.loads(texts[ENTRY])
            position = Position(**{name: int(n) for name, n in entry["position"].items()})
            best = Best.from_dict(entry["best"])
            lines = int(entry["lines"])
            identity = dict(entry["identity"])
            seconds = float(entry.get("seconds", 0.0))
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
            OverflowError,
        ) as error:
            raise FileError(
                f"load {os.fspath(path)}: its entry {ENTRY!r} is damaged "
                f"({type(error).__name__}: {error}). Delete the file to go on from the "
                "checkpoint before it."
            ) from error
        return Checkpoint(arrays, position, best, lines, identity, seconds)


def step_file(folder: Path, step: int) -> Path:
    """The name of the checkpoint after a step; names sort by step."""
    return folder / f"step-{step:010}.safetensors"


def best_file(folder: Path, epoch: int) -> Path:
    """The name of the file with the model's weights after the best epoch."""
    return folder / f"best-{epoch:06}.safetensors"
