"""What the checks look at: a model and its loss on one batch, the optimizer, the data.

    Subject    all of it; a check asks it for what it needs
    captured   model and loss, captured with their gradients, for one batch
    rows_of    the samples of that batch, evenly spread
    work_of    how much there is to compute

Nothing is trained and no variable changes.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.arguments import apart
from pellucid.autodiff import gradients
from pellucid.captured import Captured, capture_call
from pellucid.data import Dataset
from pellucid.errors import OptionError, ShapeError
from pellucid.graph import Graph, Node
from pellucid.linter.lines import Lines
from pellucid.linter.trace import FEATURES, PARAMETERS, TARGETS, Trace
from pellucid.linter.words import said
from pellucid.primitives import Convolution, MatMul
from pellucid.tensor import Tensor, ones_like
from pellucid.variables import Variable

# Sizes of a batch: the first that nothing else has, so that an axis tells what it is.
BATCHES = (61, 59, 53, 47, 43, 41, 37, 31, 29, 23, 19, 17, 13, 11, 7, 5, 3, 2)


@dataclass
class Subject:
    """A model that learns. `trace`: its loss on one batch, as it trains.

    `reached`: the parameters that the loss has a gradient for. `variables`: by the names that
    they have in the trace. `batch_size`: of a step, where it is known.
    `look`: what it was captured from; None where that is the step of a Trainer, which runs.
    """

    model: Any
    loss: Any
    optimizers: tuple[Any, ...]
    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    trace: Trace
    variables: Mapping[str, Variable]
    reached: frozenset[Variable]
    batch_size: int | None = None
    look: "Look | None" = None

    @cached_property
    def parameters(self) -> dict[str, Variable]:
        """Those of the model, by path."""
        found: dict[str, Variable] = self.model.parameters()
        return found

    @cached_property
    def paths(self) -> dict[Variable, str]:
        """What each variable is called: by the model, or else by an optimizer."""
        given = [getattr(each, "parameters", {}) for each in self.optimizers]
        named = [(v, path) for parameters in given for path, v in parameters.items()]
        return dict(named) | {v: path for path, v in self.model.variables().items()}

    @cached_property
    def held(self) -> frozenset[Variable]:
        """What the optimizers update."""
        given = [getattr(each, "parameters", {}) for each in self.optimizers]
        return frozenset(v for parameters in given for v in parameters.values())

    @cached_property
    def inference_look(self) -> "Look | None":
        """The same loss in inference mode; None where only a step of a Trainer is looked at."""
        look = self.look
        return look and captured(self.model, self.loss, look.arrays, {}, training=False)

    @cached_property
    def inference(self) -> Trace | None:
        """That as a trace."""
        look = self.inference_look
        return None if look is None else look.trace()[0]

    @cached_property
    def measured(self) -> Any:
        """What one batch gave, in training mode; see `pellucid.linter.measured`."""
        from pellucid.linter.measured import measured  # on use: a step of a Trainer is not run

        if self.look is None:
            raise OptionError("lint: only a model that is given itself is run.")
        return measured(self.look)

    def parameter(self, value: Any) -> Variable | None:
        """The trainable variable that a value of the trace is, before it was moved."""
        found = self.variables.get(value.name)
        return found if found is not None and found.trainable else None

    def place(self, node: Node) -> str:
        """Where a node stands: the layer, and the line of the user's code where it is known."""
        layer = self.layer(node.scope)
        line = self.look.lines.get(node.output.name, "") if self.look else ""
        return ", ".join(part for part in (layer, line) if part)

    def layer(self, path: str) -> str:
        """A layer, by its path and kind; what stands in none is the loss, or the function."""
        if not path:
            return said("outside any layer")
        modules = self.model.modules()
        parts = path.split(".")
        while parts and ".".join(parts) not in modules:
            parts.pop()
        if parts:
            module = modules[".".join(parts)]
            form = f"{type(module).__name__}({module.describe()})"
            return said("layer {path} = {form}", path=".".join(parts), form=form)
        return said("loss {name}", name=path)


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
    return Look(found, tuple(arrays), reached, lines.of(found.procedure.graph.nodes))


def rows_of(model: Any, data: Dataset, most: int = BATCHES[0]) -> Any:
    """The samples that are looked at: evenly spread, a number of them that no other size is."""
    taken = {n for array in (*data.inputs, data.labels) for n in array.shape[1:]}
    taken |= {n for variable in model.variables().values() for n in variable.shape}
    taken.add(data.classes)
    most = min(len(data), most)
    fits = (n for n in BATCHES if n <= most and n not in taken)
    return np.linspace(0, len(data) - 1, next(fits, most)).astype(np.int64)


def work_of(graph: Graph) -> float:
    """Floating-point operations of its products and convolutions, about."""
    products = (n for n in graph.nodes if type(n.primitive) in (MatMul, Convolution))
    return sum(2.0 * math.prod(n.output.shape) * _depth(n) for n in products)


def _depth(node: Node) -> int:
    """How many products are added up for each number."""
    weight = node.inputs[1].shape
    return weight[-2] if type(node.primitive) is MatMul else math.prod(weight[2:])
