"""Attributes of modules: which variables and modules they hold, and whether they have changed.

Branch          the base of modules
Place           where one stands: decides the random numbers of layers without `rng`
joined          the path of a part
members         the variables and modules in a value, by name
kept            a value as a module keeps it: lists of members as tuples
refuse_unseen   refuse members that stand where they are not seen
Attributes      what a module has at a time, to be compared
"""

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AnySet
from typing import TYPE_CHECKING, Any

from pellucid.errors import OptionError
from pellucid.variables import Variable

if TYPE_CHECKING:
    from pellucid.nn.module import Module


class Branch:
    """The base of modules: what the tree of a module consists of, beside variables."""

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from pellucid.nn.summary import overview

        return overview(self)  # type: ignore[arg-type]


class Place:
    """Where a module stands: the outer place and its name there, or the seed and path it was told.

    Small, and apart from the module, so that a part keeps nothing of the whole alive.
    """

    __slots__ = ("by_run", "name", "outer", "streams", "told")

    def __init__(self) -> None:
        self.name = ""
        self.outer: Place | None = None
        self.told: tuple[int, str] | None = None
        self.by_run = False  # told by a run, not by the user
        self.streams = 0  # generators of the module

    def where(self) -> tuple[int, str]:
        """The seed, and the path in the outermost module, or in the one that was told a seed."""
        if self.told is not None or self.outer is None:
            return self.told or (0, "")
        seed, path = self.outer.where()
        return seed, joined(path, self.name)

    @property
    def is_said(self) -> bool:
        """Whether the user told it, or what it stands in, a seed."""
        if self.told is not None:
            return not self.by_run
        return self.outer is not None and self.outer.is_said

    def move(self, name: str, outer: "Place") -> None:
        """Stand in another place; a module inside itself stays where it is."""
        above: Place | None = outer
        while above is not None:
            if above is self:
                return
            above = above.outer
        self.name, self.outer = name, outer


def joined(path: str, name: str) -> str:
    """The path of what is called so in the module of a path."""
    return f"{path}.{name}" if path else name


def members(name: str, value: Any) -> list[tuple[str, Any]]:
    """The variables and modules that an attribute holds, by name."""
    if isinstance(value, Variable | Branch):
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
    if isinstance(value, Variable | Branch | str | int | float | None):
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
    if isinstance(value, Variable | Branch):
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

    def __init__(self, module: "Module") -> None:
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
