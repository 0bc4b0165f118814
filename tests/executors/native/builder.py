"""Random programs: a builder that adds leaves and nodes, and chooses outputs and updates.

Shapes are odd, axes empty or 1, sizes lie around the widths of vectors, numbers are special;
outputs may be inputs, constants, views and duplicates; variables are read, written, swapped,
transposed and read again. What a node of each primitive looks like is in `growth`, what its
operands may look like in memory in `walks`, what reads them in `readers`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.errors import PellucidError
from pellucid.graph import Graph, Procedure, Value, collect
from pellucid.origins import Origin, history
from pellucid.precision import rounded
from pellucid.primitives.base import BOOL, FLOATS, INT32, INT64, NUMBERS, UINT8
from pellucid.scopes import scope
from pellucid.tensor import Tensor, holding

# Around vectors of 2, 4, 8 and 16 numbers: one less, one more, twice as many and three.
WIDTHS = (2, 4, 8, 16)
SIZES = (0, 1, 1, 1, *(s for w in WIDTHS for s in (w - 1, w, w + 1, 2 * w + 3)), 33, 64, 65)
MOST_ELEMENTS = 6000
MOST_AXES = 6
MOST_NODES = 150  # of a program: a gradient that would make it larger is left out
LEAVES = ("arguments", "arguments", "constants", "variables", "variables")
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 1e30, -3e38, 1e-30, 1.0)


class Source(Protocol):
    """Where the choices come from: a seeded generator, or Hypothesis."""

    def integer(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        ...


class Seeded:
    """Choices of a seeded generator."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def integer(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return int(self.generator.integers(low, high + 1))


@dataclass(frozen=True)
class Program:
    """A procedure with arrays to run it on."""

    procedure: Procedure
    arguments: list[Any]
    state: list[Any]
    notes: frozenset[tuple[str, str]] = frozenset()  # primitives differentiated, and how often


@dataclass
class Builder:
    """A program in the making. Its values are tensors that stand for arrays of a later run."""

    source: Source
    values: list[Tensor] = field(default_factory=list)
    arguments: list[tuple[Tensor, Any]] = field(default_factory=list)
    variables: list[tuple[Tensor, Any]] = field(default_factory=list)
    constants: list[tuple[Tensor, Any]] = field(default_factory=list)
    kept: list[Tensor] = field(default_factory=list)  # that the program is to give
    below: dict[int, int] = field(default_factory=dict)  # integers known to be below, by id
    orders: dict[int, int] = field(default_factory=dict)  # of derivatives, by id
    is_inside: bool = False  # the body of a loop
    notes: set[tuple[str, str]] = field(default_factory=set)  # what no plan tells
    news: dict[int, Tensor] = field(default_factory=dict)  # of variables, by id, where chosen

    def __post_init__(self) -> None:
        self.float = self.choice(FLOATS)  # that most numbers of this program are

    # ---- choices -------------------------------------------------------------------------

    def chance(self, percent: int) -> bool:
        """True so many times out of a hundred."""
        return self.source.integer(1, 100) > 100 - percent

    def choice(self, options: Sequence[Any]) -> Any:
        """One of the options."""
        return options[self.source.integer(0, len(options) - 1)]

    def shape(self, least: int = 0) -> tuple[int, ...]:
        """A shape that is not too large."""
        shape: list[int] = []
        for _ in range(self.source.integer(least, max(least, 3))):
            size = self.choice(SIZES)
            shape.append(size if math.prod(shape) * size <= MOST_ELEMENTS else 1)
        return tuple(shape)

    # ---- leaves --------------------------------------------------------------------------

    def leaf(
        self,
        shape: tuple[int, ...],
        dtype: Any,
        array: Any = None,
        *,
        fixed: bool = False,
        kind: str = "",
    ) -> Tensor:
        """A new leaf of a kind; if none is named, one drawn, no variable where it is `fixed`."""
        if array is None:
            array = self._numbers(shape, np.dtype(dtype))
        drawn = self.choice(LEAVES[:3] if fixed else LEAVES)
        table = getattr(self, kind or drawn)
        tensor = holding(Value("", shape, np.dtype(dtype)), Origin(None, ()))
        table.append((tensor, array))
        self.values.append(tensor)
        return tensor

    def _numbers(self, shape: tuple[int, ...], dtype: Any) -> Any:
        generator = np.random.default_rng(self.source.integer(0, 2**20))
        if dtype == BOOL:
            return generator.integers(0, 2, shape).astype(bool)
        if dtype.kind in "iu":
            if self.chance(15):
                info = np.iinfo(dtype)
                return generator.integers(info.min, info.max, shape, dtype, endpoint=True)
            return generator.integers(0 if dtype.kind == "u" else -4, 5, shape).astype(dtype)
        scale = self.choice([0.1, 1.0, 1.0, 1.0, 10.0, 1e5])
        array = np.asarray(generator.normal(size=shape) * scale)
        if self.chance(20) and shape:  # rows of very different size: what is left of one shows
            rows = generator.integers(-4, 5, (shape[0], *(1 for _ in shape[1:])))
            array = array * 10.0**rows
        if self.chance(20):
            array = np.asarray(np.round(array))
        if self.chance(15) and array.size:
            for _ in range(self.source.integer(1, 3)):
                place = self.source.integer(0, array.size - 1)
                array.reshape(-1)[place] = self.choice(SPECIAL)
        with np.errstate(all="ignore"):
            return np.asarray(array.astype(dtype))

    def pick(self, dtypes: Sequence[Any], fits: Callable[[Tensor], bool] | None = None) -> Tensor:
        """A value that is there, mostly a late one, or a new leaf."""
        if self.chance(30):  # floats are most of what there is
            dtypes = (self.choice(dtypes),)
        found = [v for v in self.values if v.dtype in dtypes and (fits is None or fits(v))]
        if found and self.chance(85):
            return self.choice(found[-4:] if self.chance(60) else found)
        dtype = self.choice(dtypes)
        if np.dtype(np.float32) in dtypes and self.chance(70):
            dtype = self.float
        for _ in range(20):
            shape = self.shape(0 if fits is None else 1)
            if fits is None or fits(holding(Value("", shape, dtype))):
                return self.leaf(shape, dtype)
        return self.leaf((2, 3), dtype)

    def partner(self, x: Tensor, dtype: Any = None) -> Tensor:
        """A value that broadcasts with x."""
        dtype = x.dtype if dtype is None else dtype
        found = [v for v in self.values if v.dtype == dtype and _fits(v.shape, x.shape)]
        if found and self.chance(70):
            return self.choice(found)
        shape = [1 if self.chance(25) else n for n in x.shape]
        return self.leaf(tuple(shape[self.source.integer(0, len(shape)) :]), dtype)

    def indices(self, shape: tuple[int, ...], size: int) -> Tensor:
        """Positions of an axis of this size, negative ones included."""
        found = [
            v for v in self.values if v.shape == shape and self.below.get(id(v), size + 1) <= size
        ]
        if found and self.chance(40):
            return self.choice(found)
        dtype = self.choice([INT32, INT64, INT64, UINT8] if size <= 256 else [INT32, INT64])
        return self.leaf(shape, dtype, self.positions(shape, size, dtype), fixed=True)

    def positions(
        self, shape: tuple[int, ...], size: int, dtype: Any, *, negative: bool = True
    ) -> Any:
        """Such an array."""
        low = -size if negative and dtype.kind == "i" else 0
        generator = np.random.default_rng(self.source.integer(0, 2**20))
        return generator.integers(low, max(size, low + 1), shape).astype(dtype)

    # ---- nodes ---------------------------------------------------------------------------

    def add(
        self, primitive: Any, *inputs: Tensor | None, most: int = MOST_ELEMENTS
    ) -> Tensor | None:
        """A node, where its rules allow it, it is not too large, and its inputs are there."""
        if any(x is None for x in inputs):
            return None
        try:
            shape = primitive.shape(*(x.shape for x in inputs))
            dtype = primitive.dtype(*(x.dtype for x in inputs))
        except PellucidError:
            return None
        if math.prod(shape) > most or len(shape) > MOST_AXES:
            return None
        with scope(self.choice(["", "layer"]) or "other", absolute=True):
            output = holding(Value("", shape, dtype), Origin(primitive, inputs))
        self.values.append(output)
        if isinstance(primitive, p.Argmax | p.Argmin):
            self.below[id(output)] = inputs[0].shape[primitive.axis]
        return output

    def then(self, primitive: Any, x: Tensor) -> Tensor:
        """A node of one value, or the value itself where it does not fit."""
        y = self.add(primitive, x)
        return x if y is None else y

    def differentiate(self, y: Tensor | None = None, by: Sequence[Tensor] = ()) -> None:
        """Gradients of a value, by some of what it was computed from where nothing else is said."""
        made = [v for v in self.values if v.dtype in FLOATS and v.origin.primitive is not None]
        if y is None:
            if not made:
                return
            y = self.choice(made[-3:])
        past = history([y])
        wanted = [v for v in past if v.dtype in FLOATS and v is not y]
        order = 1 + max((self.orders.get(id(v), 0) for v in past), default=0)
        if not wanted or order > 2:
            return
        wanted = [*by] or [self.choice(wanted[:4]), self.choice(wanted)]
        found = [g for g in gradients(y, wanted, self.upstream(y)) if g is not None]
        if len(history([*self.values, *found])) > MOST_NODES + len(self.arguments):
            return
        self._note(past, wanted, order)
        for gradient in found:
            if gradient.origin is not None and len(gradient.shape) <= MOST_AXES:
                self.values.append(gradient)
                self.orders[id(gradient)] = order
                self.kept.append(gradient)

    def _note(self, past: list[Tensor], wanted: list[Tensor], order: int) -> None:
        """Which primitives lie on the way."""
        on_path = {id(v) for v in wanted}
        for v in past:
            if any(id(x) in on_path for x in v.origin.inputs):
                on_path.add(id(v))
                times = "once" if order == 1 else "twice"
                self.notes.add((v.origin.primitive.name, f"differentiated {times}"))

    def upstream(self, y: Tensor) -> Tensor:
        """The gradient that arrives at y: ones, as a sum's, numbers, repeated numbers, or y."""
        way = self.choice(("ones", "numbers", "repeated", "value"))
        if way == "value":
            return y
        if way == "numbers":
            return self.leaf(y.shape, y.dtype)
        shape = tuple(1 if self.chance(50) else n for n in y.shape)
        if way == "ones":
            number = holding(Value("", (), y.dtype), Origin(None, ()))
            self.constants.append((number, np.ones((), y.dtype)))
            return number.broadcast_to(y.shape)
        return self.leaf(shape, y.dtype).broadcast_to(y.shape)

    # ---- the end -------------------------------------------------------------------------

    def finished(self) -> Program:
        """The program, with outputs and updates chosen among all values."""
        outputs = [self.choice(self.values) for _ in range(self.source.integer(0, 3))]
        outputs += [*self.kept, self.values[-1]]
        updates, news = [], []
        for i, (variable, _) in enumerate(self.variables):
            is_new = self.chance(75) or id(variable) in self.news
            new = self._new_value(variable) if is_new else None
            if new is not None:
                updates.append(len(self.arguments) + i)
                news.append(new)
        graph = self._graph([*outputs, *news])
        if self.chance(20):
            graph = rounded(graph)
        exact = self.chance(15)
        procedure = Procedure(graph, len(self.arguments), tuple(updates), exact=exact)
        arrays = ([a for _, a in table] for table in (self.arguments, self.variables))
        return Program(procedure, *arrays, frozenset(self.notes))

    def _graph(self, outputs: list[Tensor]) -> Graph:
        """The graph of the outputs; constants are collected like inputs, and then set apart."""
        tables = (("x", self.arguments), ("w", self.variables), ("%d", self.constants))
        named = {f"{k}{i}": t for k, table in tables for i, (t, _) in enumerate(table)}
        found = collect(named, outputs)
        count = len(self.arguments) + len(self.variables)
        arrays = [array for _, array in self.constants]
        constants = (*zip(found.inputs[count:], arrays, strict=True), *found.constants)
        graph = Graph(found.inputs[:count], constants, found.nodes, found.outputs)
        graph.check()
        return graph

    def _new_value(self, variable: Tensor) -> Tensor | None:
        """A value for a variable: one that fits, another moved into its shape, or a sum."""
        fits = [v for v in self.values if (v.shape, v.dtype) == (variable.shape, variable.dtype)]
        if self.chance(50) and id(variable) not in self.news:
            return self.choice(fits[-3:] if self.chance(50) else fits)
        if id(variable) in self.news:
            return self.news[id(variable)]
        size = math.prod(variable.shape)
        others = [v for v in self.values if v.dtype == variable.dtype]
        moved = [v for v in others if math.prod(v.shape) == size and v.shape != variable.shape]
        if moved and self.chance(60):
            return self.add(p.Reshape(variable.shape), self.choice(moved))
        turned = [v for v in others if v.shape == variable.shape[::-1]]
        if turned and self.chance(60):
            axes = tuple(range(len(variable.shape)))[::-1]
            return self.add(p.PermuteDims(axes), self.choice(turned))
        if variable.dtype in NUMBERS:
            return self.add(p.Add(), variable, self.choice(fits))
        return variable


def _fits(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        return math.prod(np.broadcast_shapes(a, b)) <= MOST_ELEMENTS
    except ValueError:
        return False
