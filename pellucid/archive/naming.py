"""Names by which runs are sorted and chosen, and the order of values of one name.

named         what values are sorted by: numbers by size, "run-9" before "run-10"
known_name    a name as it was typed, as it is known
"""

import math
import re
from collections.abc import Sequence
from typing import Any

from pellucid.errors import OptionError, closest

DIGITS = re.compile(r"(\d+)")


def named(value: Any) -> tuple[Any, ...]:
    """What a value is sorted by: numbers come first, then texts, whose numbers count.

    >>> sorted(["run-10", "run-9", 0.5], key=named)
    [0.5, 'run-9', 'run-10']
    """
    if isinstance(value, bool | int | float):
        has_place = not math.isnan(value)
        return (0, value) if has_place else (1,)
    parts = DIGITS.split(str(value).casefold())
    return (2, *map(_place, parts))


def _place(part: str) -> tuple[int, int, str]:
    if part.isdecimal():
        return 0, int(part), ""
    return 1, 0, part


def known_name(where: str, name: str, known: Sequence[str]) -> str:
    """A name as it is known: `learning-rate` and "validation loss" are names too.

    Errors: OptionError with the nearest one.
    """
    meant = _plain(name)
    for each in known:
        if _plain(each) == meant:
            return each
    raise OptionError(f"{where} {name!r}: no run here has such a value. {closest(name, known)}")


def _plain(name: str) -> str:
    return name.strip().lstrip("-").replace("-", "_").replace(" ", "_").casefold()
