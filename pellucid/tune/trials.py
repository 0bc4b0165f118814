"""What a search has tried: each trial with its score, the best ones, and the file of them all.

Trial        a point and what came of it
Results      all trials of a search
TrialFile    trials as lines of JSON, written as they end
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pellucid.disk import AnyPath, expanded
from pellucid.errors import FileError, OptionError, TrainingError
from pellucid.io import append_jsonl, read_jsonl
from pellucid.strict import strict
from pellucid.tables import aligned, significant
from pellucid.tune.space import Point, Space


@strict
@dataclass(frozen=True)
class Trial:
    """One point and its score: lower is better; nan where it failed, for the reason given."""

    number: int
    point: Point
    score: float
    seconds: float
    failure: str = ""

    @property
    def is_done(self) -> bool:
        """Whether there is a score."""
        return math.isfinite(self.score)


def best_first(trials: Sequence[Trial]) -> list[Trial]:
    """The trials that have a score, the lowest first; of equal ones the earlier."""
    return sorted((t for t in trials if t.is_done), key=lambda t: (t.score, t.number))


@strict
@dataclass(frozen=True)
class Results:
    """All trials of a search, in order; `stopped` says why there are no more.

    `str()` is a table of the best.
    """

    space: Space
    trials: tuple[Trial, ...]
    stopped: str

    @property
    def best(self) -> Trial:
        """The trial with the lowest score. Errors: TrainingError where none has one."""
        found = best_first(self.trials)
        if not found:
            reasons = "; ".join(dict.fromkeys(t.failure for t in self.trials)) or "none was made"
            raise TrainingError(
                f"search: no trial has a score ({reasons}). Widen the space, or lower the "
                "learning rates in it."
            )
        return found[0]

    @property
    def advice(self) -> list[str]:
        """What the best point says of the space: where it lies at an end of a range."""
        if not any(trial.is_done for trial in self.trials):
            return []
        edges = {name: r.edge(self.best.point[name]) for name, r in self.space.items()}
        return [
            f"the best {name}, {self.best.point[name]}, is at the {edge} end of its range: "
            "look beyond it"
            for name, edge in edges.items()
            if edge
        ]

    def rows(self, most: int = 10) -> list[list[str]]:
        """The best trials as a table of words: number, score, then a column for each name."""
        head = ["trial", "score", *self.space]
        found = best_first(self.trials)[:most]
        return [head, *map(self._row, found)]

    def _row(self, trial: Trial) -> list[str]:
        settings = [word(trial.point[name]) for name in self.space]
        return [str(trial.number + 1), significant(trial.score), *settings]

    def __str__(self) -> str:
        failed = sum(not trial.is_done for trial in self.trials)
        counts = f"{len(self.trials)} trials, {failed} without a score; {self.stopped}"
        return "\n".join([*aligned(self.rows()), counts, *self.advice])


def word(value: Any) -> str:
    """A value as it is written on the command line.

    >>> word((100, 50)), word(0.001), word("relu")
    ('100,50', '0.001', 'relu')
    """
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


class TrialFile:
    """Trials as lines of JSON; the first line says which search they are of.

    Errors: FileError where it cannot be read or written; OptionError where it holds the trials
    of another search.
    """

    def __init__(
        self,
        path: AnyPath,
        search: dict[str, Any],
        space: Space,
    ) -> None:
        self.path = Path(expanded(path))
        self.space = space
        self.head = {"search": json.loads(json.dumps(search, default=repr))}

    def read(self) -> list[Trial]:
        """The trials made before; the file is begun where it is missing."""
        records = read_jsonl(self.path) if self.path.exists() else []
        if not records:
            append_jsonl(self.path, [self.head])
            return []
        if records[0] != self.head:
            raise OptionError(
                f"search: {self.path} holds the trials of another search (space, strategy or "
                "seed differ). Name another file, or delete it."
            )
        return [self._trial(number, record) for number, record in enumerate(records[1:])]

    def _trial(self, number: int, record: dict[str, Any]) -> Trial:
        try:
            trial = Trial(**record)
            _check_kinds(trial, number)
            point = {name: r.restored(trial.point[name]) for name, r in self.space.items()}
            score = float(trial.score)
            seconds = float(trial.seconds)
        except (TypeError, KeyError, ValueError) as error:
            raise FileError(
                f"read {self.path}: {record} is no trial ({error}). Delete the damaged line, and "
                "those after it."
            ) from error
        return replace(trial, point=point, score=score, seconds=seconds)

    def append(self, trial: Trial) -> None:
        """Write a trial down."""
        append_jsonl(self.path, [asdict(trial)])


def _check_kinds(trial: Trial, number: int) -> None:
    """Raise TypeError or ValueError unless a trial that was read has what trials have."""
    numbers = (trial.score, trial.seconds)
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise TypeError("score and seconds are numbers")
    if not (isinstance(trial.point, dict) and isinstance(trial.failure, str)):
        raise TypeError("point has a value for each name, failure is a text")
    if isinstance(trial.number, bool) or trial.number != number:
        raise ValueError(f"number is {trial.number!r}, and it is trial {number}")
