"""Random programs: a builder that adds leaves and nodes, and chooses outputs and updates.

Shapes are odd, axes empty or 1, numbers special; outputs may be inputs, constants, views and
duplicates; variables are read, written, swapped, transposed and read again. What a node of
each primitive looks like is in `growth`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from pellucid import primitives as p
from pellucid.errors import PellucidError
from pellucid.graph import Graph, Node, Procedure, Value
from pellucid.primitives.base import BOOL, INT32, INT64, NUMBERS, UINT8

SIZES = (0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65)
MOST_ELEMENTS = 6000
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


@dataclass
class Builder:
    """A program in the making."""

    source: Source
    nodes: list[Node] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    arguments: dict[Value, Any] = field(default_factory=dict)
    variables: dict[Value, Any] = field(default_factory=dict)
    constants: dict[Value, Any] = field(default_factory=dict)
    positions: dict[Value, int] = field(default_factory=dict)  # integers known to be below

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
        self, shape: tuple[int, ...], dtype: Any, array: Any = None, *, fixed: bool = False
    ) -> Value:
        """A new argument, constant or, unless it is `fixed`, variable."""
        if array is None:
            array = self._numbers(shape, np.dtype(dtype))
        kinds = [(self.arguments, "x"), (self.constants, "%c"), (self.variables, "w")]
        table, letter = kinds[self.choice((0, 0, 1) if fixed else (0, 0, 1, 2, 2))]
        value = Value(f"{letter}{len(table)}", shape, np.dtype(dtype))
        table[value] = array
        self.values.append(value)
        return value

    def _numbers(self, shape: tuple[int, ...], dtype: Any) -> Any:
        generator = np.random.default_rng(self.source.integer(0, 2**20))
        if dtype == BOOL:
            return generator.integers(0, 2, shape).astype(bool)
        if dtype.kind in "iu":
            if self.chance(15):
                info = np.iinfo(dtype)
                return generator.integers(info.min, info.max, shape, dtype, endpoint=True)
            return generator.integers(0 if dtype.kind == "u" else -4, 5, shape).astype(dtype)
        scale = self.choice([0.1, 1.0, 1.0, 10.0])
        array = np.asarray(generator.normal(size=shape) * scale)
        if self.chance(20):
            array = np.asarray(np.round(array))
        if self.chance(15) and array.size:
            for _ in range(self.source.integer(1, 3)):
                place = self.source.integer(0, array.size - 1)
                array.reshape(-1)[place] = self.choice(SPECIAL)
        with np.errstate(all="ignore"):
            return np.asarray(array.astype(dtype))

    def pick(self, dtypes: Sequence[Any], fits: Callable[[Value], bool] | None = None) -> Value:
        """A value that is there, mostly a late one, or a new leaf."""
        found = [v for v in self.values if v.dtype in dtypes and (fits is None or fits(v))]
        if found and self.chance(85):
            return self.choice(found[-4:] if self.chance(60) else found)
        dtype = self.choice(dtypes)
        if np.dtype(np.float32) in dtypes and self.chance(70):
            dtype = np.dtype(np.float32)
        for _ in range(20):
            shape = self.shape(0 if fits is None else 1)
            value = Value("", shape, dtype)
            if fits is None or fits(value):
                return self.leaf(shape, dtype)
        return self.leaf((2, 3), dtype)

    def partner(self, x: Value, dtype: Any = None) -> Value:
        """A value that broadcasts with x."""
        dtype = x.dtype if dtype is None else dtype
        found = [v for v in self.values if v.dtype == dtype and _fits(v.shape, x.shape)]
        if found and self.chance(70):
            return self.choice(found)
        shape = [1 if self.chance(25) else n for n in x.shape]
        return self.leaf(tuple(shape[self.source.integer(0, len(shape)) :]), dtype)

    def indices(self, shape: tuple[int, ...], size: int) -> Value:
        """Positions of an axis of this size, negative ones included."""
        found = [v for v, n in self.positions.items() if v.shape == shape and n <= size]
        if found and self.chance(40):
            return self.choice(found)
        dtype = self.choice([INT32, INT64, INT64, UINT8])
        low = 0 if dtype == UINT8 else -size
        generator = np.random.default_rng(self.source.integer(0, 2**20))
        array = generator.integers(low, max(size, low + 1), shape).astype(dtype)
        return self.leaf(shape, dtype, array, fixed=True)

    # ---- nodes ---------------------------------------------------------------------------

    def add(self, primitive: Any, *inputs: Value | None, most: int = MOST_ELEMENTS) -> Value | None:
        """A node, where its rules allow it, it is not too large, and its inputs are there."""
        if None in inputs:
            return None
        try:
            shape = primitive.shape(*(v.shape for v in inputs))
            dtype = primitive.dtype(*(v.dtype for v in inputs))
        except PellucidError:
            return None
        if math.prod(shape) > most or len(shape) > 5:
            return None
        scope = self.choice(["", "layer"])
        output = Value(f"%{len(self.nodes)}", shape, dtype)
        self.nodes.append(Node(primitive, inputs, output, scope))
        self.values.append(output)
        if isinstance(primitive, p.Argmax | p.Argmin):
            self.positions[output] = inputs[0].shape[primitive.axis]
        return output

    def finished(self) -> Program:
        """The program, with outputs and updates chosen among all values."""
        outputs = [self.choice(self.values) for _ in range(self.source.integer(0, 3))]
        outputs.append(self.values[-1])
        updates, news = [], []
        for i, variable in enumerate(self.variables):
            if self.chance(75):
                new = self._new_value(variable)
                if new is not None:
                    updates.append(len(self.arguments) + i)
                    news.append(new)
        graph = Graph(
            (*self.arguments, *self.variables),
            tuple(self.constants.items()),
            tuple(self.nodes),
            (*outputs, *news),
        )
        graph.check()
        procedure = Procedure(graph, len(self.arguments), tuple(updates))
        return Program(procedure, list(self.arguments.values()), list(self.variables.values()))

    def _new_value(self, variable: Value) -> Value | None:
        """A value for a variable: one that fits, another moved into its shape, or a sum."""
        fits = [v for v in self.values if (v.shape, v.dtype) == (variable.shape, variable.dtype)]
        if self.chance(50):
            return self.choice(fits[-3:] if self.chance(50) else fits)
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
