"""A function of the user's own, run once with every value and every gradient kept.

trace       capture a function, run its graph node by node, and go back through it
Trace       the graph, its values, and the gradients of its result by each of them
one_result  a captured function as a graph with one output
floats      Python's integers as floats, as formulas mean them
bridges     what a node hands back to its inputs; bridge, to one of them

The graph is the one that trains; the gradients are those of automatic differentiation, to the
bit: the walk back is its own, asked for every value instead of the parameters alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.arguments import apart
from pellucid.autodiff import gradients, sum_to
from pellucid.captured import Captured, capture_call
from pellucid.errors import GraphError, nearest
from pellucid.graph import Graph, Node, Value
from pellucid.origins import Origin
from pellucid.primitives.base import FLOATS
from pellucid.primitives.parts import Parts
from pellucid.replay import replayed
from pellucid.structure import LEAF
from pellucid.tensor import Tensor, holding, ones_like
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
        graph = self._graph_inside(path)
        given = [value.name for value in graph.inputs]
        variables = {name: self.variables[name] for name in given if name in self.variables}
        labels = {}
        for name in given:
            if name in self.makers:
                labels[name] = self.makers[name].scope or name
        arguments = len(given) - len(variables)
        return replace(
            self,
            graph=graph,
            arguments=arguments,
            variables=variables,
            labels=labels,
        )

    def _graph_inside(self, path: str) -> Graph:
        """The nodes of one layer as a graph, whose inputs are what others made."""
        nodes = [node for node in self.graph.nodes if f"{node.scope}.".startswith(f"{path}.")]
        if not nodes:
            self.find(path)
            raise GraphError(f"explain: {path!r} is no layer. Give the path of one: {self._some()}")
        used: dict[str, Value] = {}
        for node in nodes:
            for value in node.inputs:
                used[value.name] = value
        constants = [(value, array) for value, array in self.graph.constants if value.name in used]
        made = {node.output.name for node in nodes}
        known = {value.name for value, _ in constants}
        given = [value for name, value in used.items() if name not in made | known]
        result = nodes[-1].output
        return Graph(tuple(given), tuple(constants), tuple(nodes), (result,))

    def handed(self, node: Node, position: int) -> Tensor | Parts | None:
        """What came back by one use; None where nothing did. Each rule runs once."""
        name = node.output.name
        dy = self.upstream.get(name)
        if dy is None:
            return None
        if name not in self._handed:
            self._handed[name] = bridges(self, node, dy)
        return self._handed[name][position]

    @cached_property
    def gradients(self) -> dict[str, Any]:
        """The gradient of the result by each value, as arrays."""
        found = {}
        for name, dx in self.upstream.items():
            if isinstance(dx, Tensor):
                found[name] = dx.array
        return found

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
    def ends(self) -> dict[tuple[int, str, int], tuple[int, Tensor | Parts]]:
        """What arrived by ends of routes that were walked: see `routes`."""
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
        constants = [value for value, _ in graph.constants]
        made = [node.output for node in graph.nodes]
        return {value.name: value for value in (*graph.inputs, *constants, *made)}

    def find(self, path: str) -> Value:
        """The value that a path names: an input, a parameter, a layer's output, or `%3`.

        Errors: GraphError for a path that names none.
        """
        found = self.values.get(path) or self.layers.get(path)
        if found is not None:
            return found
        near = nearest(path, self._paths())
        hint = f" Did you mean {near!r}?" if near else ""
        first = self.graph.nodes[0].output.name
        last = self.graph.nodes[-1].output.name
        raise GraphError(
            f"explain: no value {path!r}.{hint} There are {self._some()}, and the values inside "
            f"layers, {first} to {last}."
        )

    def _paths(self) -> list[str]:
        """The inputs by their names, then the layers by their paths."""
        inputs = [value.name for value in self.graph.inputs]
        return [*inputs, *self.layers]

    def _some(self) -> str:
        """The first of the values that have a path."""
        paths = self._paths()
        more = ", ..." if len(paths) > MOST_NAMED else ""
        return ", ".join(paths[:MOST_NAMED]) + more


def trace(function: Callable[..., Any], *inputs: Any) -> Trace:
    """Capture a function for these inputs, run it, and go back from its result.

    Variables are read and not changed. Errors: those of the function; GraphError where it
    returns several results, or none that was computed from its inputs.
    """
    given = tuple(map(floats, inputs))
    structure, arrays = apart(given)
    captured = capture_call(function, structure, arrays)
    graph = one_result(captured)
    if not graph.nodes:
        raise GraphError("explain: nothing is computed from the inputs. There is nothing to show.")
    state = [variable.held().array for variable in captured.variables]
    tensors = _run(graph, [*arrays, *state])
    arguments = captured.procedure.arguments
    names = [value.name for value in graph.inputs[arguments:]]
    variables = dict(zip(names, captured.variables, strict=True))
    upstream = _upstream(graph, tensors)
    return Trace(graph, arguments, variables, tensors, upstream)


def one_result(captured: Captured) -> Graph:
    """The graph of a captured function, with its result as the only output.

    Errors: GraphError where it returns several.
    """
    procedure = captured.procedure
    if captured.result is not LEAF:
        raise GraphError(
            f"explain: the function returned {procedure.results} results. What is explained is "
            "one: return the loss, or the one output that matters."
        )
    result = procedure.graph.outputs[:1]
    return replace(procedure.graph, outputs=result)


def floats(x: Any) -> Any:
    """A Python integer as a float: 2 apples have a derivative. Everything else as it stands."""
    return float(x) if isinstance(x, int) and not isinstance(x, bool) else x


def _run(graph: Graph, arrays: Sequence[Any]) -> dict[str, Tensor]:
    """Every value of a graph: floats that are given are what differentiation goes back to."""
    given = []
    for value, array in zip(graph.inputs, arrays, strict=True):
        origin = Origin(None, ()) if value.dtype in FLOATS else None
        given.append(holding(np.asarray(array), origin))
    with np.errstate(all="ignore"):
        return replayed(graph, given)


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
    """The numbers of a gradient, without its history."""
    if not isinstance(dx, Parts):
        return holding(dx.array)
    given = {index: holding(part.array) for index, part in dx.given.items()}
    return Parts(dx.dtype, given)


def bridges(trace: Trace, node: Node, dy: Tensor | Parts) -> list[Tensor | Parts | None]:
    """What a node hands back to each of its inputs, from what comes back to its output.

    The products with the node's local derivatives, dy^T J; None where there is none.
    """
    inputs = [trace.tensors[value.name] for value in node.inputs]
    output = trace.tensors[node.output.name]
    with np.errstate(all="ignore"):
        parts = node.primitive.backward(dy, output, *inputs)
        both = zip(parts, inputs, strict=True)
        return [_handed_back(part, x) for part, x in both]


def _handed_back(part: Any, x: Tensor) -> Tensor | Parts | None:
    """What a rule gave for an input, in the input's shape; None where nothing goes back to it."""
    if part is None or x.origin is None:
        return None
    if not isinstance(part, Parts):
        part = sum_to(part, x.shape)
    return _plain(part)


def bridge(
    trace: Trace,
    node: Node,
    position: int,
    dy: Tensor | Parts,
) -> Tensor | Parts | None:
    """The same, to its input number `position` alone."""
    return bridges(trace, node, dy)[position]
