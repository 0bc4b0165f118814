"""Which weights a run ends with: those of the best epoch, or those of the last one.

Kept         the weights that a model holds once training has ended, in words
kept_now     those of a checkpoint
Keeper       has the model hold them, and gives it its last ones back to go on from
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pellucid.tensor import Tensor, holding
from pellucid.train.options import BEST, LAST, Options
from pellucid.train.policies.early_stopping import Watch
from pellucid.train.run_files.checkpoint import Checkpoint, Position
from pellucid.variables import assign_all

if TYPE_CHECKING:
    from pellucid.train.policies.averaging import Averages

# Before the names of a model's variables, of their averages, and of marks, in checkpoints.
MODEL, AVERAGE, MARK = "model/", "average/", "mark/"
CHANGED = (
    "Trainer: the model's variables were changed since training ended. It goes on from them as "
    "they are now, and not from the last weights that it had trained."
)


@dataclass(frozen=True)
class Kept:
    """The weights of an epoch, the best by what was monitored; without `monitor`, the last.

    >>> print(Kept(Position(120, 6), "validation_loss"))
    weights of epoch 6, the best by validation loss
    >>> print(Kept(Position(123, 6, 3)))
    weights of step 123, in epoch 7, the last
    >>> print(Kept(Position(120, 6), averaged=True))
    averaged weights of epoch 6, the last
    """

    position: Position
    monitor: str = ""
    averaged: bool = False

    def __str__(self) -> str:
        at = self.position
        if at.step_in_epoch:
            place = f"step {at.step}, in epoch {at.epoch + 1}"
        else:
            place = f"epoch {at.epoch}" if at.epoch else "the start"
        which = f"best by {self.monitor.replace('_', ' ')}" if self.monitor else "last"
        return f"{'averaged ' * self.averaged}weights of {place}, the {which}"


def kept_now(checkpoint: Checkpoint) -> tuple[dict[str, Any], Kept]:
    """The model's arrays in a checkpoint, averaged where weights are, and which these are."""
    last, averages = (
        {
            name.removeprefix(kind): a
            for name, a in checkpoint.arrays.items()
            if name.startswith(kind)
        }
        for kind in (MODEL, AVERAGE)
    )
    arrays = {name: averages.get(name, array) for name, array in last.items()}
    return arrays, Kept(checkpoint.position, averaged=bool(averages))


class Keeper:
    """What a model holds between the end of training and going on with it.

    Meanwhile the last weights wait here, as the tensors that the variables held: nothing is
    copied. Where weights are averaged, `averages` are what is measured and kept; `renew`, where it
    is given, then has the batch statistics of the model belong to them.
    """

    def __init__(
        self,
        options: Options,
        model: Any,
        averages: "Averages | None",
        renew: Callable[[], None] | None = None,
        *,
        validates: bool,
    ) -> None:
        chooses = validates or options.early_stopping is not None
        self.keep = options.keep or (BEST if chooses else LAST)
        self.kept: Kept | None = None
        self._model = model
        self._averages, self._renew = averages, renew
        self._waiting: dict[str, Tensor] = {}
        self._shown: dict[str, Tensor] = {}

    def show(self, watch: Watch, position: Position, *, restore: bool = True) -> Kept:
        """Have the model hold the weights that are kept: the best, where there are some."""
        best = watch.best
        weights = watch.weights
        self.kept = Kept(position)
        averages = self._averages
        variables = self._model.variables()
        if restore and self.keep == BEST and weights is not None and best.epoch is not None:
            self._wait()
            assign_all({v: holding(weights[name]) for name, v in variables.items()})
            place = Position(epoch=best.epoch)
            self.kept = Kept(place, best.monitor, averaged=averages is not None)
        elif restore and averages is not None:
            self._wait()
            assign_all(averages.held())
            self._renew_statistics()
            self.kept = Kept(position, averaged=True)
        # Held, so that a program that updates the variables leaves these arrays alone.
        self._shown = {name: v.held() for name, v in variables.items()}
        return self.kept

    def variables(self) -> Iterable[Any]:
        """Those of the model, whose arrays are kept."""
        variables: dict[str, Any] = self._model.variables()
        return variables.values()

    def _wait(self) -> None:
        self._waiting = {name: v.held() for name, v in self._model.variables().items()}

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Inside, the model holds the weights that are measured after an epoch."""
        if self._averages is None:
            yield
        else:
            with self._averages.shown():
                self._renew_statistics()
                yield

    def _renew_statistics(self) -> None:
        if self._renew is not None:
            self._renew()

    def go_on(self) -> bool:
        """Give the last weights back; False where the model's were changed since `show`.

        Then those stay, and training goes on from them.
        """
        waiting = self._waiting
        changed = self._changed()
        self.forget()
        if waiting and not changed:
            assign_all({v: waiting[name] for name, v in self._model.variables().items()})
        if self._averages is not None:
            self._averages.begin()
        return not changed

    def forget(self) -> None:
        """Nothing waits any more: the variables hold what training goes on from."""
        self.kept = None
        self._waiting = {}
        self._shown = {}

    def last(self, arrays: dict[str, Any]) -> dict[str, Any]:
        """The arrays of a checkpoint, with the last weights where the kept ones are shown."""
        if self._changed():
            return arrays
        return arrays | {f"{MODEL}{name}": t.array for name, t in self._waiting.items()}

    def _changed(self) -> bool:
        """Whether a variable holds another array than when the kept weights were shown."""
        now = self._model.variables()
        return any(now[n].present() is not t.array for n, t in self._shown.items() if n in now)
