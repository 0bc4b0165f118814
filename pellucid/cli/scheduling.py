"""Schedules of the learning rate in words of the command line: `--schedule cosine-decay`.

SCHEDULES      the schedules by their words
filled         the words with all that was left out, of a run of so many updates
schedule_of    the schedule of words to which nothing is to be added
plateau_of     the rule of on-plateau, which lowers the rate by what is measured

A schedule is NAME, or NAME:OPTION=VALUE,OPTION=VALUE, with the options of its class. Several
are joined by +, each but the last with `updates=N`, for how many it goes on. A whole number may
be told in epochs, as in 5epochs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from pellucid.cli.settings import Setting, check_names, from_words, settings_of
from pellucid.errors import OptionError, closest
from pellucid.optim import (
    Chain,
    Constant,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    InverseSquareRoot,
    LinearDecay,
    OneCycle,
    PolynomialDecay,
    Schedule,
    StepDecay,
    WarmUp,
)
from pellucid.train import ReduceOnPlateau

SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "step-decay": StepDecay,
    "exponential-decay": ExponentialDecay,
    "cosine-decay": CosineDecay,
    "cosine-restarts": CosineRestarts,
    "inverse-square-root": InverseSquareRoot,
    "linear-decay": LinearDecay,
    "one-cycle": OneCycle,
    "polynomial-decay": PolynomialDecay,
}
WARM_UP = "warm-up"
WARM_UP_OPTIONS = {"steps": Setting("steps", int, None, "")}
PLATEAU = "on-plateau"
UPDATES = "updates"
RATES = ("learning_rate", "peak")  # what the rate of the optimizer is given as
EPOCHS = re.compile(r"(\d+) *epochs?")


@dataclass(frozen=True)
class RunLength:
    """A run: its learning rate, the updates of an epoch, and its epochs."""

    learning_rate: float
    epoch: int
    epochs: int


@dataclass(frozen=True)
class Phase:
    """A schedule in words: its name, and its options as they were given."""

    name: str
    options: Mapping[str, str]

    @property
    def owner(self) -> str:
        """What a message calls it."""
        return f"schedule {self.name!r}"

    @property
    def settings(self) -> dict[str, Setting]:
        """What may be said of it."""
        if self.name == WARM_UP:
            return WARM_UP_OPTIONS
        found = settings_of(self.kind)
        return {name: each for name, each in found.items() if each.kind in (int, float)}

    @property
    def kind(self) -> type[Any]:
        """Its class."""
        return ReduceOnPlateau if self.name == PLATEAU else SCHEDULES[self.name]

    @property
    def updates(self) -> int:
        """For how many updates it goes on. Errors: OptionError where that is not said."""
        word = self.options.get(UPDATES, self.options.get("steps"))
        if word is None or not word.isdigit() or int(word) < 1:
            raise OptionError(
                f"{self.owner}: {UPDATES} is {word}. Before another schedule, say for how many "
                f"updates it goes on: {self.name}:{UPDATES}=500, or {UPDATES}=5epochs."
            )
        return int(word)

    def filled(self, run: RunLength, left: int) -> "Phase":
        """The part with what follows from the run, of which so many updates are left."""
        found = {k: _in_updates(word, run.epoch) for k, word in self.options.items()}
        for name in RATES:
            if name in self.settings:
                found.setdefault(name, repr(run.learning_rate))
        if "steps" in self.settings:
            found.setdefault("steps", found.get(UPDATES, str(left)))
        return Phase(self.name, found)

    def built(self) -> Any:
        """What it means. Errors: OptionError for what it does not have, or has not."""
        kind = self.kind
        words = {name: word for name, word in self.options.items() if name != UPDATES}
        check_names(self.owner, self.settings, words)
        needed = [name for name, each in self.settings.items() if each.is_required]
        missing = next((name for name in needed if name not in words), None)
        if missing is not None:
            raise OptionError(
                f"{self.owner}: {missing} is missing. Write {self.name}:{missing}=VALUE."
            )
        try:
            return kind(**from_words(self.owner, kind, words))
        except OptionError as error:
            raise OptionError(f"{self.owner}: {error}") from None

    def __str__(self) -> str:
        options = ",".join(f"{name}={word}" for name, word in self.options.items())
        return f"{self.name}:{options}" if options else self.name


def filled(words: str, run: RunLength) -> str:
    """The words with all that was left out. Errors: OptionError naming the part."""
    if plateau_of(words) is not None:
        return words
    *before, last = _parts(words)
    left = run.epoch * run.epochs
    found = []
    for part in before:
        found.append(part.filled(run, left))
        left -= found[-1].updates
    if left < 1:
        raise OptionError(
            f"schedule {words!r}: the run has {run.epoch * run.epochs} updates, {run.epoch} an "
            "epoch; those before the last schedule are no fewer. Give it more epochs, or "
            "shorter schedules."
        )
    said = "+".join(str(part) for part in (*found, last.filled(run, left)))
    schedule_of(said)
    return said


def schedule_of(words: str) -> Schedule:
    """The schedule of words that leave nothing out. Errors: OptionError naming the part."""
    parts = list(_parts(words))
    if parts[0].name == WARM_UP:
        first, *parts = parts
        if set(first.options) - {"steps", UPDATES} or not parts:
            raise OptionError(
                f"schedule {words!r}: {WARM_UP} has one option, steps, and a schedule after it: "
                f"{WARM_UP}:steps=100+cosine-decay."
            )
        return WarmUp(first.updates, _chain(parts))
    return _chain(parts)


def plateau_of(words: str) -> ReduceOnPlateau | None:
    """The rule that words mean; None where they mean a schedule. Errors: OptionError."""
    first, *others = _parts(words)
    if first.name != PLATEAU:
        return None
    if others:
        raise OptionError(
            f"schedule {words!r}: {PLATEAU} sets the rate after epochs, a schedule that of each "
            "update. Give one of them."
        )
    found: ReduceOnPlateau = first.built()
    return found


def _chain(parts: list[Phase]) -> Schedule:
    """The parts one after another."""
    schedules = [part.built() for part in parts]
    at = list(accumulate(part.updates for part in parts[:-1]))
    return Chain(schedules, at) if at else schedules[0]


def _parts(words: str) -> Iterator[Phase]:
    """The schedules that are joined. Errors: OptionError for a word that is none."""
    for i, text in enumerate(words.split("+")):
        name, _, rest = text.strip().partition(":")
        known = [*SCHEDULES, WARM_UP, PLATEAU] if i == 0 else list(SCHEDULES)
        if name not in known:
            raise OptionError(f"schedule {name!r} is not known. {closest(name, known)}")
        yield Phase(name, dict(_option(name, pair) for pair in rest.split(",") if pair))


def _option(name: str, text: str) -> tuple[str, str]:
    option, equals, word = text.partition("=")
    if not equals or not word.strip():
        raise OptionError(
            f"schedule {name!r}: {text!r} is no option. Write {name}:OPTION=VALUE,OPTION=VALUE."
        )
    return option.strip().replace("-", "_"), word.strip()


def _in_updates(word: str, epoch: int) -> str:
    """A number of epochs in updates; any other word as it is."""
    epochs = EPOCHS.fullmatch(word)
    return str(int(epochs[1]) * epoch) if epochs else word
