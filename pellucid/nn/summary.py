"""A model at a glance: each layer with its output shape, parameters and work.

summarize   the summary of a model for inputs of a given shape
Summary     its rows and totals; prints as a table
Row         one layer
flops       the floating-point operations of one node of a graph
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.compile import capture
from pellucid.graph import Graph, Node
from pellucid.nn.calls import calls
from pellucid.nn.module import Module
from pellucid.primitives import (
    Argmax,
    Argmin,
    Cast,
    Convolution,
    CumulativeSum,
    Elementwise,
    Identity,
    MatMul,
    Max,
    Min,
    OverlapAdd,
    Prod,
    Scan,
    StopGradient,
    Sum,
    Where,
)
from pellucid.primitives.base import Shape
from pellucid.tensor import Tensor
from pellucid.variables import Variable

REDUCTIONS = (Argmax, Argmin, CumulativeSum, Max, Min, OverlapAdd, Prod, Sum)
FREE = (Cast, Identity, StopGradient, Where)


@dataclass(frozen=True)
class Row:
    """One layer: path, kind, shape of its output, its own parameters, its own work."""

    path: str
    kind: str
    output: Shape | None
    parameters: int
    flops: int


@dataclass(frozen=True)
class Summary:
    """The rows of a model, in the order of computation.

    `buffers` counts the numbers that are state but not trained. `flops` are floating-point
    operations of one inference of the input shape: a multiplication and an addition count as
    two, a comparison, exp and its like as one, choosing and moving numbers as none.
    """

    input_shape: Shape
    rows: tuple[Row, ...]
    buffers: int

    @property
    def parameters(self) -> int:
        """The number of trained numbers."""
        return sum(row.parameters for row in self.rows)

    @property
    def flops(self) -> int:
        """The floating-point operations of one inference."""
        return sum(row.flops for row in self.rows)

    def __str__(self) -> str:
        table = [("layer", "kind", "output shape", "parameters", "FLOPs")]
        table += [
            (row.path, row.kind, str(row.output or "-"), f"{row.parameters:,}", f"{row.flops:,}")
            for row in self.rows
        ]
        table.append(("total", "", "", f"{self.parameters:,}", f"{self.flops:,}"))
        widths = [max(len(line[i]) for line in table) for i in range(5)]
        lines = [
            "  ".join(
                text.ljust(width) if i < 3 else text.rjust(width)
                for i, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in table
        ]
        rule = "-" * max(len(line) for line in lines)
        buffers = f"\nand {self.buffers:,} numbers in buffers" if self.buffers else ""
        return (
            "\n".join([f"input {self.input_shape}", lines[0], rule, *lines[1:-1], rule, lines[-1]])
            + buffers
        )


def flops(node: Node) -> int:
    """The floating-point operations of one node: 2 for a multiplication with its addition."""
    primitive = node.primitive
    if isinstance(primitive, MatMul):
        return 2 * math.prod(node.output.shape) * node.inputs[0].shape[-1]
    if isinstance(primitive, Convolution):
        return 2 * math.prod(node.output.shape) * math.prod(node.inputs[1].shape[2:])
    if isinstance(primitive, REDUCTIONS):
        return math.prod(node.inputs[0].shape)
    if isinstance(primitive, Elementwise) and not isinstance(primitive, FREE):
        return math.prod(node.output.shape)
    return 0


def summarize(model: Module, input_shape: Shape, *, dtype: Any = None) -> Summary:
    """The summary of a model for one input, its batch axis included, at inference.

    `dtype`: that of the input; by default that of the first parameter. A layer called several
    times has one row, with its last output and all of its work. Errors: those of the model
    for an input of this shape.
    """
    if dtype is None:
        dtype = next((p.dtype for p in model.parameters().values()), np.dtype(np.float32))
    with model.mode(training=False), calls() as made:
        graph = capture(model)(np.zeros(input_shape, dtype))
    work = _work_by_path(graph, {call.path for call in made})
    uncounted = {id(v): v for v in model.variables().values()}
    rows: dict[str, Row] = {}
    for call in made:
        own = _own(call.module, uncounted)
        row = Row(
            call.path or "(model)",
            type(call.module).__name__,
            call.output.shape if isinstance(call.output, Tensor) else None,
            own + (rows[call.path].parameters if call.path in rows else 0),
            work.get(call.path, 0),
        )
        if row.parameters or row.flops or not call.module.children():
            rows[call.path] = row
    for path, module in model.modules().items():
        if own := _own(module, uncounted):
            rows[f"not called: {path}"] = Row(path, type(module).__name__, None, own, 0)
    buffers = sum(buffer.size for buffer in model.buffers().values())
    return Summary(tuple(input_shape), tuple(rows.values()), buffers)


def _own(module: Module, uncounted: dict[int, Variable]) -> int:
    """The trained numbers that are the module's own and were not counted before."""
    found = [uncounted.pop(id(v), None) for v in module.own_variables().values()]
    return sum(v.size for v in found if v is not None and v.trainable)


def _work_by_path(graph: Graph, paths: set[str]) -> dict[str, int]:
    """The operations of each layer: those of its path, or of a scope of its own inside."""
    work: dict[str, int] = {}
    for node in graph.nodes:
        if isinstance(node.primitive, Scan):
            for inner, count in _work_by_path(node.primitive.body, paths).items():
                work[inner] = work.get(inner, 0) + node.primitive.steps * count
        path = node.scope
        while path not in paths and path:
            path = path.rpartition(".")[0]
        work[path] = work.get(path, 0) + flops(node)
    return work
