"""What models and data sets let one choose, read off the dataclasses of their options.

Setting         one field: its flag, its kind, its default, and what its docstring says of it
settings_of     the settings of a class of options, by name
from_words      options from the words of the command line
from_values     options from the values that config.json holds
taken           settings among the options of a command; stored, from what config.json holds

Nothing is listed twice: a new field, documented as `name`: text, is a new option in the help.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pellucid.cli.paths import usable
from pellucid.cli.values import hint
from pellucid.errors import OptionError, closest

METAVARS = {int: "N", float: "X", str: "NAME", tuple[int, ...]: "SIZES"}


@dataclass(frozen=True)
class Setting:
    """One field of a class of options.

    `kind` is int, float, bool, str or tuple[int, ...]. `path`: it names a file or folder.
    """

    name: str
    kind: Any
    default: Any
    text: str
    choices: tuple[str, ...] = ()
    path: bool = False
    example: str = "50 or 100,50"

    @property
    def flag(self) -> str:
        """The name of the option on the command line, such as --batch-norm.

        >>> Setting("batch_norm", bool, False, "").flag
        '--batch-norm'
        """
        return "--" + self.name.replace("_", "-")

    @property
    def metavar(self) -> str:
        """What stands behind the flag in the help; nothing for yes or no."""
        return "PATH" if self.path else METAVARS.get(self.kind, "")

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is MISSING

    @property
    def help(self) -> str:
        """The line in the help: what it is, what may be chosen, and the default."""
        # A formula, such as n[1], keeps its letter.
        begins = self.text[1:2].isalpha() or self.text[1:2] == " "
        parts = [self.text[:1].upper() + self.text[1:] if begins else self.text]
        if self.choices:
            parts.append(f"One of {', '.join(self.choices)}.")
        if self.is_required:
            parts.append("[required]")
        elif self.kind is not bool and self.default not in ("", ()):
            shown = self.default
            shown = ",".join(map(str, shown)) if isinstance(shown, tuple) else shown
            parts.append(f"[default: {shown}]")
        return " ".join(part for part in parts if part)

    def from_word(self, word: Any) -> Any:
        """The value that a word of the command line says. Errors: OptionError."""
        if self.kind is bool:
            return bool(word)
        if self.kind is str:
            return os.path.realpath(self._path(word)) if self.path else str(word)
        numbers = [_number(float if self.kind is float else int, part) for part in word.split(",")]
        if self.kind == tuple[int, ...]:
            if None in numbers or min(number or 0 for number in numbers) < 1:
                raise OptionError(
                    f"{self.flag}: {word!r} is not a list of sizes such as {self.example}."
                )
            return tuple(numbers)
        if len(numbers) != 1 or numbers[0] is None:
            kind = "a whole number" if self.kind is int else "a number"
            meant = hint(word) if self.kind is float else ""
            raise OptionError(f"{self.flag}: {word!r} is not {kind}{meant}.")
        return numbers[0]

    def _path(self, word: str) -> Path:
        try:
            return usable(word)
        except OptionError as error:
            raise OptionError(f"{self.flag}: {error}") from None

    def check(self, value: Any) -> None:
        """Raise OptionError for a value that is not of its kind, or not among its choices."""
        kinds: dict[Any, Any] = {int: int, float: (int, float), bool: bool, str: str}
        fits = isinstance(value, kinds.get(self.kind, (list, tuple)))
        if isinstance(value, list | tuple):
            fits = fits and all(type(part) is int for part in value)
        if not fits or (isinstance(value, bool) and self.kind is not bool):
            raise OptionError(f"{self.flag}: {value!r} is of the wrong kind.")
        if self.path:
            self._path(value)
        if self.choices and value not in self.choices:
            raise OptionError(
                f"{self.flag}: {value!r} is not known. {closest(value, self.choices)}"
            )


def settings_of(options: type[Any]) -> dict[str, Setting]:
    """The settings of a class of options, by name, in their order."""
    kinds = get_type_hints(options)
    texts = _texts(options)
    return {
        option.name: Setting(
            option.name,
            kinds[option.name],
            option.default,
            texts.get(option.name, ""),
            tuple(option.metadata.get("choices", ())),
            bool(option.metadata.get("path", False)),
            str(option.metadata.get("example", Setting.example)),
        )
        for option in fields(options)
    }


def from_words(owner: str, options: type[Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """The values of what was given on the command line. Errors: OptionError."""
    settings = settings_of(options)
    check_names(owner, settings, words)
    values = {name: settings[name].from_word(word) for name, word in words.items()}
    from_values(owner, options, values)
    return values


def from_values(owner: str, options: type[Any], values: Mapping[str, Any]) -> Any:
    """The options with these values. Errors: OptionError naming owner, option and rule."""
    settings = settings_of(options)
    check_names(owner, settings, values)
    for name, value in values.items():
        settings[name].check(value)
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return options(**given)


def taken(options: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    """The settings among the options of a command that are not the defaults; taken out of them."""
    found = {option: given.pop(option.name, option.default) for option in fields(options)}
    return {option.name: value for option, value in found.items() if value is not option.default}


def stored(options: type[Any], entry: Mapping[str, Any]) -> Any:
    """The settings that config.json holds, of the types of the fields.

    Errors: OptionError for a value of another type; TypeError for a name that is none.
    """
    hints = get_type_hints(options)
    for name, value in entry.items():
        kinds = [kind for kind in get_args(hints.get(name, str)) if kind is not type(None)]
        kind = kinds[0] if kinds else hints.get(name, str)
        fits = isinstance(value, (int, float) if kind is float else kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise OptionError(f"{name} is {value!r}.")
    return options(**entry)


def check_names(owner: str, known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise OptionError for an option that the owner does not have."""
    for name in given:
        if name not in known:
            takes = closest(name, known) if known else "It has no options."
            raise OptionError(f"{owner} has no option {name!r}. {takes}")


def _number(kind: type[int] | type[float], word: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        return None


def _texts(options: type[Any]) -> dict[str, str]:
    """What the docstring says of each field: from `name`: to the next one, or a blank line."""
    doc = options.__doc__ or ""
    names = "|".join(option.name for option in fields(options))
    if not names:
        return {}
    found = re.finditer(rf"`({names})`: (.*?)(?=`(?:{names})`: |\n\s*\n|\Z)", doc, re.DOTALL)
    return {match[1]: " ".join(match[2].replace("`", "").split()) for match in found}
