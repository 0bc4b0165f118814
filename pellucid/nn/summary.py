"""A model at a glance: each layer with its output shape, parameters and work.

summarize   the summary of a model for inputs of a given shape
summary_of  that of a graph that was kept
overview    what a notebook shows of a model by itself
Summary     its rows and totals; prints as a table
Row         one layer
flops       the floating-point operations of one node of a graph; work_by_path, of each layer
"""

import math
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import displays
from pellucid.compile import capture
from pellucid.errors import DTypeError, OptionError, PellucidError
from pellucid.graph import Graph, Node
from pellucid.nn.base import BaseModule, in_mode
from pellucid.nn.calls import Call, calls, form
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
from pellucid.strict import strict
from pellucid.tables import aligned, few
from pellucid.tensor import Tensor
from pellucid.variables import Variable

REDUCTIONS = (Argmax, Argmin, CumulativeSum, Max, Min, OverlapAdd, Prod, Sum)
FREE = (Cast, Identity, StopGradient, Where)


@strict
@dataclass(frozen=True)
class Row:
    """One layer: path, kind, shape of its output, its own parameters, its own work."""

    path: str
    kind: str
    output: Shape | None
    parameters: int
    flops: int


@strict
@dataclass(frozen=True)
class Summary:
    """The rows of a model, in the order of computation.

    `buffers` counts the numbers that are state but not trained, `frozen` those of the parameters
    that training leaves as they are. `flops` are floating-point
    operations of one inference of the input shape: a multiplication and an addition count as
    two, a comparison, exp and its like as one, choosing and moving numbers as none.
    """

    input_shapes: tuple[Shape, ...]
    rows: tuple[Row, ...]
    buffers: int
    frozen: int = 0

    @property
    def parameters(self) -> int:
        """The number of trained numbers."""
        return sum(row.parameters for row in self.rows)

    @property
    def flops(self) -> int:
        """The floating-point operations of one inference."""
        return sum(row.flops for row in self.rows)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        heads, *rows = self._table()
        title = ", ".join([self._title(), *self._besides()])
        shown = [*few(rows[:-1]), rows[-1]]
        return displays.table(
            title,
            heads,
            shown,
            texts=3,
            strong=[len(shown) - 1],
        )

    def _title(self) -> str:
        return f"input {', '.join(map(str, self.input_shapes))}"

    def _besides(self) -> list[str]:
        """What else is said of its numbers."""
        buffers = f"{self.buffers:,} number{'' if self.buffers == 1 else 's'} in buffers"
        frozen = f"{self.frozen:,} of the parameters frozen"
        return [buffers] * bool(self.buffers) + [frozen] * bool(self.frozen)

    def _table(self) -> list[tuple[str, ...]]:
        """What the columns are, the layers, the total."""
        table: list[tuple[str, ...]] = []
        table.append(("layer", "kind", "output shape", "parameters", "FLOPs"))
        table += [
            (row.path, row.kind, str(row.output or "-"), f"{row.parameters:,}", f"{row.flops:,}")
            for row in self.rows
        ]
        table.append(("total", "", "", f"{self.parameters:,}", f"{self.flops:,}"))
        return table

    def __str__(self) -> str:
        table = self._table()
        lines = aligned(table, texts=3)
        rule = "-" * max(len(line) for line in lines)
        besides = f"\nand {', '.join(self._besides())}" if self._besides() else ""
        head, *rows, total = lines
        return "\n".join([self._title(), head, rule, *rows, rule, total]) + besides

    __repr__ = __str__


@strict
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


def summarize(model: BaseModule, input_shapes: Sequence[Shape], *, dtype: Any = None) -> Summary:
    """The summary of a model for inputs of these shapes, batch axes included, at inference.

    `dtype`: that of the inputs, or one for each; by default that of the first parameter or, where
    the model takes ids, int64. A layer called several times has one row, with its last output and
    all of its work. Errors: those of the model for such inputs; OptionError for what is no shape.
    """
    shapes = [_checked(shape) for shape in input_shapes or (None,)]
    graph, made = _captured(model, shapes, dtype)
    work = work_by_path(graph, {call.path for call in made})
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
    frozen = sum(w.size for w in model.parameters().values() if w.frozen)
    return Summary(tuple(shapes), tuple(rows.values()), buffers, frozen)


def _checked(shape: Any) -> Shape:
    """The shape of an input. Errors: OptionError."""
    try:
        sizes = tuple(operator.index(size) for size in shape)
    except TypeError:
        sizes = ()
    if not sizes or min(sizes) < 0:
        raise OptionError(
            f"summary: input shape {shape}. It is a tuple of sizes, that of the batch first: "
            "(1, 784) for one sample of 784 numbers. Several inputs have a shape each."
        )
    return sizes


def _captured(model: BaseModule, shapes: Sequence[Shape], dtype: Any) -> tuple[Graph, list[Call]]:
    """The graph of a call at inference, and the calls of layers in it."""
    own = next((p.dtype for p in model.parameters().values()), np.dtype(np.float32))
    several = dtype if isinstance(dtype, tuple | list) else [dtype or own] * len(shapes)
    if len(several) != len(shapes):
        raise OptionError(
            f"summary: {len(several)} dtypes for inputs of {len(shapes)} shapes. Give one for all "
            "of them, or one for each."
        )
    zeros = [np.broadcast_to(np.zeros((), of), n) for of, n in zip(several, shapes, strict=True)]
    try:
        with in_mode(list(model.modules().values()), training=False), calls() as made:
            return capture(model)(*zeros), made
    except DTypeError as error:
        if dtype is not None:
            raise
        try:
            return _captured(model, shapes, np.int64)
        except PellucidError:
            raise error from None


def summary_of(
    graph: Graph,
    kinds: Mapping[str, str],
    variables: Mapping[str, Variable],
    inputs: int,
    samples: int = 1,
) -> Summary:
    """The summary of a graph of one sample, of which the first `inputs` are no variables.

    `kinds`: of its layers, by path, which are those of the variables too. A layer that leaves
    nothing in the graph, as dropout does at inference, has no output. The work of several
    `samples` is that of one times their number.
    """
    kinds = {"": "Module"} | dict(kinds)
    work = work_by_path(graph, set(kinds))
    own = dict.fromkeys(kinds, 0)
    for path, variable in variables.items():
        own[_owner(path, kinds)] += variable.size if variable.trainable else 0
    outputs = {_owner(node.scope, kinds): node.output.shape for node in graph.nodes}
    outputs[""] = graph.outputs[0].shape
    rows = []
    for path, kind in kinds.items():
        is_whole = any(other.startswith(f"{path}." if path else "") for other in kinds if other)
        if own[path] or work.get(path) or not is_whole:
            shape = (samples, *outputs[path][1:]) if path in outputs else None
            flops = work.get(path, 0) * samples
            rows.append(Row(path or "(model)", kind, shape, own[path], flops))
    buffers = sum(v.size for v in variables.values() if not v.trainable)
    shapes = tuple((samples, *value.shape[1:]) for value in graph.inputs[:inputs])
    return Summary(shapes, tuple(rows), buffers)


def _owner(path: str, kinds: Mapping[str, str]) -> str:
    """The innermost layer that a path is in."""
    while path not in kinds:
        path = path.rpartition(".")[0]
    return path


def overview(model: BaseModule) -> str:
    """The layers of a model with their parameters, as HTML."""
    uncounted = {id(v): v for v in model.variables().values()}
    rows = []
    for path, module in model.modules().items():
        own = _own(module, uncounted)
        if path or own or not module.children():
            rows.append((path or "(model)", form(module), f"{own:,}" if own else ""))
    parameters = sum(parameter.size for parameter in model.parameters().values())
    mode = "training" if model._training else "inference"
    title = f"{type(model).__name__}: {parameters:,} parameters, in {mode} mode"
    return displays.table(title, ("layer", "form", "parameters"), few(rows), texts=2)


def _own(module: BaseModule, uncounted: dict[int, Variable]) -> int:
    """The trained numbers that are the module's own and were not counted before."""
    found = [uncounted.pop(id(v), None) for v in module.own_variables().values()]
    return sum(v.size for v in found if v is not None and v.trainable)


def work_by_path(graph: Graph, paths: Collection[str]) -> dict[str, int]:
    """The operations of each layer: all that are recorded under its path."""
    work: dict[str, int] = {}
    for node in graph.nodes:
        if isinstance(node.primitive, Scan):
            for inner, count in work_by_path(node.primitive.body, paths).items():
                work[inner] = work.get(inner, 0) + node.primitive.steps * count
        path = node.scope
        while path not in paths and path:
            path = path.rpartition(".")[0]
        work[path] = work.get(path, 0) + flops(node)
    return work
