"""A run's probabilities, calibrated on its validation set.

Calibrated         the temperature, and for two classes the threshold; a file of the run
calibration_of     found from what a model says of a set
calibrated_part    what a report tells of it: reliability diagram, errors before and after
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import DataError, FileError
from pellucid.io import write_atomic
from pellucid.io.files import file_error
from pellucid.measures import (
    best_temperature,
    best_threshold,
    expected_calibration_error,
    log_loss,
    tempered,
)
from pellucid.strict import strict
from pellucid.tables import significant
from pellucid.train.measurements.judging import Judged
from pellucid.train.pages.curves import can_draw
from pellucid.train.pages.page import escape, table
from pellucid.train.pages.svg import element

FILE = "calibration.json"
HEADS = ("set", "samples", "error", "error, calibrated", "log loss", "log loss, calibrated")


@strict
@dataclass(frozen=True)
class Calibrated:
    """Probabilities at `temperature`, and the `threshold` above which the second of two classes is.

    `data`: the set of so many `samples` that it was found on; `weights`: of which weights.
    """

    temperature: float
    threshold: float | None
    data: str
    samples: int
    weights: str

    def probabilities(self, p: Any) -> Any:
        """Probabilities, calibrated. Shapes: (samples, classes) -> the same."""
        return tempered(p, self.temperature)

    def classes(self, p: Any) -> Any:
        """The classes that calibrated probabilities choose.

        Shapes: (samples, classes) -> (samples,).
        """
        if self.threshold is None:
            return np.asarray(p).argmax(axis=-1)
        return (np.asarray(p)[..., 1] > self.threshold).astype(np.int64)

    def __str__(self) -> str:
        text = f"calibrated: temperature {significant(self.temperature)}"
        if self.threshold is not None:
            text += f", yes above {significant(self.threshold)}"
        return f"{text}, from {self.samples:,} samples of {self.data!r}"

    def save(self, folder: Path) -> None:
        """Write it into a run folder. Errors: FileError."""
        write_atomic(folder / FILE, json.dumps(asdict(self), indent=2).encode() + b"\n")

    @staticmethod
    def load(folder: Path) -> "Calibrated | None":
        """The one of a run folder; None where there is none. Errors: FileError."""
        path = folder / FILE
        if not path.exists():
            return None
        try:
            entry = json.loads(path.read_bytes())
            return Calibrated(**entry)
        except OSError as error:
            raise file_error("read", path, error) from error
        except (ValueError, TypeError) as error:
            raise FileError(
                f"read {path}: it is damaged ({error}). Delete it: it is found again."
            ) from error


def calibration_of(found: Judged, weights: str) -> Calibrated:
    """Temperature and threshold for what a model says of a set. Errors: DataError."""
    p, true = _known(found)
    temperature = best_temperature(true, p)
    sure = tempered(p, temperature)
    threshold = best_threshold(true, sure[:, 1]) if p.shape[1] == 2 else None
    return Calibrated(temperature, threshold, found.data.name, len(true), weights)


def _known(found: Judged) -> tuple[Any, Any]:
    p = found.probabilities
    if p is None:
        raise DataError(
            f"calibrate on {found.data.name!r}: the loss does not say how outputs become "
            "probabilities. Cross-entropy and its kin do."
        )
    p = p.reshape(-1, p.shape[-1])
    true = found.data.labels.reshape(-1)
    kept = true != found.ignored if found.ignored is not None else np.ones(len(true), bool)
    return p[kept], true[kept]


def calibrated_part(made: Calibrated, sets: Sequence[Judged]) -> str:
    """What a report tells of it on some sets, the one it was found on first."""
    rows = []
    curves = []
    for found in sets:
        p, true = _known(found)
        name = found.data.name
        both = (p, made.probabilities(p))
        errors = [expected_calibration_error(true, each) for each in both]
        losses = [log_loss(true, each) for each in both]
        rows.append([name, f"{len(true):,}", *map(significant, errors + losses)])
        curves.append((name, true, *both))
    parts = [f"<p>{escape(str(made))}; with {escape(made.weights)}.</p>"]
    if can_draw():
        from pellucid.plot.reliability import reliability_diagram  # on use

        told = (
            "Reliability: how often what is given a probability is right; dashed: as it should be"
        )
        figure = reliability_diagram(*curves[-1])
        parts.append(f'<figure class="single">{element(figure, "reliability", told)}</figure>')
    parts.append(table("Expected calibration error and log loss", HEADS, rows, texts=1))
    return "\n".join(parts)
