"""Where tensors came from: what differentiation goes back along, and graphs are collected from.

Origin      a primitive applied to tensors
Unrecorded  the same for tensors of which no history is kept
history     the tensors that a tensor was computed from, oldest first
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pellucid.scopes import current_scope

_serials = itertools.count()


class Origin:
    """Where a tensor came from: a primitive applied to tensors, or nothing for a source.

    `serial` grows with time, so sorting by it puts every tensor behind what it needs.
    """

    __slots__ = ("inputs", "primitive", "scope", "serial")

    def __init__(self, primitive: Any, inputs: Sequence[Any]) -> None:
        self.primitive = primitive
        self.inputs = inputs
        self.serial = next(_serials)
        self.scope = current_scope()


class Unrecorded(Origin):
    """Where tensors come from of which no history is kept, though they depend on `owners`.

    What is computed from such tensors alone shares it, instead of a history that would grow.
    """

    __slots__ = ("owners",)

    def __init__(self, primitive: Any, inputs: Sequence[Any], owners: Sequence[Any]) -> None:
        super().__init__(primitive, inputs)
        self.owners = tuple(owners)

    def of(self, owners: Sequence[Any]) -> "Unrecorded":
        """An origin like this one for other owners."""
        raise NotImplementedError(f"{type(self).__name__} must define of")

    def joined(self, other: "Unrecorded") -> "Unrecorded":
        """Where things come from that depend on the owners of both."""
        if other is self:
            return self
        own = {id(x) for x in self.owners}
        new = [x for x in other.owners if id(x) not in own]
        return self.of((*self.owners, *new)) if new else self


def has_origin(tensor: Any) -> bool:
    """Whether differentiation can go back from this tensor."""
    return tensor.origin is not None


def history(outputs: Iterable[Any], counts: Callable[[Any], bool] = has_origin) -> list[Any]:
    """Every tensor that counts and that the outputs were computed from, oldest first."""
    found: dict[int, Any] = {}
    waiting = [t for t in outputs if counts(t)]
    while waiting:
        tensor = waiting.pop()
        if id(tensor) not in found:
            found[id(tensor)] = tensor
            waiting.extend(t for t in tensor.origin.inputs if counts(t))
    return sorted(found.values(), key=lambda t: t.origin.serial)
