"""Averages of weights over updates: what is validated, kept and saved in place of the last ones.

    ExponentialAverage   the newest weights count most (EMA)
    UniformAverage       all that are counted count alike (SWA)
    Averaging            the base of both: which updates are counted
    Averages             the averages of one model, which its training step moves

Training goes on from the weights themselves: no update reads an average.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import numpy as np

from pellucid.errors import OptionError, closest
from pellucid.primitives.base import FLOATS
from pellucid.refusals import KINDS, Kind, Strict
from pellucid.scopes import scope
from pellucid.state import State, copies, restore
from pellucid.tensor import Tensor, holding
from pellucid.variables import Buffer, Variable, assign_all, lent

AVERAGED, RECOMPUTED = STATISTICS = "averaged", "recomputed"


@dataclass(frozen=True)
class Averaging(Strict):
    """The base: an average of the weights w_1, w_2, ... after the updates that are counted.

        a_n = a_(n-1) + (w_n - a_(n-1)) / m_n,    m_n = decay m_(n-1) + 1,    m_0 = 0

    Each counts `decay` times as much as the next one, and all shares add up to 1 from the first
    on: where training began does not count. Of the updates behind `start` each `every`-th is
    counted; until the first of them the average is the weights as they are.

    Averaged are the parameters that the optimizer has, and the model's buffers of floats. Counts
    and other whole numbers are those of the last update. `statistics`: the running ones of batch
    norm are "averaged" over the same updates, or "recomputed" from the training data each time that
    the average is measured, and at the end: a pass over all of them, see `recompute_statistics`.
    They belong to the averaged weights then, where averages of statistics are near to that. A
    checkpoint holds the averaged ones.

    Units: start, every: updates.
    Errors: OptionError for a start below 0, `every` below 1, or other `statistics`.
    """

    _: KW_ONLY
    start: int = 0
    every: int = 1
    statistics: str = field(default=AVERAGED, repr=False)

    def __post_init__(self) -> None:
        if self.statistics not in STATISTICS:
            raise OptionError(
                f"{type(self).__name__}: statistics {self.statistics!r}. "
                f"{closest(self.statistics, STATISTICS)}"
            )
        for name, least in (("start", 0), ("every", 1)):
            value = getattr(self, name)
            if value < least:
                kind = type(self).__name__
                raise OptionError(f"{kind}: {name} is {value}. It counts updates: {least} or more.")

    @property
    def recomputes(self) -> bool:
        """Whether batch statistics are computed again from the data."""
        return self.statistics == RECOMPUTED

    @property
    def forgets(self) -> float:
        """How much the weights of an update count, where those of the next counted one count 1."""
        raise NotImplementedError(f"{type(self).__name__} must define forgets")

    def counted(self, update: Tensor) -> Tensor | None:
        """Whether an update is counted, 1 for the first; None where all are."""
        if self.start == 0 and self.every == 1:
            return None
        behind = update - self.start
        return (behind > 0) & (behind % self.every == 0)

    def of(self, model: Any, optimizer: Any) -> "Averages":
        """The averages of a model that an optimizer trains."""
        return Averages(self, model, optimizer)


@dataclass(frozen=True)
class ExponentialAverage(Averaging):
    """An average that forgets: EMA.

    After t updates, all of which are counted,

        a = (1 - decay) / (1 - decay^t) sum_i decay^(t - i) w_i,    i = 1 .. t

    It reaches back over about 1 / (1 - decay) counted updates. In float32 what an update would
    move by less than half a last digit does not move: with a decay above 0.9999 that is felt.

    In a loop of one's own `follow()` stands behind the update, in what is compiled, and the model
    holds the average inside `shown()`.

    Errors: OptionError for a decay outside 0 to 1, 1 itself not included; as `Averaging`.
    Source: Polyak and Juditsky 1992; without bias as in Kingma and Ba 2015, section 3.

    >>> import pellucid as pc
    >>> model = pc.nn.Linear(1, 1, bias=False)
    >>> optimizer = pc.optim.SGD(model.parameters(), 1.0)
    >>> averages = ExponentialAverage(0.5).of(model, optimizer)
    >>> for weight in (1.0, 2.0, 4.0):
    ...     model.weight.assign([[weight]])
    ...     averages.follow()
    >>> with averages.shown():
    ...     round(model.weight.item(), 6)  # (1/4 1 + 1/2 2 + 4) / (1/4 + 1/2 + 1)
    3.0
    >>> model.weight.item()
    4.0
    """

    decay: float = 0.999

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.decay < 1.0:
            raise OptionError(
                f"ExponentialAverage: decay is {self.decay}. It lies between 0 and 1, 1 itself "
                "not included, which is UniformAverage()."
            )

    @property
    def forgets(self) -> float:
        """Its decay."""
        return self.decay


@dataclass(frozen=True)
class UniformAverage(Averaging):
    """The mean of the weights after all updates that are counted (SWA).

    As in the paper with `start` where training is nearly done, and `every` as many updates as an
    epoch has. Errors: as `Averaging`.
    Source: Izmailov et al. 2018 (arXiv 1803.05407), algorithm 1, whose batch statistics are those
        of `statistics="recomputed"`.
    """

    @property
    def forgets(self) -> float:
        """1: nothing is forgotten."""
        return 1.0


KINDS[Averaging] = Kind("It is a rule: pellucid.train.ExponentialAverage(0.999)")


class Averages:
    """The averages of a model's variables, by path; `follow` moves them, after each update."""

    def __init__(self, rule: Averaging, model: Any, optimizer: Any) -> None:
        self.rule = rule
        given = getattr(optimizer, "parameters", None)
        trained = set(given.values() if isinstance(given, Mapping) else model.parameters().values())
        self._of: dict[str, Variable] = {
            path: variable
            for path, variable in model.variables().items()
            if variable.dtype in FLOATS and (variable in trained or not variable.trainable)
        }
        self._updates = Buffer(np.zeros((), np.int32), name="average:updates")
        self._mass = Buffer(np.zeros(()), name="average:mass")
        self._averages = {
            path: Buffer(np.zeros(variable.shape, variable.dtype), name=f"{path}:average")
            for path, variable in self._of.items()
        }

    def variables(self) -> dict[str, Variable]:
        """What an exact resume needs, by name."""
        return {":updates": self._updates, ":mass": self._mass} | self._averages

    def state_dict(self) -> State:
        """Copies of all arrays that an exact resume needs, by name."""
        return copies(self.variables())

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the arrays of a state. Errors: StateError listing everything that does not fit."""
        restore("Averages.load_state_dict", self.variables(), state, strict=True)

    def begin(self) -> None:
        """Be the weights as they are, where no update was made yet."""
        if not self._updates.present():
            now = copies(self._of)
            assign_all({self._averages[path]: holding(array) for path, array in now.items()})

    def follow(self) -> None:
        """Take the weights of an update in; in its step, behind it."""
        with scope("average", absolute=True):
            updates = self._updates.value + 1
            counted = self.rule.counted(updates)
            mass = self._mass.value
            more = mass * self.rule.forgets + 1.0
            share = 1.0 / more
            if counted is not None:
                more = counted.where(more, mass)
                share = counted.where(share, 0.0)
            new = {self._updates: updates, self._mass: more}
            for path, variable in self._of.items():
                w = variable.read()
                a = self._averages[path].value
                moved = a + (w - a) * share.astype(w.dtype)
                new[self._averages[path]] = (mass == 0.0).where(w, moved)
            assign_all(new)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Inside, the model holds the averages. Nothing is copied."""
        with lent(self.held()):
            yield

    def held(self) -> dict[Variable, Tensor]:
        """The averages as they are now, by the model's variables."""
        self.begin()
        return {variable: self._averages[path].held() for path, variable in self._of.items()}
