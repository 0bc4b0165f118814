"""The settings of an experiment: what may be changed, in which range, and what it means.

Seed, Folder    the types of the settings that many experiments have
Field           one setting as people read it
fields_of       those of an experiment
changed         settings with some of them changed, each checked
repeated        a run for each of several seeds
"""

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pellucid.errors import OptionError, closest
from pellucid.languages import marked
from pellucid.tune.space import Choice, Integers, Range

Seed = Annotated[int, Integers(0, 2**32 - 1), "", marked("decides all that is random")]
Folder = Annotated[Path | None, marked("folder of the real data; without it the digits are used")]
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

Result = TypeVar("Result")


@dataclass(frozen=True)
class Field:
    """A setting: its name, the type and the range of its values, its unit, and what it means."""

    name: str
    kind: type
    range: Range | None
    unit: str
    meaning: str
    default: Any

    def read(self, value: Any) -> Any:
        """The value that is meant, which may be written as a word.

        Errors: OptionError for one of another type, or out of the range.
        """
        try:
            found = _read(self.kind, value)
            return found if self.range is None else self.range.restored(found)
        except ValueError as error:
            remedy = f"{self.name} is {self.rule}."
            if isinstance(self.range, Choice):
                remedy = closest(str(value), [str(known) for known in self.range.values])
            raise OptionError(f"{self.name}: {error}. {remedy}") from error

    @property
    def span(self) -> str:
        """Which values there may be, in few signs."""
        match self.range:
            case None:
                return "true, false" if self.kind is bool else "PATH"
            case Choice(values):
                return ", ".join(str(value) for value in values)
            case other:
                low = vars(other)["low"]
                high = vars(other)["high"]
                return f"{low:g} .. {high:g}" if self.kind is float else f"{low} .. {high}"

    @property
    def rule(self) -> str:
        """Which values there may be, in words."""
        unit = f" {self.unit}" if self.unit else ""
        match self.range:
            case None:
                return "true or false" if self.kind is bool else "a path"
            case Choice(values):
                return "one of " + ", ".join(str(value) for value in values)
            case Integers(low, high):
                return f"a whole number from {low} to {high}{unit}"
            case other:
                low = vars(other)["low"]
                high = vars(other)["high"]
                return f"a number from {low:g} to {high:g}{unit}"


def fields_of(settings: type) -> dict[str, Field]:
    """The settings of an experiment, by name."""
    hints = typing.get_type_hints(settings, include_extras=True)
    return {
        each.name: _field(each.name, hints[each.name], each.default) for each in fields(settings)
    }


def changed(settings: Any, values: Mapping[str, Any], where: str) -> Any:
    """The settings with these values, each checked. `where`: the experiment, for errors.

    Errors: OptionError for a name that there is not, and for a value that it does not take.
    """
    known = fields_of(type(settings))
    for name in values:
        if name not in known:
            raise OptionError(f"{where}: there is no setting {name!r}. {closest(name, known)}")
    try:
        return replace(
            settings, **{name: known[name].read(value) for name, value in values.items()}
        )
    except OptionError as error:
        raise OptionError(f"{where}: {error}") from error


def _field(name: str, hint: Any, default: Any) -> Field:
    kind, *facts = typing.get_args(hint)
    if isinstance(kind, types.UnionType):
        kind = typing.get_args(kind)[0]
    bounds = next((fact for fact in facts if isinstance(fact, Range)), None)
    *units, meaning = [fact for fact in facts if isinstance(fact, str)]
    return Field(
        name,
        kind,
        bounds,
        units[0] if units else "",
        meaning,
        default,
    )


def _read(kind: type, value: Any) -> Any:
    """The value as one of its type. Errors: ValueError where it is none."""
    if kind is bool:
        found = WORDS.get(str(value).casefold(), value)
        if not isinstance(found, bool):
            raise ValueError(f"{value!r} is neither true nor false")
        return found
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is no number")
    try:
        if kind is int and isinstance(value, float) and not value.is_integer():
            raise ValueError
        return kind(value)
    except (TypeError, ValueError) as error:
        noun = {int: "whole number", float: "number"}.get(kind, kind.__name__)
        raise ValueError(f"{value!r} is no {noun}") from error


def repeated(
    run: Callable[[Any], Result], settings: Any, seeds: Sequence[int], **others: Any
) -> list[Result]:
    """A run for each seed, with settings that are otherwise the same but for `others`."""
    return [run(replace(settings, seed=seed, **others)) for seed in seeds]
