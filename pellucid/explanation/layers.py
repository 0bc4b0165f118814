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
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pellucid import displays
from pellucid.explanation.trace import Trace
from pellucid.graph import Node, Shape, Value
from pellucid.languages import said
from pellucid.nn.base import BaseModule, joined
from pellucid.nn.summary import work_by_path
from pellucid.primitives import Sigmoid, Tanh
from pellucid.primitives.base import FLOATS
from pellucid.tables import aligned, significant

# Where the slope is below a tenth of its largest: sigmoid's y (1 - y), tanh's 1 - y^2.
FLAT = 0.1
NOTHING = "-"
MOST_PARAMETERS = 4  # of one layer, in a line; all of them are in its row


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
            said("layer"),
            said("kind"),
            said("formula"),
            said("output (rows)"),
            said("parameters (rows)"),
            said("output (columns)"),
            said("parameters (columns)"),
        )
        return [heads, *map(_shapes, self.rows)]

    def numbers(self) -> list[tuple[str, ...]]:
        """How much each layer has and does, and what it makes of the data, and the total."""
        heads = (
            said("layer"),
            said("parameters"),
            said("FLOPs"),
            said("bytes"),
            said("mean"),
            said("spread"),
            said("zeros"),
            said("saturated"),
        )
        counted = [(row.numbers, row.flops, row.bytes) for row in self.rows]
        counts = zip(*counted, strict=True)
        sums = [f"{sum(column):,}" for column in counts]
        return [heads, *map(_numbers, self.rows), (said("total"), *sums, "", "", "", "")]

    def __str__(self) -> str:
        shapes = aligned(self.shapes(), texts=7)
        numbers = aligned(self.numbers(), texts=1)
        return "\n".join([*shapes, "", *numbers])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        heads, *shapes = self.shapes()
        more, *numbers = self.numbers()
        first = displays.table("", heads, shapes, texts=7)
        return first + displays.table("", more, numbers, texts=1, strong=[len(numbers) - 1])

    def as_dict(self) -> list[dict[str, Any]]:
        """The rows as JSON takes them."""
        return [asdict(row) for row in self.rows]


def _shapes(row: LayerRow) -> tuple[str, ...]:
    in_rows = []
    in_columns = []
    for name, shape in list(row.parameters.items())[:MOST_PARAMETERS]:
        columns = turned(shape, is_parameter=True)
        in_rows.append(f"{name} {shape}")
        in_columns.append(f"{name} {columns}")
    if len(row.parameters) > MOST_PARAMETERS:
        in_rows.append("...")
        in_columns.append("...")
    output = NOTHING
    turned_output = NOTHING
    if row.output is not None:
        output = str(row.output)
        turned_output = str(turned(row.output))
    name = row.path or said("(model)")
    parameters = ", ".join(in_rows)
    turned_parameters = ", ".join(in_columns)
    return (name, row.kind, row.formula, output, parameters, turned_output, turned_parameters)


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
    modules = {} if model is None else placed(model)
    by_path = _nodes_by_path(trace, modules)
    owned = _owned(trace, model, by_path)
    work = work_by_path(trace.graph, by_path)
    rows = []
    for path, nodes in by_path.items():
        parameters = owned.get(path, {})
        rows.append(
            _row(
                trace,
                path,
                modules.get(path),
                nodes,
                parameters,
                work.get(path, 0),
            )
        )
    return Layers(tuple(rows))


def placed(model: BaseModule) -> dict[str, Any]:
    """The modules of a model by the paths that a graph has.

    A part of another model has its name there, which begins its paths.
    """
    return {_joined(model._name, path): module for path, module in model.modules().items()}


def _owned(
    trace: Trace, model: BaseModule | None, paths: Collection[str]
) -> dict[str, dict[str, Shape]]:
    """The shapes of the parameters of each layer with a row, by its path and their names."""
    owned: dict[str, dict[str, Shape]] = {}
    if model is None:
        return owned
    variables = model.variables()
    names = {id(v): _joined(model._name, path) for path, v in variables.items()}
    for variable in trace.variables.values():
        name = names.get(id(variable), "")
        if variable.trainable and name:
            path = _owner(name, paths)
            parameters = owned.setdefault(path, {})
            parameters[name.removeprefix(f"{path}.")] = variable.shape
    return owned


def _owner(name: str, paths: Collection[str]) -> str:
    """The layer with a row that a parameter is of: a cell has none, its weights are the loop's."""
    path = name.rpartition(".")[0]
    while path and path not in paths:
        path = path.rpartition(".")[0]
    return path if path in paths else name.rpartition(".")[0]


def _joined(start: str, path: str) -> str:
    return joined(start, path) if path else start


def _nodes_by_path(trace: Trace, modules: Mapping[str, Any]) -> dict[str, list[Node]]:
    """The nodes of each innermost layer, in the order in which layers end."""
    found: dict[str, list[Node]] = {}
    for node in trace.graph.nodes:
        path = node.scope
        while path not in modules:
            outer = path.rpartition(".")[0]
            if not outer or outer not in modules:
                break
            path = outer
        before = found.pop(path, [])
        found[path] = [*before, node]
    return found


def _row(
    trace: Trace,
    path: str,
    module: Any,
    nodes: Sequence[Node],
    parameters: Mapping[str, Shape],
    work: int,
) -> LayerRow:
    kind = ""
    formula = ""
    if module is not None:
        kind = type(module).__name__
        formula = getattr(type(module), "formula", "")
    output = _output(nodes)
    numbers = sum(map(math.prod, parameters.values()))
    size = sum(node.output.nbytes for node in nodes)
    shape = None if output is None else output.shape
    row = LayerRow(path, kind, formula, shape, parameters, numbers, work, size)
    if output is None:
        return row
    row = replace(row, saturated=_saturated(trace, nodes))
    array = trace.array(output.name)
    if array.size == 0 or output.dtype not in FLOATS:
        return row
    wide = np.asarray(array, np.float64)
    mean = float(wide.mean())
    spread = float(wide.std())
    zeros = float((wide == 0.0).mean())
    return replace(row, mean=mean, spread=spread, zeros=zeros)


def _output(nodes: Sequence[Node]) -> Value | None:
    """The last array that a layer made; records are taken apart before they are used."""
    made = [node.output for node in nodes if node.output.dtype.names is None]
    return made[-1] if made else None


def _saturated(trace: Trace, nodes: Sequence[Node]) -> float | None:
    """The share of the numbers that sigmoids and tanhs gave at their flat ends."""
    flat = 0
    total = 0
    for node in nodes:
        if not isinstance(node.primitive, Sigmoid | Tanh):
            continue
        y = np.asarray(trace.array(node.output.name), np.float64)
        is_tanh = isinstance(node.primitive, Tanh)
        slope = 1.0 - y * y if is_tanh else 4.0 * y * (1.0 - y)
        flat += int((slope < FLAT).sum())
        total += y.size
    return flat / total if total else None
