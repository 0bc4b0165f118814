"""The table of layers: what each computes, on what, and what it makes of the data.

    layers      the table of a traced model
    Layers      its rows; prints as a table, shows in notebooks
    LayerRow    one layer
    turned      a shape in the course's notation, samples as columns

Shapes stand in both notations: that of the library, where rows are samples and a layer computes
x W + b, and that of the course, where columns are samples and it computes W x + b, so that
W[l] has the shape (n[l], n[l-1]).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pellucid import displays
from pellucid.explanation.trace import Trace
from pellucid.graph import Node, Shape, Value
from pellucid.nn.base import BaseModule
from pellucid.nn.summary import flops
from pellucid.primitives import Scan, Sigmoid, Tanh
from pellucid.primitives.base import FLOATS
from pellucid.tables import aligned, significant

# Where the slope is below a tenth of its largest: sigmoid's y (1 - y), tanh's 1 - y^2.
FLAT = 0.1
NOTHING = "-"


@dataclass(frozen=True)
class LayerRow:
    """One layer, on the data it was run on.

    `output` and `parameters` are shapes. `bytes`: of everything it makes. `mean`, `spread`: of the
    numbers it gives out, the spread as their standard deviation. `zeros`: the share of them that
    is 0. `saturated`: the share of its sigmoids and tanhs at the flat ends, None without any.
    """

    path: str
    kind: str
    formula: str
    output: Shape | None
    parameters: Mapping[str, Shape]
    numbers: int
    flops: int
    bytes: int
    mean: float | None = None
    spread: float | None = None
    zeros: float | None = None
    saturated: float | None = None


@dataclass(frozen=True)
class Layers:
    """The layers of a model, in the order of computation; the last row of the text is the total."""

    rows: tuple[LayerRow, ...]
    samples: int

    @property
    def heads(self) -> tuple[str, ...]:
        """The names of the columns."""
        return (
            "layer", "kind", "formula", "output (rows)", "output (columns)", "parameters (rows)",
            "parameters (columns)", "numbers", "FLOPs", "bytes", "mean", "spread", "zeros",
            "saturated",
        )  # fmt: skip

    def cells(self) -> list[tuple[str, ...]]:
        """The rows as texts, and the total."""
        found = [_cells(row) for row in self.rows]
        total = [f"{sum(values):,}" for values in zip(*map(_counts, self.rows), strict=True)]
        return [*found, ("total", *[""] * 6, *(total or ["0"] * 3), *[""] * 4)]

    def __str__(self) -> str:
        lines = aligned([self.heads, *self.cells()], texts=7)
        rule = "-" * max(map(len, lines))
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        cells = self.cells()
        return displays.table("", self.heads, cells, texts=7, strong=[len(cells) - 1])

    def as_dict(self) -> list[dict[str, Any]]:
        """The rows as JSON takes them."""
        return [asdict(row) for row in self.rows]


def _counts(row: LayerRow) -> tuple[int, int, int]:
    return row.numbers, row.flops, row.bytes


def _cells(row: LayerRow) -> tuple[str, ...]:
    shapes = row.parameters.items()
    measured = [NOTHING if x is None else significant(x) for x in (row.mean, row.spread)] + [
        NOTHING if x is None else f"{x:.1%}" for x in (row.zeros, row.saturated)
    ]
    return (
        row.path or "(model)",
        row.kind,
        row.formula,
        NOTHING if row.output is None else str(row.output),
        NOTHING if row.output is None else str(turned(row.output)),
        ", ".join(f"{name} {shape}" for name, shape in shapes),
        ", ".join(f"{name} {turned(shape, is_parameter=True)}" for name, shape in shapes),
        *(f"{count:,}" for count in _counts(row)),
        *measured,
    )


def turned(shape: Shape, *, is_parameter: bool = False) -> Shape:
    """A shape in the notation with samples as columns.

    >>> turned((5, 3)), turned((4, 3), is_parameter=True), turned((3,), is_parameter=True)
    ((3, 5), (3, 4), (3, 1))
    """
    if is_parameter and len(shape) == 1:
        return (*shape, 1)
    if is_parameter and len(shape) != 2:
        return shape
    return (*shape[1:], *shape[:1])


def layers(trace: Trace, model: BaseModule | None) -> Layers:
    """The table of a traced model; of a function alone, its scopes are its layers."""
    modules = dict(model.modules()) if model is not None else {}
    by_path = _nodes_by_path(trace, modules)
    names = {id(variable): path for path, variable in _variables(model).items()}
    owned: dict[str, dict[str, Shape]] = {}
    for variable in trace.variables.values():
        path, _, name = names.get(id(variable), "").rpartition(".")
        if variable.trainable and name:
            owned.setdefault(path, {})[name] = variable.shape
    rows = [
        _row(trace, path, modules.get(path), nodes, owned.get(path, {}))
        for path, nodes in by_path.items()
    ]
    first = trace.graph.inputs[0].shape if trace.graph.inputs else ()
    return Layers(tuple(rows), first[0] if first else 1)


def _variables(model: BaseModule | None) -> Mapping[str, Any]:
    return {} if model is None else model.variables()


def _nodes_by_path(trace: Trace, modules: Mapping[str, Any]) -> dict[str, list[Node]]:
    """The nodes of each innermost layer, in the order in which layers end."""
    found: dict[str, list[Node]] = {}
    for node in trace.graph.nodes:
        path = node.scope
        while modules and path not in modules and path.rpartition(".")[0] in modules and path:
            path = path.rpartition(".")[0]
        nodes = found.pop(path, [])
        found[path] = [*nodes, node]
    return found


def _row(
    trace: Trace, path: str, module: Any, nodes: Sequence[Node], parameters: Mapping[str, Shape]
) -> LayerRow:
    kind = type(module).__name__ if module is not None else "function"
    output = _output(nodes)
    numbers = sum(map(math.prod, parameters.values()))
    work = sum(_work(node) for node in nodes)
    size = sum(math.prod(n.output.shape) * n.output.dtype.itemsize for n in nodes)
    formula = getattr(type(module), "formula", "") if module is not None else ""
    if output is None:
        return LayerRow(path, kind, formula, None, parameters, numbers, work, size)
    array = trace.array(output.name)
    known = array.size > 0 and output.dtype in FLOATS
    mean, spread, zeros = _measured(array) if known else (None, None, None)
    return LayerRow(
        path, kind, formula, output.shape, parameters, numbers, work, size,
        mean, spread, zeros, _saturated(trace, nodes),
    )  # fmt: skip


def _output(nodes: Sequence[Node]) -> Value | None:
    """The last array that a layer made; records are taken apart before they are used."""
    made = [node.output for node in nodes if node.output.dtype.names is None]
    return made[-1] if made else None


def _work(node: Node) -> int:
    if isinstance(node.primitive, Scan):
        return node.primitive.steps * sum(map(_work, node.primitive.body.nodes))
    return flops(node)


def _measured(array: Any) -> tuple[float, float, float]:
    """Mean, standard deviation, share of zeros."""
    wide = np.asarray(array, np.float64)
    return float(wide.mean()), float(wide.std()), float((wide == 0.0).mean())


def _saturated(trace: Trace, nodes: Sequence[Node]) -> float | None:
    """The share of the numbers that sigmoids and tanhs gave at their flat ends."""
    flat = total = 0
    for node in nodes:
        if isinstance(node.primitive, Sigmoid | Tanh):
            y = np.asarray(trace.array(node.output.name), np.float64)
            is_tanh = isinstance(node.primitive, Tanh)
            slope = 1.0 - y * y if is_tanh else 4.0 * y * (1.0 - y)
            flat += int((slope < FLAT).sum())
            total += y.size
    return flat / total if total else None
