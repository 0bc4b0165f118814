"""Graphs: a computation as data, in three small records.

    Value       a named array: shape and dtype
    Node        one primitive applied to values, giving a value
    Graph       inputs, constants, nodes in an order that can be run, outputs
    Procedure   a graph some of whose inputs are variables that it changes
    collect     the graph between given tensors

A graph prints as text and `parse` reads it back. `check` runs the shape and dtype rule of
every node; executors rely on it. No primitive is known here.
"""

import functools
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.errors import GraphError, PellucidError, ShapeError
from pellucid.origins import history
from pellucid.sizes import check_sizes
from pellucid.strict import strict
from pellucid.written import Written, constant_text, dtype_text

Shape = tuple[int, ...]
DType = np.dtype[Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A named array of a graph: only its shape and dtype are known."""

    name: str
    shape: Shape
    dtype: DType

    @property
    def size(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        return self.size * self.dtype.itemsize

    def __str__(self) -> str:
        """Name, dtype and sizes: `x: float32[2,3]`."""
        return f"{self.name}: {dtype_text(self.dtype)}[{','.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Node:
    """One primitive applied to values. `scope` is the path of the layer that asked for it."""

    primitive: Any
    inputs: tuple[Value, ...]
    output: Value
    scope: str = ""

    def __str__(self) -> str:
        """One line: output, primitive with attributes, inputs, scope."""
        inputs = ", ".join(v.name for v in self.inputs)
        remark = f"  # {self.scope}" if self.scope else ""
        return f"{self.output} = {self.primitive} of ({inputs}){remark}"


@strict
@dataclass(frozen=True, eq=False, repr=False)
class Graph(Written):
    """A computation: nodes in an order in which every input is there before it is used.

    Graphs with the same text form are equal.
    """

    inputs: tuple[Value, ...]
    constants: tuple[tuple[Value, Any], ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Value, ...]

    def __str__(self) -> str:
        """The text form, which `pellucid.graph_text.parse` reads back."""
        return self._text

    @functools.cached_property
    def _text(self) -> str:
        lines = [f"graph({', '.join(map(str, self.inputs))})"]
        lines += [f"  {value} = constant {constant_text(a)}" for value, a in self.constants]
        for node in self.nodes:
            lines.append(f"  {node}")
            for body in node.primitive.bodies:
                lines += [f"    {line}" for line in str(body).splitlines()]
        lines += [f"  return {', '.join(v.name for v in self.outputs)}"]
        return "\n".join(lines) + "\n"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def check(self, made_from: "Graph | None" = None) -> None:
        """Raise GraphError unless every value is defined once, before use, as its rule says.

        Nodes that are those of the graph that it was `made_from`, which was checked before, keep
        to their own rules: only where they stand is checked.
        """
        kept = set() if made_from is None else {id(node) for node in made_from.nodes}
        known: dict[str, Value] = {}
        for value in itertools.chain(self.inputs, (value for value, _ in self.constants)):
            _define(value, known)
        for value in self.inputs:
            _check_input(value)
        for value, array in self.constants:
            if (array.shape, array.dtype) != (value.shape, value.dtype):
                raise GraphError(
                    f"graph: constant {value} holds {array.dtype}{list(array.shape)}. "
                    "A constant has the shape and dtype of its value."
                )
        for node in self.nodes:
            _look_up(node.inputs, known, node)
            if id(node) not in kept:
                _check_node(node)
            _define(node.output, known)
        _look_up(self.outputs, known, "return")
        for value in (*self.inputs, *(value for value, _ in self.constants), *self.outputs):
            if value.dtype.names is not None:
                raise GraphError(f"graph: {value} is a record. Only nodes inside give and take it.")


@dataclass(frozen=True)
class Procedure:
    """A graph with state: what a function that changes variables is captured as.

    The first `arguments` inputs of the graph are arguments, the others hold variables. The
    last `len(updates)` outputs are new values; `updates` gives, for each of them in order,
    the position of the input whose variable takes it. The outputs before are results.

    Where it is `exact`, no executor may take a faster way that rounds more, or in an order that
    only some CPUs have.
    """

    graph: Graph
    arguments: int
    updates: tuple[int, ...] = ()
    exact: bool = False

    @property
    def results(self) -> int:
        """The number of outputs that are returned."""
        return len(self.graph.outputs) - len(self.updates)


def _check_node(node: Node) -> None:
    """Raise unless the primitive takes these inputs and its rules give this output."""
    shapes = [v.shape for v in node.inputs]
    dtypes = [v.dtype for v in node.inputs]
    try:
        for body in node.primitive.bodies:
            body.check()
        shape, dtype = node.primitive.output(shapes, dtypes)
    except PellucidError as fault:
        raise GraphError(f"graph: `{node}` breaks a rule. {fault}") from fault
    if (shape, dtype) != (node.output.shape, node.output.dtype):
        raise GraphError(
            f"graph: `{node}` states another result than its rules, {dtype}{list(shape)}."
        )


def _check_input(value: Value) -> None:
    """Raise unless an array can be given for it."""
    try:
        check_sizes(value.name, value.shape, value.dtype)
    except ShapeError as fault:
        raise GraphError(f"graph: no array can be the input {value.name}. {fault}") from fault


def _define(value: Value, known: dict[str, Value]) -> None:
    """Note a value, once."""
    if value.name in known:
        raise GraphError(f"graph: {value.name} is defined twice. Each value has its own name.")
    known[value.name] = value


def _look_up(values: Iterable[Value], known: Mapping[str, Value], where: object) -> None:
    """Raise unless all values are known; `where` is asked for its text only then."""
    for value in values:
        found = known.get(value.name)
        if found is not value and found != value:
            raise GraphError(
                f"graph: `{where}` uses {value}, which is not defined before it. "
                "A node comes after everything that it uses."
            )


# ---- from tensors to a graph -------------------------------------------------------------


def is_symbolic(tensor: Any) -> bool:
    """Whether the tensor stands for a value that is only known when its graph runs."""
    return type(tensor.array) is Value


@dataclass
class _Collector:
    """The values given so far to tensors, by identity, and the constants met."""

    values: dict[int, Value] = field(default_factory=dict)
    constants: dict[tuple[Any, ...], tuple[Value, Any]] = field(default_factory=dict)

    def value(self, tensor: Any) -> Value:
        """The value of a tensor; a tensor not seen before is a constant."""
        known = self.values.get(id(tensor))
        if known is not None:
            return known
        array = tensor.array
        if type(array) is Value:
            raise GraphError(
                f"capture: a tensor {array.dtype}{list(array.shape)} of another capture is used. "
                "A tensor that is being captured lives until its function returns: return it, "
                "or assign it to a variable, instead of keeping it elsewhere."
            )
        key = (array.dtype, array.shape, array.tobytes() if array.size <= 16 else id(array))
        if key not in self.constants:
            name = f"%c{len(self.constants)}"
            self.constants[key] = (Value(name, array.shape, array.dtype), array)
        return self.constants[key][0]


def collect(inputs: Mapping[str, Any], outputs: Sequence[Any]) -> Graph:
    """The graph from the named input tensors to the output tensors.

    What the inputs were computed from is left out. Tensors with an array and no way back to an
    input become constants.
    """
    collector = _Collector()
    for name, tensor in inputs.items():
        collector.values[id(tensor)] = Value(name, tensor.shape, tensor.dtype)
    nodes: list[Node] = []
    given = set(collector.values)
    for tensor in history(outputs, lambda t: is_symbolic(t) and id(t) not in given):
        if tensor.origin.primitive is None:
            continue
        arguments = tuple(collector.value(t) for t in tensor.origin.inputs)
        output = Value(f"%{len(nodes)}", tensor.shape, tensor.dtype)
        collector.values[id(tensor)] = output
        nodes.append(Node(tensor.origin.primitive, arguments, output, tensor.origin.scope))
    results = tuple(collector.value(t) for t in outputs)
    graph = Graph(
        tuple(collector.values[id(t)] for t in inputs.values()),
        tuple(collector.constants.values()),
        tuple(nodes),
        results,
    )
    graph.check()
    return graph
