"""Numbers that the command line takes; where a word is none, the rule is said in plain words.

Whole        a whole number in a range
Number       a number from a least one on
Duration     a time with its unit, in seconds; seconds_of reads it, time_word writes it
Every        after how many steps or epochs, or how long; every_of says which
Size         bytes, with their unit
as_number    the number that a word writes; hint, what is said where it writes none
numbers_of   several in one word; rule_of, how they are written
"""

import re
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray


class Whole(click.ParamType[int]):
    """A whole number from `least` to `most`."""

    name = "whole number"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least = least
        self.most = most

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """The number."""
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number, such as {max(self.least, 5)}.", param, ctx)
        if number < self.least or (self.most is not None and number > self.most):
            upto = f"from {self.least} on" if self.most is None else f"{self.least} to {self.most}"
            self.fail(f"{number} is not in the range: {upto}.", param, ctx)
        return number


class Number(click.ParamType[float]):
    """A number from `least` on."""

    name = "number"

    def __init__(self, least: float) -> None:
        self.least = least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number."""
        number = as_number(value)
        if number is None:
            self.fail(f"{value!r} is not a number{hint(str(value))}.", param, ctx)
        if number < self.least:
            self.fail(f"{number} is not in the range: from {self.least:g} on.", param, ctx)
        return number


SECONDS = {"d": 86_400, "h": 3600, "min": 60, "m": 60, "s": 1}
COUNTED = re.compile(r"([1-9]\d*)(step|epoch)s?")
UNITS = ("B", "kB", "MB", "GB", "TB")
SIZE = re.compile(rf"(\d+(?:\.\d+)?)({'|'.join(UNITS)})")
TIME = re.compile(r"(\d+(?:\.\d+)?)(min|[dhms])")


class Duration(click.ParamType[float]):
    """A time with its unit, such as 2h or 1h30min, in seconds; always more than 0."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds."""
        if isinstance(value, float):
            return value
        word = str(value)
        found = seconds_of(word)
        if not found:
            unit = f": write {word}s, {word}min or {word}h" if as_number(word) else ""
            self.fail(f"{word!r} is no time with its unit, such as 2h or 90min{unit}.", param, ctx)
        return found


class Every(click.ParamType[str]):
    """A number of steps or epochs, or a time: 500steps, 2epochs, 10min. The word stays."""

    name = "when"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """The word."""
        word = str(value)
        if not every_of(word):
            self.fail(f"{word!r} is not written as 500steps, 2epochs or 10min.", param, ctx)
        return word


def every_of(word: str) -> dict[str, float]:
    """What `Saving` is told by a word; nothing where it says none.

    >>> every_of("500steps"), every_of("1epoch"), every_of("10min"), every_of("500")
    ({'every_steps': 500}, {'every_epochs': 1}, {'every_seconds': 600.0}, {})
    """
    counted = COUNTED.fullmatch(word)
    if counted is not None:
        return {f"every_{counted[2]}s": int(counted[1])}
    seconds = seconds_of(word)
    return {"every_seconds": seconds} if seconds else {}


class Size(click.ParamType[int]):
    """Bytes with their unit: 500MB, 2GB."""

    name = "size"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """The bytes."""
        if isinstance(value, int):
            return value
        found = SIZE.fullmatch(str(value))
        size = int(float(found[1]) * 1000 ** UNITS.index(found[2])) if found else 0
        if not size:
            self.fail(f"{value!r} is no size with its unit, such as 500MB or 2GB.", param, ctx)
        return size


def seconds_of(word: str) -> float | None:
    """The seconds of a time that a word writes, of units d, h, min and s; None for none.

    >>> seconds_of("2h"), seconds_of("1h30min"), seconds_of("0.5s"), seconds_of("2")
    (7200.0, 5400.0, 0.5, None)
    """
    parts = TIME.findall(word)
    if not parts or "".join(map("".join, parts)) != word:
        return None
    return float(sum(float(number) * SECONDS[unit] for number, unit in parts))


def time_word(seconds: float) -> str:
    """A time as `seconds_of` reads it, in the largest unit that is whole.

    >>> time_word(7200.0), time_word(5400.0), time_word(0.5)
    ('2h', '90min', '0.5s')
    """
    unit = next((u for u in ("h", "min") if seconds % SECONDS[u] == 0), "s")
    return f"{seconds / SECONDS[unit]:g}{unit}"


def as_number(word: Any) -> float | None:
    """The number that a word writes; None for none."""
    try:
        return float(word)
    except ValueError:
        return None


def numbers_of(word: str, count: int) -> NDArray[np.float64] | None:
    """So many finite numbers that a word writes; None where it writes none or others."""
    numbers = [as_number(part) for part in word.split(",")]
    found = np.array([number for number in numbers if number is not None], np.float64)
    fits = len(numbers) == len(found) == count and bool(np.isfinite(found).all())
    return found if fits else None


def rule_of(count: int) -> str:
    """What numbers are to be written as."""
    return f"{count} finite numbers, separated by commas without a space"


def hint(word: str) -> str:
    """How a number is written that was written otherwise; "" where that cannot be told.

    >>> hint("0,1"), hint("50%"), hint("much")
    (': write 0.1', ': write 0.5', '')
    """
    pointed = as_number(word.replace(",", "."))
    share = as_number(word.removesuffix("%").strip()) if word.endswith("%") else None
    if share is not None:
        return f": write {share / 100:g}"
    return "" if pointed is None else f": write {pointed:g}"
