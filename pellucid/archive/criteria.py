"""Conditions by which runs are chosen, such as "validation_accuracy > 0.9".

Criterion    a name, a comparison and a value
criterion    one as it is written
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.errors import OptionError

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "~": lambda found, wanted: str(wanted) in str(found),
}
FORM = re.compile(r"\s*([^=!<>~]+?)\s*(<=|>=|!=|==|=|<|>|~)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True)
class Criterion:
    """What a value is compared with; `~` asks whether it contains a text."""

    name: str
    sign: str
    value: str

    def holds(self, found: Any) -> bool:
        """Whether a run's value fits; where it has none, only what is unlike anything does.

        Numbers are compared as numbers, all else as texts.
        """
        if found is None:
            return self.sign == "!="
        here = _number(found)
        wanted = _number(self.value)
        compare = COMPARISONS[self.sign]
        if here is None or wanted is None or self.sign == "~":
            return compare(_text(found), self.value)
        return compare(here, wanted)


def criterion(text: str) -> Criterion:
    """A condition as it is written. Errors: OptionError.

    >>> criterion("hidden=50")
    Criterion(name='hidden', sign='=', value='50')
    """
    found = FORM.fullmatch(text)
    if found is None:
        raise OptionError(
            f"where {text!r}: no condition. Write a name, one of {' '.join(COMPARISONS)}, and a "
            'value, in quotes: "validation_accuracy > 0.9".'
        )
    name, sign, value = found.groups()
    return Criterion(name, "=" if sign == "==" else sign, value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    """A value as it is typed."""
    return str(value).lower() if isinstance(value, bool) else str(value)
