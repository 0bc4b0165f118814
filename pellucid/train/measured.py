"""The loss and metrics of a run as two tables, of steps and of epochs: what curves are drawn from.

Measured            the tables of steps and epochs; `History` is the one class made from it
TRAIN, VALIDATION   begin the names of what was measured of these sets
"""

from dataclasses import dataclass, field
from typing import Any

from pellucid.refusals import Strict

Columns = dict[str, list[Any]]

TRAIN = "train_"
VALIDATION = "validation_"


@dataclass
class Measured(Strict):
    """Dicts of lists of equal length, and which epochs are marked; see `History`."""

    steps: Columns = field(default_factory=dict)
    epochs: Columns = field(default_factory=dict)
    best_epoch: int | None = None
    restored_epoch: int | None = None
