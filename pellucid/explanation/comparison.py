"""Two explanations of one network side by side: two checkpoints, or before and after training.

compared        layers and parameters of both, row by row
SideBySide      prints as two tables, shows in notebooks
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pellucid import displays
from pellucid.errors import GraphError
from pellucid.explanation.layers import Layers
from pellucid.explanation.shown import number
from pellucid.explanation.trace import Trace
from pellucid.graph import Shape
from pellucid.languages import said
from pellucid.tables import aligned

Rows = list[tuple[str, ...]]
NOTHING = "-"


@dataclass(frozen=True)
class LayerPair:
    """What one layer makes of the data in both: mean, spread (standard deviation), zeros."""

    path: str
    mean: tuple[float | None, float | None]
    spread: tuple[float | None, float | None]
    zeros: tuple[float | None, float | None]


@dataclass(frozen=True)
class ParameterPair:
    """Root mean squares of weights and gradients; `moved`: the way by the length of the first."""

    path: str
    weights: tuple[float, float]
    gradients: tuple[float, float]
    moved: float


@dataclass(frozen=True)
class SideBySide:
    """The first and the second, by the names that they are given."""

    names: tuple[str, str]
    results: tuple[float, float]
    layers: tuple[LayerPair, ...]
    parameters: tuple[ParameterPair, ...]

    def tables(self) -> tuple[Rows, Rows]:
        """Of layers and of parameters, under their heads; first and second stand in one cell."""
        layers: Rows = [(said("layer"), said("mean"), said("spread"), said("zeros"))]
        for layer in self.layers:
            cells = (_two(layer.mean), _two(layer.spread), _two(layer.zeros))
            layers.append((layer.path, *cells))
        parameters: Rows = [
            (said("parameter"), said("weights"), said("gradients"), said("moved by"))
        ]
        for parameter in self.parameters:
            weights = _two(parameter.weights)
            gradients = _two(parameter.gradients)
            moved = number(parameter.moved)
            parameters.append((parameter.path, weights, gradients, moved))
        return layers, parameters

    @property
    def title(self) -> str:
        """Which they are, and what came out of both."""
        first, second = self.names
        return said(
            "{first} -> {second}; result {results}",
            first=first,
            second=second,
            results=_two(self.results),
        )

    def __str__(self) -> str:
        tables = ("\n".join(aligned(rows, texts=1)) for rows in self.tables())
        return "\n\n".join([self.title, *tables])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        layers, parameters = self.tables()
        heads, *rows = layers
        first = displays.table(self.title, heads, rows)
        heads, *rows = parameters
        return first + displays.table("", heads, rows)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON takes it."""
        return asdict(self)


def _two(pair: tuple[float | None, float | None]) -> str:
    first, second = (NOTHING if x is None else number(x) for x in pair)
    return f"{first} -> {second}"


def compared(
    names: tuple[str, str], traces: tuple[Trace, Trace], tables: tuple[Layers, Layers]
) -> SideBySide:
    """Both side by side. Errors: GraphError where they are not of one network."""
    first, second = traces
    rows_before, rows_after = (table.rows for table in tables)
    same_layers = [row.path for row in rows_before] == [row.path for row in rows_after]
    if not same_layers or _shapes(first) != _shapes(second):
        raise GraphError(
            "explain: the two are not of one network: their layers or parameters differ. Compare "
            "two states of one model, on the same inputs."
        )
    layers = []
    for a, b in zip(rows_before, rows_after, strict=True):
        if a.path and a.output:
            mean = (a.mean, b.mean)
            spread = (a.spread, b.spread)
            zeros = (a.zeros, b.zeros)
            layers.append(LayerPair(a.path, mean, spread, zeros))
    parameters = []
    for name, variable in first.variables.items():
        if variable.trainable:
            parameters.append(_parameter(name, traces))
    results = (_result(first), _result(second))
    return SideBySide(names, results, tuple(layers), tuple(parameters))


def _shapes(trace: Trace) -> dict[str, Shape]:
    return {name: variable.shape for name, variable in trace.variables.items()}


def _result(trace: Trace) -> float:
    return float(trace.array(trace.result.name).mean())


def _parameter(name: str, traces: tuple[Trace, Trace]) -> ParameterPair:
    before, after = (np.float64(trace.array(name)) for trace in traces)
    first, second = (_size(trace.gradients, name) for trace in traces)
    weights = (_rms(before), _rms(after))
    return ParameterPair(name, weights, (first, second), _moved(before, after))


def _moved(before: Any, after: Any) -> float:
    """The way between weights by the length of the first; from 0 any way is without end."""
    length = float(np.linalg.norm(before))
    way = float(np.linalg.norm(after - before))
    if length:
        return way / length
    return float("inf") if way else 0.0


def _size(gradients: Mapping[str, Any], name: str) -> float:
    return _rms(gradients[name]) if name in gradients else 0.0


def _rms(array: Any) -> float:
    wide = np.asarray(array, np.float64)
    return float(np.sqrt((wide * wide).mean())) if wide.size else 0.0
