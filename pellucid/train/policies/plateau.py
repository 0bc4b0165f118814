"""The learning rate lowered when a measure does not get better.

    ReduceOnPlateau    what is watched, how long to wait, and how much lower; a callback
    Plateau            what the values so far came to

What epochs came to is a function of their values alone, and these stand in the history of a run:
a run that goes on knows them from there.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from pellucid.errors import OptionError, closest
from pellucid.optim import Schedule
from pellucid.optim.optimized import assign_rate
from pellucid.optim.schedules import check
from pellucid.strict import strict
from pellucid.train.measurements.history import EpochRecord
from pellucid.train.measurements.measured import TRAIN, VALIDATION
from pellucid.train.options import Callback
from pellucid.train.policies.early_stopping import MODES, rises
from pellucid.train.requirements import check_measured


@strict
@dataclass(frozen=True)
class Plateau:
    """What the values so far came to.

    `best`: the best value, nan before there is one. `waited`: values since then, or since the
    rate was lowered and its cooldown over, without a gain. `cooling`: values of the cooldown that
    are still to come. `acts`: whether the rate is lowered after the last value.
    """

    best: float = math.nan
    waited: int = 0
    cooling: int = 0
    acts: bool = False


# By trainer and rule: how many epochs were looked at, and what they came to.
_SEEN: WeakKeyDictionary[Any, dict[Any, tuple[int, Plateau]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class ReduceOnPlateau(Callback):
    """Lower the learning rate by a factor after `patience` epochs without a gain.

        rate <- max(lowest, factor rate)

    A value is a gain if it is better than the best so far by more than
    min_delta + min_share |best|; nan never is, and the first other value is. After each epoch:
    a gain becomes the best value, and waiting begins at 0; any other epoch is waited for. When
    `patience` epochs have been waited for, the rate is lowered at once, before the next update,
    and waiting begins at 0 again. The `cooldown` epochs that follow are not waited for, but what
    they gain is the best value. What is measured within epochs does not count. A rate that is at
    `lowest` or below stays. Groups with rates of their own have them lowered too. Moments and
    momentum stay as they are.

    The rate that is lowered is the one that the optimizer has then: where it was set meanwhile,
    that one. Nothing is stored of the rate here. `monitor` and `mode` are as in
    `EarlyStopping`. Give it to a `Trainer` by Options(callbacks=(ReduceOnPlateau(),)); in a loop
    of one's own

        state = rule.after(state, loss)
        if state.acts:
            rule.lower(optimizer)

    Where others differ: PyTorch's ReduceLROnPlateau waits one epoch longer (its patience 10 is
    11 here), and its threshold is 1e-4, a share of the best value that is taken as signed, so
    that a loss below 0 gains by rising a little. Keras's counts the last epoch of the cooldown
    (its 3 are 2 here), its min_delta is 1e-4.

    Units:  patience, cooldown: epochs.
    Errors: OptionError for a factor outside 0 to 1, a patience below 1, another number below 0;
        from the Trainer for a monitor that is not measured, or a rate that follows a schedule.
    """

    decides: ClassVar[bool] = True

    factor: float = 0.1
    patience: int = 10
    cooldown: int = 0
    min_delta: float = 0.0
    min_share: float = 0.0
    lowest: float = 0.0
    monitor: str | None = None
    mode: str | None = None

    def __post_init__(self) -> None:
        name = type(self).__name__
        check(name, "factor", self.factor)
        if self.factor >= 1.0:
            raise OptionError(
                f"{name}: factor {self.factor}. The rate is multiplied by it, and lower then: "
                "it lies between 0 and 1."
            )
        check(name, "patience", self.patience, least=1)
        for option in ("cooldown", "min_delta", "min_share", "lowest"):
            check(name, option, getattr(self, option), zero=True)
        if self.mode is not None and self.mode not in MODES:
            raise OptionError(f"{name}: mode {self.mode!r}. {closest(self.mode, MODES)}")

    def after(self, state: Plateau, value: float, *, higher: bool = False) -> Plateau:
        """What the values came to once there is another; `higher`: whether higher is better.

        >>> rule, state = ReduceOnPlateau(patience=2), Plateau()
        >>> for loss in (3.0, 1.0, 1.5, 1.0):
        ...     state = rule.after(state, loss)
        >>> state
        Plateau(best=1.0, waited=0, cooling=0, acts=True)
        """
        sign = -1.0 if higher else 1.0
        gains = self._gains(sign * state.best, sign * value)
        best = value if gains else state.best
        if state.cooling > 0:
            return Plateau(best, cooling=state.cooling - 1)
        waited = 0 if gains else state.waited + 1
        if waited < self.patience:
            return Plateau(best, waited)
        return Plateau(best, cooling=self.cooldown, acts=True)

    def _gains(self, best: float, value: float) -> bool:
        """Whether a value is a gain, where lower is better."""
        if math.isnan(value) or math.isnan(best):
            return not math.isnan(value)
        share = self.min_share * abs(best) if math.isfinite(best) else 0.0
        return best - value > self.min_delta + share

    def over(self, values: Iterable[float], *, higher: bool = False) -> list[int]:
        """After which of the values the rate is lowered; 1 is the first."""
        state = Plateau()
        found = []
        for number, value in enumerate(values, 1):
            state = self.after(state, value, higher=higher)
            if state.acts:
                found.append(number)
        return found

    def lower(self, optimizer: Any) -> None:
        """Lower all learning rates of an optimizer. Errors: OptionError for a schedule."""
        for name, rate in _rates(optimizer).items():
            present = float(rate.value)
            if present > self.lowest:
                assign_rate(name, rate, max(self.lowest, present * self.factor))

    # ---- within a Trainer ----------------------------------------------------------------

    def ready(self, trainer: Any) -> None:
        """Refuse a monitor that is not measured, and a rate that follows a schedule."""
        name = type(self).__name__
        sets = trainer.validation, trainer.options, trainer.further
        check_measured(name, self._watched(trainer), *sets)
        self._rises(trainer)
        _rates(trainer.optimizer)

    def after_epoch(self, trainer: Any, record: EpochRecord) -> None:
        """Lower the rate where it is time."""
        seen = _SEEN.setdefault(trainer, {})
        values = trainer.history.epochs[self._watched(trainer)]
        count, state = seen.get(self, (0, Plateau()))
        if count >= len(values):  # the run was taken back to an earlier epoch
            count = 0
            state = Plateau()
        higher = self._rises(trainer)
        for value in values[count:]:
            state = self.after(state, value, higher=higher)
        seen[self] = len(values), state
        if state.acts:
            self.lower(trainer.optimizer)

    def end(self, trainer: Any) -> None:
        """Tell when the rate was lowered."""
        values = trainer.history.epochs.get(self._watched(trainer), ())
        epochs = self.over(values, higher=self._rises(trainer))
        if epochs:
            told = ", ".join(str(trainer.history.epochs["epoch"][i - 1]) for i in epochs)
            trainer.results["learning rate lowered after epoch"] = told

    def _watched(self, trainer: Any) -> str:
        """The full name of the measure."""
        usual = (TRAIN if trainer.validation is None else VALIDATION) + "loss"
        return self.monitor or trainer.options.monitor or usual

    def _rises(self, trainer: Any) -> bool:
        metrics = trainer.options.metrics
        return rises(self._watched(trainer), metrics, self.mode, type(self).__name__)


def _rates(optimizer: Any) -> dict[str, Any]:
    """The learning rates of an optimizer. Errors: OptionError where one cannot be set."""
    kind = type(optimizer).__name__
    if not hasattr(optimizer, "rates"):
        raise OptionError(
            f"ReduceOnPlateau: {kind} does not tell its learning rates. An optimizer of "
            "pellucid.optim does."
        )
    rates: dict[str, Any] = optimizer.rates()
    for name, rate in rates.items():
        if isinstance(rate, Schedule):
            raise OptionError(
                f"ReduceOnPlateau: {name} of {kind} is {rate}, which sets the rate of each "
                "update. Give the optimizer a number as its learning rate, or leave one out."
            )
    return rates
