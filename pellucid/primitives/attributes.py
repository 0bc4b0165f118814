"""Attributes of primitives: in one form, whoever makes a primitive, and fitting its inputs.

    normal          an attribute in the form of its kind; an error where it has none
    check_axis      an axis that the input has
    check_axes      several: in order, each once

A primitive is given its attributes in these forms when it is made. Its `shape` and `dtype` compare
them with the inputs; executors rely on both.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.errors import OptionError, ShapeError

Shape = tuple[int, ...]

_LARGEST = 2**63 - 1


def _whole(value: Any) -> int:
    """A whole number that 64 bits hold."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError
    if not -_LARGEST - 1 <= value <= _LARGEST:
        raise ValueError
    return int(value)


def _wholes(value: Any) -> Shape:
    if not isinstance(value, tuple | list):
        raise ValueError
    if type(value) is tuple and all([type(n) is int and -1 <= n < 2**62 for n in value]):  # noqa: C419 (a list is quicker)
        return value
    return tuple(_whole(n) for n in value)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, float | np.floating) else _whole(value)


def _dtype(value: Any) -> np.dtype[Any]:
    # np.dtype(None) is float64, and lists make records.
    if not isinstance(value, np.dtype | str | type):
        raise ValueError
    return np.dtype(value)


# For each annotation: its form, and the form in words.
_KINDS: dict[Any, tuple[Callable[[Any], Any], str]] = {
    int: (_whole, "a whole number from -2^63 to 2^63 - 1"),
    tuple[int, ...]: (_wholes, "a tuple of whole numbers from -2^63 to 2^63 - 1, as in (0, 1)"),
    float: (_number, "a number; a whole one lies between -2^63 and 2^63 - 1"),
    np.dtype[Any]: (_dtype, "a dtype, as in np.dtype('float32')"),
}


@lru_cache(maxsize=1024)
def _known(cls: Any) -> tuple[tuple[str, Callable[[Any], Any], str], ...]:
    """The attributes of a class that are of these kinds; others are its own affair."""
    kinds = [(f.name, _KINDS[f.type]) for f in fields(cls) if f.type in _KINDS]
    return tuple((name, form, words) for name, (form, words) in kinds)


def normal(primitive: Any) -> None:
    """Give a new primitive its attributes in their one form.

    Lists become tuples, NumPy's numbers Python's, names of dtypes dtypes.

    Errors: OptionError for an attribute of another kind.
    """
    cls: Any = type(primitive)
    for name, form, words in _known(cls):
        given = getattr(primitive, name)
        try:
            value = form(given)
        except (ValueError, TypeError, OverflowError):
            raise OptionError(
                f"{primitive.name}: attribute {name} is {given!r}. It is {words}."
            ) from None
        if value is not given:
            object.__setattr__(primitive, name, value)


def check_axis(primitive: Any, x: Shape) -> None:
    """Raise unless `axis` is an axis of x, counted from the front."""
    if not 0 <= primitive.axis < len(x):
        raise ShapeError(f"{primitive.name}: axis {primitive.axis} of shape {x}. {_there_are(x)}")


def check_axes(primitive: Any, x: Shape) -> None:
    """Raise unless `axis` are axes of x, counted from the front, in order, each once."""
    last = -1
    for axis in primitive.axis:
        if axis <= last:
            last = len(x)
            break
        last = axis
    if last >= len(x):
        raise ShapeError(
            f"{primitive.name}: axis {primitive.axis} of shape {x}. {_there_are(x)} "
            "They stand in order, each once."
        )


def _there_are(x: Shape) -> str:
    axes = f"0 to {len(x) - 1}" if x else "none"
    return f"Axes are counted from the front: this shape has {axes}."
