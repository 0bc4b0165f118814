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
        heads = (said("layer"), said("mean"), said("spread"), said("zeros"))
        layers = [(p.path, _two(p.mean), _two(p.spread), _two(p.zeros)) for p in self.layers]
        more = (said("parameter"), said("weights"), said("gradients"), said("moved by"))
        parameters = [
            (p.path, _two(p.weights), _two(p.gradients), number(p.moved)) for p in self.parameters
        ]
        return [heads, *layers], [more, *parameters]

    @property
    def title(self) -> str:
        """Which they are, and what came out of both."""
        first, second = self.names
        return said(
            "{first} -> {second}; result {results}",
            first=first, second=second, results=_two(self.results),
        )  # fmt: skip

    def __str__(self) -> str:
        tables = ("\n".join(aligned(rows, texts=1)) for rows in self.tables())
        return "\n\n".join([self.title, *tables])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        layers, parameters = self.tables()
        first = displays.table(self.title, layers[0], layers[1:])
        return first + displays.table("", parameters[0], parameters[1:])

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
    paths = [[row.path for row in table.rows] for table in tables]
    shapes = [{name: v.shape for name, v in trace.variables.items()} for trace in traces]
    if paths[0] != paths[1] or shapes[0] != shapes[1]:
        raise GraphError(
            "explain: the two are not of one network: their layers or parameters differ. Compare "
            "two states of one model, on the same inputs."
        )
    layers = [
        LayerPair(a.path, (a.mean, b.mean), (a.spread, b.spread), (a.zeros, b.zeros))
        for a, b in zip(tables[0].rows, tables[1].rows, strict=True)
        if a.path and a.output
    ]
    trained = [name for name, v in traces[0].variables.items() if v.trainable]
    results = tuple(float(t.array(t.result.name).mean()) for t in traces)
    return SideBySide(
        names, (results[0], results[1]), tuple(layers),
        tuple(_parameter(name, traces) for name in trained),
    )  # fmt: skip


def _parameter(name: str, traces: tuple[Trace, Trace]) -> ParameterPair:
    before, after = (np.float64(trace.array(name)) for trace in traces)
    length = float(np.linalg.norm(before))
    way = float(np.linalg.norm(after - before))
    moved = way / length if length else float("inf") if way else 0.0
    sizes = [_size(trace.gradients, name) for trace in traces]
    return ParameterPair(name, (_rms(before), _rms(after)), (sizes[0], sizes[1]), moved)


def _size(gradients: Mapping[str, Any], name: str) -> float:
    return _rms(gradients[name]) if name in gradients else 0.0


def _rms(array: Any) -> float:
    wide = np.asarray(array, np.float64)
    return float(np.sqrt((wide * wide).mean())) if wide.size else 0.0
