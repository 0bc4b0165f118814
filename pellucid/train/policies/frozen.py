"""Parts of a model that are frozen for some epochs, as in gradual unfreezing.

Frozen    a callback: what, from which epoch on, until when
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pellucid.errors import OptionError, some
from pellucid.refusals import shown
from pellucid.train.measurements.history import EpochRecord
from pellucid.train.options import Callback
from pellucid.variables import Variable


@dataclass(frozen=True, eq=False)
class Frozen(Callback):
    """Parameters that training leaves as they are in some epochs.

    `of`: a module, a list of modules, or variables by name, of the trainer's model. They are
    frozen when `since` epochs are done, and thawed when `until` are; left out, never. So the
    first epochs of a run with Frozen(model.body, until=2) train the rest alone, and

        callbacks=(Frozen(model.body[1], until=1), Frozen(model.body[0], until=2))

    unfreezes a network from its output on. What several of them name is frozen where one says so.
    A frozen parameter gets no update, no decay and no momentum, and its gradient is not
    computed; what `Module.freeze` says of batch norm and dropout holds. Steps are compiled again
    at each change. Which parameters are frozen follows from the epoch alone: a run goes on to the
    bit. It undoes at its epochs what `freeze` and `thaw` did to its parameters.

    Units:  since, until: epochs done.
    Errors: OptionError unless 0 <= since < until, and from the Trainer for what is not part of
        its model, or where in some epoch nothing would be trained.
    Source: Howard and Ruder 2018 (arXiv 1801.06146), section 3.3.
    """

    decides: ClassVar[bool] = True

    of: Any = field(repr=False)
    since: int = 0
    until: int | None = None

    def __post_init__(self) -> None:
        if self.since < 0 or (self.until is not None and self.until <= self.since):
            raise OptionError(
                f"Frozen: since {self.since}, until {self.until}. They count epochs that are done: "
                "since is 0 or more, until more than since, or None for ever."
            )

    @property
    def variables(self) -> list[Variable]:
        """What is frozen, each once."""
        return list(dict.fromkeys(w for part in self._parts() for w in part.values()))

    def _parts(self) -> Iterable[Mapping[str, Variable]]:
        for part in self.of if isinstance(self.of, list | tuple) else (self.of,):
            found = part.parameters() if hasattr(part, "parameters") else part
            if isinstance(part, type) or not isinstance(found, Mapping) or not found:
                raise OptionError(
                    f"Frozen: of is {shown(part)}, without parameters. Give a module that has "
                    "some, a list of modules, or variables by name: Frozen(model.body, until=2)."
                )
            yield found

    def holds(self, epoch: int) -> bool:
        """Whether they are frozen when so many epochs are done."""
        return self.since <= epoch and (self.until is None or epoch < self.until)

    # ---- within a Trainer ----------------------------------------------------------------

    def ready(self, trainer: Any) -> None:
        """Refuse what is not of its model; freeze what is frozen where the trainer stands."""
        own = set(trainer.model.variables().values())
        strange = [w.name for w in self.variables if w not in own]
        if strange:
            raise OptionError(
                f"Frozen: {some(strange)} of {type(self.of).__name__} belongs to no module of the "
                "trainer's model. Give a part of it: Frozen(model.body, until=2)."
            )
        _refuse_nothing_left(trainer)
        _freeze(trainer, trainer.position.epoch)

    def after_epoch(self, trainer: Any, record: EpochRecord) -> None:
        """Freeze and thaw for the epoch that comes."""
        _freeze(trainer, record.epoch)


def _rules(trainer: Any) -> list[Frozen]:
    return [each for each in trainer.options.callbacks if isinstance(each, Frozen)]


def _frozen(trainer: Any, epoch: int) -> dict[Variable, bool]:
    """Whether each variable that a rule names is frozen when so many epochs are done."""
    found: dict[Variable, bool] = {}
    for rule in _rules(trainer):
        for w in rule.variables:
            found[w] = found.get(w, False) or rule.holds(epoch)
    return found


def _freeze(trainer: Any, epoch: int) -> None:
    for w, frozen in _frozen(trainer, epoch).items():
        w.frozen = frozen


def _refuse_nothing_left(trainer: Any) -> None:
    """Refuse rules by which all parameters are frozen in some epoch."""
    parameters = getattr(trainer.optimizer, "parameters", {}).values()
    for epoch in sorted({rule.since for rule in _rules(trainer)}):
        found = _frozen(trainer, epoch)
        if parameters and all(found.get(w, w.frozen) for w in parameters):
            raise OptionError(
                f"Frozen: in epoch {epoch + 1} all parameters of the optimizer are frozen, and "
                "nothing is trained. Leave the last layer out: Frozen(model.body, until=2)."
            )
