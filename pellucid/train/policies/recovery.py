"""What becomes of a step whose numbers are not finite: it is not made, and training goes on.

    SkipStep      everything stays as it was before the step
    GoBack        everything becomes what it was at the last mark
    Recovery      the base of both: how many in a row are too many
    SoundSteps    the steps of one run, which are looked at while they are made
    too_many      where as many in a row were not made

A step is not made where its loss, or anything that it would write, is not finite: weights,
averages, the state of the optimizer, running statistics. Its samples have had their turn: the next
batch follows. That is decided inside the compiled step, so it depends neither on how many steps
run at a time nor on where a run was interrupted. In `history.steps`, `made` is 1 for a step that
was made, and 0 for one that was not.
"""

import functools
import math
import operator
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.errors import OptionError, TrainingError
from pellucid.primitives.base import FLOATS
from pellucid.recordings import active_recording
from pellucid.refusals import KINDS, Kind, Strict
from pellucid.scopes import scope
from pellucid.tensor import Tensor, holding
from pellucid.variables import Buffer, Variable, assign_all


@dataclass(frozen=True)
class Recovery(Strict):
    """The base: training stops where `most` steps in a row were not made.

    Errors: OptionError for fewer than 1.
    """

    _: KW_ONLY
    most: int = 10
    then: ClassVar[str] = ""

    def __post_init__(self) -> None:
        _check(self, "most", "steps")

    def sound_steps(self) -> "SoundSteps":
        """The steps of a run that recovers so."""
        return SoundSteps(self)


@dataclass(frozen=True)
class SkipStep(Recovery):
    """A step that is not finite changes nothing: weights, and counts of updates and draws.

    Errors: as `Recovery`.
    """


@dataclass(frozen=True)
class GoBack(Recovery):
    """A step that is not finite brings everything back to what it was at the last mark.

    Marks are the start and every `every`-th step of the run, where it was made. What was learned
    since is lost, the counts of updates and draws among it; batches go on. A mark is a copy of all
    that a step writes, in memory and in checkpoints.

    Units: every: steps.
    Errors: OptionError for `every` below 1; as `Recovery`.
    Source: Chowdhery et al. 2022 (arXiv 2204.02311), section 5.1, where a loss that jumped was
        gone back from, and the batches around it left out.
    """

    every: int = 100
    then: ClassVar[str] = " All is as at the last mark before."

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self, "every", "steps")


def _check(rule: Recovery, name: str, noun: str) -> None:
    value = getattr(rule, name)
    if value < 1:
        raise OptionError(f"{type(rule).__name__}: {name} is {value}. It counts {noun}: 1 or more.")


KINDS[Recovery] = Kind("It is a rule: pellucid.train.SkipStep()")


class SoundSteps:
    """Has a step write what it computed only where all of it is finite."""

    def __init__(self, rule: Recovery) -> None:
        self.rule = rule
        self._tried = Buffer(np.zeros((), np.int64), name="mark:steps")
        self._marks: dict[Variable, Variable] = {}

    def variables(self) -> dict[str, Variable]:
        """What an exact resume needs beside what steps write themselves, by name."""
        if not self._marks:
            return {}
        found = {f"{i}:{v.name}": mark for i, (v, mark) in enumerate(self._marks.items())}
        return {":steps": self._tried} | found

    def begin(self) -> None:
        """Mark the state as it is, where no step was tried yet."""
        if not self._tried.present():
            assign_all({mark: holding(v.present().copy()) for v, mark in self._marks.items()})

    def settle(self, loss: Tensor) -> Tensor:
        """Whether the step that is being captured is made: 1, or 0; behind all that it writes."""
        record = active_recording()
        if record is None:
            raise AssertionError("nothing is being captured")
        # What rests now, as a frozen layer does, has marks of its own, too.
        new = {variable: variable.read() for variable in self._marks} | record.writes
        with scope("sound", absolute=True):
            floats = [x for x in (loss, *new.values()) if x.dtype in FLOATS]
            sound = functools.reduce(operator.and_, [(x.abs() < math.inf).all() for x in floats])
            before = {variable: record.reads[variable] for variable in new}
            if isinstance(self.rule, GoBack):
                before = self._marked(self.rule, new, sound)
            assign_all({v: sound.where(value, before[v]) for v, value in new.items()})
        made: Tensor = sound.astype("float32")
        return made

    def too_many(self, where: str, origin: Any) -> TrainingError:
        """The error where too many steps in a row were not made. `origin`: of the last one."""
        most = self.rule.most
        cause = "" if origin is None else f" First: {origin}."
        return TrainingError(
            f"Trainer: {most} steps in a row were not made, the last {where}: loss or update were "
            f"not finite.{cause} Usual remedies: a smaller learning rate, clipped gradients, "
            "inputs scaled to about 1."
        )

    def _marked(
        self, rule: GoBack, new: dict[Variable, Tensor], sound: Tensor
    ) -> dict[Variable, Tensor]:
        """The state at the last mark; this step may be the next one."""
        for variable in new:
            if variable not in self._marks:
                copy = np.array(variable.present())
                self._marks[variable] = Buffer(copy, name=f"{variable.name}:mark")
        before = {variable: self._marks[variable].value for variable in new}
        # What is frozen now is marked as it is: it may be thawed before the next mark.
        resting = {v: v.read() for v in self._marks if v not in new}
        tried = self._tried.value + 1
        is_due = sound & (tried % rule.every == 0)
        marks = {self._marks[v]: is_due.where(value, before[v]) for v, value in new.items()}
        kept = {self._marks[v]: value for v, value in resting.items()}
        assign_all({self._tried: tried, **marks, **kept})
        return before


def too_many(made: Sequence[Any], before: int, most: int) -> int | None:
    """After how many of some steps `most` in a row were not made; None where there are not.

    `before`: how many were not made right before them.

    >>> too_many([1.0, 0.0, 0.0, 1.0], before=5, most=2), too_many([0.0], before=0, most=2)
    (3, None)
    """
    row = before
    for done, each in enumerate(made, start=1):
        row = 0 if each else row + 1
        if row >= most:
            return done
    return None
