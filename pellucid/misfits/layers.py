"""What a layer says of itself where something does not fit.

Layer       what a layer has: a formula, the axes that it takes, its variables
Taken       the axes that it takes, one of which has a size of its own
form        such as Linear(4, 3); changed, resized, with other sizes
formula_with    the formula, and the actual sizes of its symbols
like        a tensor whose numbers are not known; symbol, of the shape of another
traced      what a function gives for shapes alone
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pellucid.graph import Value
from pellucid.origins import Origin
from pellucid.recordings import recording
from pellucid.tensor import Tensor, holding

Shape = tuple[int, ...]
ANY = "..."
SYMBOLS = {"weight": "W", "recurrent_weight": "U", "bias": "b"}  # of formulas, by attribute


class Layer(Protocol):
    """A module, as misfits look at it."""

    formula: ClassVar[str]
    takes: ClassVar[str]
    takes_too: ClassVar[tuple[str, ...]]
    forward: Callable[..., Any]

    def describe(self) -> str:
        """What stands in the brackets of its form."""

    def own_variables(self) -> Mapping[str, Any]:
        """Its variables by attribute."""

    def children(self) -> Mapping[str, "Layer"]:
        """The modules directly inside."""

    def modules(self) -> Mapping[str, "Layer"]:
        """Itself and all modules inside, by path."""

    def variables(self) -> Mapping[str, Any]:
        """All variables by path."""


@dataclass(frozen=True)
class Taken:
    """The axes of x that a layer takes, by name; `option` names the one of a given `size`.

    `count`: how many there are at least; `open`: whether there may be more.
    """

    names: tuple[str, ...]
    option: str
    size: int
    axis: int

    @classmethod
    def of(cls, layer: Layer) -> "Taken | None":
        """What a layer says of itself; None where it says nothing."""
        if not layer.takes:
            return None
        names = tuple(str(layer.takes).split(", "))
        taken = cls(names, "", 0, 0)
        from_the_end = len(names) if names[0] == ANY else 0
        for i, name in enumerate(names):
            size = getattr(layer, name, None) if name.isidentifier() else None
            if isinstance(size, int):
                taken = cls(names, name, size, i - from_the_end)
        return taken

    @property
    def is_last(self) -> bool:
        """Whether the axis of the given size is the last."""
        last = len(self.names) - 1
        return self.names[-1] != ANY and self.axis in (-1, last)

    def has_axes(self, shape: Shape) -> bool:
        """Whether a shape has as many axes."""
        if ANY in self.names:
            return len(shape) >= len(self.names) - 1
        return len(shape) == len(self.names)

    def __str__(self) -> str:
        shown = [f"{n}={self.size}" if n == self.option else n for n in self.names]
        return f"({', '.join(shown)})"


def form(layer: Layer) -> str:
    """Such as "Linear(4, 3)"."""
    return f"{type(layer).__name__}({layer.describe()})"


def is_ours(layer: Layer) -> bool:
    """Whether what a layer computes is the library's."""
    return str(type(layer).forward.__module__).startswith("pellucid.")


def changed(layer: Layer, option: str, size: int) -> str:
    """The form with another size for one of its options; "" where that makes no such layer."""
    splits = int(getattr(layer, "heads", 0) or getattr(layer, "groups", 1))
    if size % splits:
        return ""
    words = layer.describe().split(", ")
    constructor = inspect.signature(type(layer).__init__)
    options = list(constructor.parameters)[1:]
    if not words[0] or option not in options:
        return ""
    place = options.index(option)
    if place >= len(words):
        return ""
    words[place] = str(size)
    return _form_of(layer, words)


def resized(layer: Layer, own: Mapping[str, Shape], other: Mapping[str, Shape]) -> str:
    """The form of the layer whose variables have other shapes; "" where that is not sure.

    A size is sure where one option alone has it, and every axis of that size says the same.
    """
    words = layer.describe().split(", ")
    sizes: dict[str, set[int]] = {}
    for name, shape in own.items():
        there = other.get(name, shape)
        if len(there) != len(shape):
            return ""
        for n, m in zip(shape, there, strict=True):
            sizes.setdefault(str(n), set()).add(m)
    for word, found in sizes.items():
        if len(found) > 1 or words.count(word) > 1:
            return ""
    changed_words = [str(*sizes.get(word, {word})) for word in words]
    meant = _form_of(layer, changed_words)
    return meant if meant != form(layer) else ""


def _form_of(layer: Layer, words: Sequence[str]) -> str:
    name = type(layer).__name__
    return f"{name}({', '.join(words)})"


def formula_with(layer: Layer, x: Any, called: str = "x") -> tuple[str, str]:
    """Its formula, and its symbols with their actual sizes: "x (2, 5), W (4, 3)".

    Of a layer without weights only the axes can be wrong, of which its formula says nothing.
    """
    sizes = [f"{called} {shown(x)}"]
    for name, variable in layer.own_variables().items():
        symbol = SYMBOLS.get(name, name)
        symbol = symbol if _has(layer.formula, symbol) else name
        if _has(layer.formula, symbol) and len(variable.shape) > 1:
            sizes.append(f"{symbol} {variable.shape}")
    formula = str(layer.formula) if layer.own_variables() else ""
    return formula, ", ".join(sizes)


def shown(x: Any) -> str:
    """The shape of an input, or those of a pair."""
    if not isinstance(x, tuple):
        return str(x.shape)
    parts = ", ".join(map(shown, x))
    return f"({parts})"


def _has(formula: str, symbol: str) -> bool:
    """Whether a symbol stands in a formula, not as part of a longer word."""
    escaped = re.escape(symbol)
    alone = rf"(?<![A-Za-z]){escaped}(?![A-Za-z])"
    return re.search(alone, formula) is not None


def like(shape: Shape, x: Any) -> Tensor:
    """A tensor of another shape, whose numbers are not known."""
    return holding(Value("", shape, x.dtype), Origin(None, ()))


def symbol(x: Any) -> Any:
    """A tensor of the same shape and dtype whose numbers are not known."""
    if isinstance(x, tuple):
        return tuple(map(symbol, x))
    return like(x.shape, x) if isinstance(x, Tensor) else x


def traced(function: Callable[..., Any], *inputs: Any) -> Any:
    """What a function of tensors gives, by shapes alone; None where it does not work.

    What it does to variables is forgotten.
    """
    try:
        with recording() as record:
            record.depth = 1  # as inside a module: nothing is explained here
            return function(*map(symbol, inputs))
    except Exception:  # whatever a function of someone else raises: it does not work
        return None
