"""A function of the user's own, run once with every value and every gradient kept.

trace       capture a function, run its graph node by node, and go back through it
Trace       the graph, its values, and the gradients of its result by each of them
floats      Python's integers as floats, as formulas mean them
input_names what a model calls its inputs, where targets stand behind them
bridges     what a node hands back to its inputs; bridge, to one of them

The graph is the one that trains; the gradients are those of automatic differentiation, to the
bit: the walk back is its own, asked for every value instead of the parameters alone.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.arguments import apart
from pellucid.autodiff import gradients, sum_to
from pellucid.captured import capture_call
from pellucid.errors import GraphError, nearest
from pellucid.graph import Graph, Node, Origin, Value
from pellucid.nn.base import BaseModule
from pellucid.primitives.base import FLOATS
from pellucid.primitives.parts import Parts
from pellucid.scopes import scope
from pellucid.structure import LEAF
from pellucid.tensor import Tensor, apply, holding, ones_like
from pellucid.variables import Variable

MOST_NAMED = 12  # names that an error lists


@dataclass(frozen=True)
class Trace:
    """One run of a function: `graph` has one output, its result.

    `tensors`: every value by its name in the graph, with its history. `upstream`: what comes back
    to each value that the result depends on: the gradient of the result, or of the sum of its
    numbers. The first `arguments` inputs of the graph are the function's, the others `variables`,
    by the same names. `labels`: what values are called by, other than their names.
    """

    graph: Graph
    arguments: int
    variables: Mapping[str, Variable]
    tensors: Mapping[str, Tensor]
    upstream: Mapping[str, Tensor | Parts]
    labels: Mapping[str, str] = field(default_factory=dict)
    _handed: dict[str, list[Tensor | Parts | None]] = field(default_factory=dict)

    def inside(self, path: str) -> "Trace":
        """The part of the run in one layer; what comes from outside is given to it.

        Its result is the last that the layer made. Errors: GraphError for a path without a layer.
        """
        nodes = [node for node in self.graph.nodes if f"{node.scope}.".startswith(f"{path}.")]
        if not nodes:
            self.find(path)
            raise GraphError(f"explain: {path!r} is no layer. Give the path of one: {self._some()}")
        made = {node.output.name for node in nodes}
        used = {value.name: value for node in nodes for value in node.inputs}
        known = {value.name for value, _ in self.graph.constants}
        given = [v for name, v in used.items() if name not in made and name not in known]
        constants = [(value, array) for value, array in self.graph.constants if value.name in used]
        graph = Graph(tuple(given), tuple(constants), tuple(nodes), (nodes[-1].output,))
        variables = {v.name: self.variables[v.name] for v in given if v.name in self.variables}
        makers = {v.name: self.makers[v.name] for v in given if v.name in self.makers}
        labels = {name: node.scope or name for name, node in makers.items()}
        count = len(given) - len(variables)
        return Trace(
            graph, count, variables, self.tensors, self.upstream, labels, self._handed
        )  # fmt: skip

    def handed(self, node: Node, position: int) -> Tensor | Parts | None:
        """What came back by one use; None where nothing did. Each rule runs once."""
        dy = self.upstream.get(node.output.name)
        if dy is None:
            return None
        if node.output.name not in self._handed:
            self._handed[node.output.name] = bridges(self, node, dy)
        return self._handed[node.output.name][position]

    @cached_property
    def gradients(self) -> dict[str, Any]:
        """The gradient of the result by each value, as arrays."""
        return {name: dx.array for name, dx in self.upstream.items() if isinstance(dx, Tensor)}

    @property
    def result(self) -> Value:
        """What the function returned."""
        return self.graph.outputs[0]

    def array(self, name: str) -> Any:
        """The numbers of a value."""
        return self.tensors[name].array

    @cached_property
    def gains(self) -> dict[tuple[str, int], float | None]:
        """The gains of bridges that were asked for: see `routes`."""
        return {}

    @cached_property
    def uses(self) -> dict[str, list[tuple[Node, int]]]:
        """The nodes that use each value, each with the position of the input that it is."""
        found: dict[str, list[tuple[Node, int]]] = {}
        for node in self.graph.nodes:
            for position, value in enumerate(node.inputs):
                found.setdefault(value.name, []).append((node, position))
        return found

    @cached_property
    def makers(self) -> dict[str, Node]:
        """The node that made each value, by the value's name."""
        return {node.output.name: node for node in self.graph.nodes}

    @cached_property
    def layers(self) -> dict[str, Value]:
        """The last value that each layer made, by the layer's path, outer layers too."""
        found: dict[str, Value] = {}
        for node in self.graph.nodes:
            path = node.scope
            while path:
                found[path] = node.output
                path = path.rpartition(".")[0]
        return found

    @cached_property
    def innermost(self) -> dict[str, Value]:
        """The same without the layers that hold others."""
        outer = {path.rpartition(".")[0] for path in self.layers}
        return {path: value for path, value in self.layers.items() if path not in outer}

    @cached_property
    def values(self) -> dict[str, Value]:
        """Every value of the graph by its name, in the order in which they are known."""
        graph = self.graph
        given = [*graph.inputs, *(value for value, _ in graph.constants)]
        return {v.name: v for v in (*given, *(node.output for node in graph.nodes))}

    def find(self, path: str) -> Value:
        """The value that a path names: an input, a parameter, a layer's output, or `%3`.

        Errors: GraphError for a path that names none.
        """
        found = self.values.get(path) or self.layers.get(path)
        if found is not None:
            return found
        near = nearest(path, [*(v.name for v in self.graph.inputs), *self.layers])
        hint = f" Did you mean {near!r}?" if near else ""
        raise GraphError(
            f"explain: no value {path!r}.{hint} There are {self._some()}, and the values inside "
            f"layers, {self.graph.nodes[0].output.name} to {self.graph.nodes[-1].output.name}."
        )

    def _some(self) -> str:
        """The first of the values that have a path."""
        known = [*(v.name for v in self.graph.inputs), *self.layers]
        return ", ".join(known[:MOST_NAMED]) + (", ..." if len(known) > MOST_NAMED else "")


def trace(function: Callable[..., Any], *inputs: Any) -> Trace:
    """Capture a function for these inputs, run it, and go back from its result.

    Variables are read and not changed. Errors: those of the function; GraphError where it
    returns several results, or none that was computed from its inputs.
    """
    structure, arrays = apart(tuple(map(floats, inputs)))
    captured = capture_call(function, structure, arrays)
    procedure = captured.procedure
    if captured.result is not LEAF:
        raise GraphError(
            f"explain: the function returned {procedure.results} results. What is explained is "
            "one: return the loss, or the one output that matters."
        )
    graph = replace(procedure.graph, outputs=procedure.graph.outputs[:1])
    if not graph.nodes:
        raise GraphError("explain: nothing is computed from the inputs. There is nothing to show.")
    arrays = [*arrays, *(variable.held().array for variable in captured.variables)]
    tensors = _run(graph, arrays)
    names = [value.name for value in graph.inputs[procedure.arguments :]]
    variables = dict(zip(names, captured.variables, strict=True))
    return Trace(graph, procedure.arguments, variables, tensors, _upstream(graph, tensors))


def floats(x: Any) -> Any:
    """A Python integer as a float: 2 apples have a derivative. Everything else as it stands."""
    return float(x) if isinstance(x, int) and not isinstance(x, bool) else x


def input_names(model: BaseModule, count: int) -> list[str]:
    """What `forward` calls the first `count` inputs; x1, x2, ... where `t` could be one of them."""
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY
    parameters = inspect.signature(model.forward).parameters.values()
    known = [p.name for p in parameters if p.kind in kinds][:count]
    if len(known) == count and "t" not in known:
        return known
    return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]


def _run(graph: Graph, arrays: Sequence[Any]) -> dict[str, Tensor]:
    """Every value of a graph: floats that are given are what differentiation goes back to."""
    known: dict[str, Tensor] = {}
    for value, array in zip(graph.inputs, arrays, strict=True):
        origin = Origin(None, ()) if value.dtype in FLOATS else None
        known[value.name] = holding(np.asarray(array), origin)
    for value, array in graph.constants:
        known[value.name] = holding(array)
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            with scope(node.scope, absolute=True):
                operands = [known[value.name] for value in node.inputs]
                known[node.output.name] = apply(node.primitive, *operands)
    return known


def _upstream(graph: Graph, tensors: Mapping[str, Tensor]) -> dict[str, Tensor | Parts]:
    """What comes back to each value that the result depends on; the gradients have no history."""
    result = tensors[graph.outputs[0].name]
    if result.origin is None or result.dtype not in FLOATS:
        return {}
    wanted = {name: x for name, x in tensors.items() if x.origin is not None}
    with np.errstate(all="ignore"):
        found = gradients(result, list(wanted.values()), ones_like(result))
    both = zip(wanted, found, strict=True)
    return {name: _plain(dx) for name, dx in both if dx is not None}


def _plain(dx: Any) -> Tensor | Parts:
    if isinstance(dx, Parts):
        return Parts(dx.dtype, {index: holding(part.array) for index, part in dx.given.items()})
    return holding(dx.array)


def bridges(trace: Trace, node: Node, dy: Tensor | Parts) -> list[Tensor | Parts | None]:
    """What a node hands back to each of its inputs, from what comes back to its output.

    The products with the node's local derivatives, dy^T J; None where there is none.
    """
    inputs = [trace.tensors[value.name] for value in node.inputs]
    with np.errstate(all="ignore"):
        parts = node.primitive.backward(dy, trace.tensors[node.output.name], *inputs)
        found: list[Tensor | Parts | None] = []
        for part, x in zip(parts, inputs, strict=True):
            if part is None or x.origin is None:
                found.append(None)
            else:
                found.append(_plain(part if isinstance(part, Parts) else sum_to(part, x.shape)))
    return found


def bridge(trace: Trace, node: Node, position: int, dy: Tensor | Parts) -> Tensor | Parts | None:
    """The same, to its input number `position` alone."""
    return bridges(trace, node, dy)[position]
