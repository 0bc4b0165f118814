"""Attributes of modules: which variables and modules they hold, and whether they have changed.

members         the variables and modules in a value, by name
kept            a value as a module keeps it: lists of members as tuples
refuse_unseen   refuse members that stand where they are not seen
Attributes      what a module has at a time, to be compared
"""

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AnySet
from typing import Any

from pellucid.errors import OptionError
from pellucid.nn.base import BaseModule
from pellucid.variables import Variable


def members(name: str, value: Any) -> list[tuple[str, Any]]:
    """The variables and modules that an attribute holds, by name."""
    if isinstance(value, Variable | BaseModule):
        return [(name, value)]
    if isinstance(value, tuple):
        return [pair for i, part in enumerate(value) for pair in members(f"{name}.{i}", part)]
    return []


def kept(value: Any) -> Any:
    """The value; lists that hold members, at any depth of lists and tuples, become tuples."""
    if type(value) not in (list, tuple) or next(_inside("", value), None) is None:
        return value
    return tuple(kept(part) for part in value)


def refuse_unseen(owner: str, name: str, value: Any, *, since: bool = False) -> None:
    """Refuse members in what is not looked into: dicts, sets, records, lists filled later.

    `since`: the value was assigned before, and has been filled since then.
    """
    if isinstance(value, Variable | BaseModule | str | int | float | None):
        return
    for place, kind, member in _inside(name, value):
        if kind is None:
            continue
        filled = "that was filled after it had been assigned" if since else "which is not kept"
        remedy = (
            f"Make the list first and assign it then, self.{name} = [...]: it is kept as a tuple."
            if kind is list
            else "Assign them one by one, or as a list, so that each has a name; keys can stand "
            f"beside it: self.{name} = list(layers.values()), self.{name}_names = tuple(layers)."
        )
        raise OptionError(
            f"{owner}.{name}: {place} is a {type(member).__name__} in a {kind.__name__} {filled}: "
            f"it would be neither trained nor saved nor switched. {remedy}"
        )


def _inside(
    place: str, value: Any, unseen: type | None = None, above: tuple[int, ...] = ()
) -> Iterator[tuple[str, type | None, Any]]:
    """All members in a value: place, the kind of the first thing not looked into, member."""
    if isinstance(value, Variable | BaseModule):
        yield place, unseen, value
        return
    if id(value) in above:
        return
    kind = type(value)
    for part_place, part in _parts(place, value):
        hidden = unseen if isinstance(value, tuple) else unseen or kind
        yield from _inside(part_place, part, hidden, (*above, id(value)))


def _parts(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list | tuple | deque):
        yield from ((f"{place}[{i}]", part) for i, part in enumerate(value))
    elif isinstance(value, Mapping):
        yield from ((f"{place}[{key!r}]", part) for key, part in value.items())
        yield from ((f"a key of {place}", key) for key in value)
    elif isinstance(value, AnySet):
        yield from ((f"an element of {place}", part) for part in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from (
            (f"{place}.{f.name}", getattr(value, f.name)) for f in dataclasses.fields(value)
        )


class Attributes:
    """What a module has at a time, to be compared: compiled functions follow it.

    What its own `forward` writes, as what it computed last, decides nothing. Numbers, texts and
    tuples of these are compared as such, everything else by identity.
    """

    def __init__(self, module: BaseModule) -> None:
        hidden = {"_name", "_place", "_training", "_written", *module._written}
        self.values = {k: v for k, v in module.__dict__.items() if k not in hidden}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Attributes) or self.values.keys() != other.values.keys():
            return False
        return all(_same(value, other.values[name]) for name, value in self.values.items())

    __hash__ = None  # type: ignore[assignment]


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return isinstance(a, int | float | str) and bool(a == b)
