"""The fields of a Module, in a class that its own building blocks can import without it.

BaseModule  the tree, the variables, the form; `Module` is the one class made from it
Place       where one stands: decides the random numbers of layers without `rng`
joined      the path of a part
in_mode     the given mode for some modules; switch, put each in its own
ATTRIBUTES, MODES
            tell of changes of attributes and modes, of all modules
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from pellucid.recordings import Changes
from pellucid.strict import strict
from pellucid.variables import Variable

ATTRIBUTES = Changes()
MODES = Changes()


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
        self.name = name
        self.outer = outer


def joined(path: str, name: str) -> str:
    """The path of what is called so in the module of a path."""
    return f"{path}.{name}" if path else name


@strict
class BaseModule:
    """A module as it is called, looked through and shown; see `Module`.

    `formula`: what a layer computes, as it stands in its docstring. `takes`: the axes of its x, by
    name, one of which may be that of an attribute, as "batch, in_channels, height, width"; "ids"
    of integers. `takes_too`: further inputs of the same axes. Errors of shape are told in these
    words.
    """

    forward: Callable[..., Any]
    formula: ClassVar[str] = ""
    takes: ClassVar[str] = ""
    takes_too: ClassVar[tuple[str, ...]] = ()
    _name: str
    _place: Place
    _training: bool
    _written: set[str]

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """The value of `forward`."""
        raise NotImplementedError

    def children(self) -> Mapping[str, "BaseModule"]:
        """The modules directly inside, by name."""
        raise NotImplementedError

    def modules(self) -> Mapping[str, "BaseModule"]:
        """The module itself, under the path "", and all inside it, outer ones first, each once."""
        raise NotImplementedError

    def own_variables(self) -> dict[str, Variable]:
        """The variables that are attributes of this module itself, by name."""
        raise NotImplementedError

    def variables(self) -> dict[str, Variable]:
        """All variables by path, each once, in the order of assignment."""
        found: dict[str, Variable] = {}
        seen: set[int] = set()
        for path, module in self.modules().items():
            for name, variable in module.own_variables().items():
                if id(variable) not in seen:
                    seen.add(id(variable))
                    found[joined(path, name)] = variable
        return found

    def parameters(self) -> dict[str, Variable]:
        """The variables that training changes, by path."""
        return {path: v for path, v in self.variables().items() if v.trainable}

    def buffers(self) -> dict[str, Variable]:
        """The variables that belong to the state but are not trained, by path."""
        return {path: v for path, v in self.variables().items() if not v.trainable}

    def describe(self) -> str:
        """What stands in the brackets of its form, such as "784, 50"."""
        return ""


@contextmanager
def in_mode(modules: Sequence[BaseModule], *, training: bool) -> Iterator[None]:
    """The given mode for these modules inside a `with` block."""
    before = [(module, module._training) for module in modules if module._training != training]
    try:
        switch([(module, training) for module, _ in before])
        yield
    finally:
        switch(before)


def switch(modes: Iterable[tuple[BaseModule, bool]]) -> None:
    """Put each module in its mode."""
    for module, training in modes:
        module.__dict__["_training"] = training
    MODES.tell()
