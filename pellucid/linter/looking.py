"""A model and its loss, captured for one batch, to be asked and to be run.

    Look       what was captured; as a trace, with its variables
    captured   model and loss with their gradients, in a mode
    rows_of    the samples of the batch, evenly spread
    work_of    how much there is to compute

Nothing is trained and no variable changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.arguments import apart
from pellucid.autodiff import gradients
from pellucid.captured import Captured, capture_call
from pellucid.data import Dataset
from pellucid.errors import ShapeError
from pellucid.graph import Graph
from pellucid.linter.lines import Lines
from pellucid.linter.trace import FEATURES, PARAMETERS, TARGETS, Trace
from pellucid.nn.summary import flops
from pellucid.primitives import Convolution, MatMul
from pellucid.tensor import Tensor, ones_like
from pellucid.variables import Variable

# Sizes of a batch: the first that nothing else has, so that an axis tells what it is.
BATCHES = (61, 59, 53, 47, 43, 41, 37, 31, 29, 23, 19, 17, 13, 11, 7, 5, 3, 2)


@dataclass(frozen=True)
class Look:
    """What was captured of a model and its loss, to be run: see `captured`.

    `arrays`: the batch. `reached`: the parameters by path that have a gradient, in the order of
    the results behind the loss; behind these are the outputs.
    """

    captured: Captured
    arrays: tuple[Any, ...]
    reached: Mapping[str, Variable]
    lines: Mapping[str, str]

    def trace(self) -> tuple[Trace, dict[str, Variable]]:
        """The loss as a trace, and the variables by their names in it."""
        procedure = self.captured.procedure
        given = procedure.graph.inputs[: procedure.arguments]
        rest = procedure.graph.inputs[procedure.arguments :]
        variables = {v.name: x for v, x in zip(rest, self.captured.variables, strict=True)}
        sources = {value.name: FEATURES for value in given[:-1]} | {given[-1].name: TARGETS}
        sources |= {name: PARAMETERS for name, x in variables.items() if x.trainable}
        batch = len(self.arrays[-1])
        return Trace(procedure.graph, procedure.graph.outputs[0], sources, batch), variables


def captured(
    model: Any,
    loss: Callable[..., Any],
    arrays: Sequence[Any],
    parameters: Mapping[str, Variable],
    *,
    training: bool,
) -> Look:
    """Model and loss for one batch, in a mode: the loss, its gradients, and the outputs.

    Errors: those of model and loss; ShapeError for a loss that is not one number.
    """
    reached: dict[str, Variable] = {}

    def batch(*given: Any) -> Any:
        outputs = model(*given[:-1])
        y = loss(outputs, given[-1])
        if not isinstance(y, Tensor) or y.shape != ():
            got = f"of shape {y.shape}" if isinstance(y, Tensor) else f"{type(y).__name__}"
            raise ShapeError(f"lint: a loss {got}. It is one number: reduce it with mean().")
        y = y.read()
        found = gradients(y, [p.read() for p in parameters.values()], ones_like(y))
        there = {k: g for k, g in zip(parameters, found, strict=True) if g is not None}
        reached.update((path, parameters[path]) for path in there)
        return y, list(there.values()), outputs

    with model.mode(training=training), Lines() as lines:
        found = capture_call(batch, *apart(tuple(arrays)))
    return Look(
        found,
        tuple(arrays),
        reached,
        lines.of(found.procedure.graph.nodes),
    )


def rows_of(model: Any, data: Dataset, most: int = BATCHES[0]) -> Any:
    """The samples that are looked at: evenly spread, a number of them that no other size is."""
    taken = {n for array in (*data.input_rows, data.labels) for n in array.shape[1:]}
    taken |= {n for variable in model.variables().values() for n in variable.shape}
    taken.add(data.classes)
    most = min(len(data), most)
    fits = (n for n in BATCHES if n <= most and n not in taken)
    return np.linspace(0, len(data) - 1, next(fits, most)).astype(np.int64)


def work_of(graph: Graph) -> float:
    """Floating-point operations of its products and convolutions."""
    products = (node for node in graph.nodes if type(node.primitive) in (MatMul, Convolution))
    return float(sum(map(flops, products)))
