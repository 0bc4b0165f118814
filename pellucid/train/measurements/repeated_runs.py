"""The same training several times, with other seeds or folds: what came out, and how it varies.

repeated    trains a Trainer for each case
Repeats     the measures of all runs: their mean and spread, and curves with a band
"""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.disk import expanded
from pellucid.errors import OptionError
from pellucid.refusals import Strict
from pellucid.strict import strict
from pellucid.tables import aligned, cell
from pellucid.train.measurements.measured import Curves

HEADS = ["measure", "mean", "spread", "least", "most"]
SPREAD = "sample standard deviation"


@dataclass(frozen=True, eq=False)
class Repeats(Strict):
    """Runs beside each other: by name the measures of each, of the epoch whose weights it keeps.

        mean = sum of x / n;  spread = sqrt(sum of (x - mean)^2 / (n - 1))

    `curves`: what was measured of each run after epochs, as columns. The spread is that of single
    runs, the sample standard deviation; that of their mean is less, by the root of their number.
    """

    names: tuple[str, ...]
    values: tuple[Mapping[str, float], ...]
    curves: tuple[Curves, ...]

    @property
    def measures(self) -> list[str]:
        """What every run has measured."""
        known: list[str] = list(self.values[0]) if self.values else []
        return [name for name in known if all(name in each for each in self.values)]

    def of(self, measure: str) -> list[float]:
        """The values of a measure, one for each run."""
        return [each[measure] for each in self.values]

    @property
    def mean(self) -> dict[str, float]:
        """The mean of each measure over the runs."""
        return {name: math.fsum(self.of(name)) / len(self.values) for name in self.measures}

    @property
    def spread(self) -> dict[str, float]:
        """The sample standard deviation of each measure; nan of a single run."""
        return {name: _spread(self.of(name)) for name in self.measures}

    def rows(self) -> list[list[str]]:
        """Heads, and a row for each measure."""
        found = [HEADS]
        for name in self.measures:
            values = self.of(name)
            told = [self.mean[name], self.spread[name], min(values), max(values)]
            found.append([name.replace("_", " "), *map(cell, told)])
        return found

    def as_dict(self) -> dict[str, Any]:
        """The same for a program, with the values of each run."""
        measures = {
            name: {"mean": self.mean[name], "spread": self.spread[name], "values": self.of(name)}
            for name in self.measures
        }
        return {"runs": list(self.names), "spread": SPREAD, "measures": measures}

    def __repr__(self) -> str:
        count = len(self.values)
        title = f"{count} runs; spread: {SPREAD} of these {count}"
        return "\n".join([title, *aligned(self.rows(), texts=1)])

    def plot(self) -> Any:
        """The mean of each measure after epochs, with a band of the spread: a Matplotlib figure.

        Errors: OptionError where no run has ended an epoch, or Matplotlib is not installed.
        """
        from pellucid.train.pages.bands import draw_bands  # on use: it draws

        return draw_bands(self.curves)


def _spread(values: Sequence[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else math.nan


@strict
def repeated(make: Callable[[Any], Any], cases: Iterable[Any], epochs: int) -> Repeats:
    """Train `make(case)`, a Trainer, for each case: seeds, folds, or whatever else there is.

    Of runs that are kept in folders, `Saving(FOLDER)`, those that were cut off go on where they
    were, and those that are done are read: called again after Ctrl-C, it does what was left.
    Errors: OptionError where there is no case; those of training.
    """
    names: list[str] = []
    values = []
    curves = []
    for case in cases:
        trainer = make(case)
        history = _trained(trainer, epochs)
        epoch = history.restored_epoch or history.epochs["epoch"][-1]
        if history.stopped.startswith("stopped by"):
            raise KeyboardInterrupt
        names.append(str(case) if isinstance(case, int | str) else str(len(names) + 1))
        values.append(history.epoch_values(epoch))
        curves.append(history.epochs)
    if not names:
        raise OptionError("repeated: there is no case. Give some: repeated(make, range(5), 10).")
    return Repeats(tuple(names), tuple(values), tuple(curves))


def _trained(trainer: Any, epochs: int) -> Any:
    """The history of a run, which goes on if it was begun."""
    saving = trainer.options.saving
    if saving is None or not (Path(expanded(saving.folder)) / "config.json").exists():
        return trainer.fit(epochs, show=False)
    trainer.resume()
    if trainer.position.epoch >= epochs:
        history = trainer.history
        history.restored_epoch = history.best_epoch if trainer.keep == "best" else None
        return history
    return trainer.fit(epochs, show=False)
