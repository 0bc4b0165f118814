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
from pellucid.languages import said
from pellucid.nn.base import BaseModule, joined
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
    """The layers of a model, in the order of computation.

    As a text there are two tables, of shapes and of numbers, so that lines stay short.
    """

    rows: tuple[LayerRow, ...]

    def shapes(self) -> list[tuple[str, ...]]:
        """What each layer is and the shapes of its output and parameters, under their heads."""
        heads = (
            said("layer"), said("kind"), said("formula"), said("output (rows)"),
            said("parameters (rows)"), said("output (columns)"), said("parameters (columns)"),
        )  # fmt: skip
        return [heads, *map(_shapes, self.rows)]

    def numbers(self) -> list[tuple[str, ...]]:
        """How much each layer has and does, and what it makes of the data, and the total."""
        heads = (
            said("layer"), said("parameters"), said("FLOPs"), said("bytes"), said("mean"),
            said("spread"), said("zeros"), said("saturated"),
        )  # fmt: skip
        counts = zip(*((row.numbers, row.flops, row.bytes) for row in self.rows), strict=True)
        sums = [f"{sum(column):,}" for column in counts]
        return [heads, *map(_numbers, self.rows), (said("total"), *sums, "", "", "", "")]

    def __str__(self) -> str:
        shapes = aligned(self.shapes(), texts=7)
        numbers = aligned(self.numbers(), texts=1)
        return "\n".join([*shapes, "", *numbers])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        (heads, *shapes), (more, *numbers) = self.shapes(), self.numbers()
        first = displays.table("", heads, shapes, texts=7)
        return first + displays.table("", more, numbers, texts=1, strong=[len(numbers) - 1])

    def as_dict(self) -> list[dict[str, Any]]:
        """The rows as JSON takes them."""
        return [asdict(row) for row in self.rows]


def _shapes(row: LayerRow) -> tuple[str, ...]:
    in_rows = [f"{name} {shape}" for name, shape in row.parameters.items()]
    in_columns = [
        f"{name} {turned(shape, is_parameter=True)}" for name, shape in row.parameters.items()
    ]
    output = (NOTHING, NOTHING)
    if row.output is not None:
        output = str(row.output), str(turned(row.output))
    return (
        row.path or said("(model)"), row.kind, row.formula,
        output[0], ", ".join(in_rows), output[1], ", ".join(in_columns),
    )  # fmt: skip


def _numbers(row: LayerRow) -> tuple[str, ...]:
    counts = [f"{count:,}" for count in (row.numbers, row.flops, row.bytes)]
    spread = [NOTHING if x is None else significant(x) for x in (row.mean, row.spread)]
    shares = [NOTHING if x is None else f"{x:.1%}" for x in (row.zeros, row.saturated)]
    return (row.path or said("(model)"), *counts, *spread, *shares)


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
    modules: dict[str, Any] = {}
    names: dict[int, str] = {}
    if model is not None:  # a part of another model has its name there, which begins its paths
        start = model._name
        modules = {_joined(start, path): each for path, each in model.modules().items()}
        names = {id(v): _joined(start, path) for path, v in model.variables().items()}
    by_path = _nodes_by_path(trace, modules)
    owned: dict[str, dict[str, Shape]] = {}
    for variable in trace.variables.values():
        path, _, name = names.get(id(variable), "").rpartition(".")
        if variable.trainable and name:
            owned.setdefault(path, {})[name] = variable.shape
    rows = [
        _row(trace, path, modules.get(path), nodes, owned.get(path, {}))
        for path, nodes in by_path.items()
    ]
    return Layers(tuple(rows))


def _joined(start: str, path: str) -> str:
    return joined(start, path) if path else start


def _nodes_by_path(trace: Trace, modules: Mapping[str, Any]) -> dict[str, list[Node]]:
    """The nodes of each innermost layer, in the order in which layers end."""
    found: dict[str, list[Node]] = {}
    inner = {path for path in modules if path}
    for node in trace.graph.nodes:
        path = node.scope
        while path not in modules and path.rpartition(".")[0] in inner:
            path = path.rpartition(".")[0]
        nodes = found.pop(path, [])
        found[path] = [*nodes, node]
    return found


def _row(
    trace: Trace, path: str, module: Any, nodes: Sequence[Node], parameters: Mapping[str, Shape]
) -> LayerRow:
    kind = type(module).__name__ if module is not None else ""
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
