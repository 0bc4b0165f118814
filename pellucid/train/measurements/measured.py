"""The loss and metrics of a run as two tables, of steps and of epochs: what curves are drawn from.

Measured            the tables of steps and epochs; `History` is the one class made from it
TRAIN, VALIDATION   begin the names of what was measured of these sets
MADE                the column of steps that says which were made
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.refusals import Strict

Columns = dict[str, list[Any]]
Curves = Mapping[str, Sequence[Any]]  # columns of epochs, as they are read from a run

TRAIN = "train_"
VALIDATION = "validation_"
MADE = "made"


@dataclass
class Measured(Strict):
    """Dicts of lists of equal length, and which epochs are marked; see `History`."""

    steps: Columns = field(default_factory=dict)
    epochs: Columns = field(default_factory=dict)
    validations: Columns = field(default_factory=dict, kw_only=True)
    best_epoch: int | None = None
    restored_epoch: int | None = None

    @property
    def unmade(self) -> int:
        """How many steps in a row, up to the last one, were not made."""
        made = self.steps.get(MADE, [])
        return next((i for i, each in enumerate(reversed(made)) if each), len(made))

    @property
    def skipped(self) -> list[int]:
        """The steps that were not made, as their numbers were not finite."""
        columns = (self.steps.get(name, []) for name in ("step", MADE))
        return [step for step, made in zip(*columns, strict=False) if not made]
