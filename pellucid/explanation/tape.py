"""A function with its backward pass as one graph of symbols, for a number of samples left open.

    taped       capture a function, go back through it, and collect both in one graph
    Tape        the graph, and which of its values is what

Nothing is computed: the gradient rules of the primitives are traced on symbols, as when a training
step is compiled. Samples are `arrays.MANY`, a prime that nothing else is a multiple of, so that
sizes and numbers which count samples are told from all others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.arguments import apart
from pellucid.autodiff import gradients
from pellucid.captured import Captured, capture_call
from pellucid.errors import GraphError, PellucidError
from pellucid.explanation.arrays import MANY
from pellucid.explanation.trace import floats
from pellucid.graph import Graph, Origin, Shape, Value, collect
from pellucid.primitives.base import FLOATS
from pellucid.scopes import scope
from pellucid.structure import LEAF
from pellucid.tensor import Tensor, apply, holding
from pellucid.variables import Variable

SEED = "the gradient of the result"


@dataclass(frozen=True)
class Tape:
    """`graph`: forward, then backward. `result`: what the function returned.

    `forward`: how many nodes are the function's own. `gradients`: the value that is the gradient of
    another, by names. `known_as`: by the name of each value of the graph, its name where the
    function alone is traced. `arguments`: names of the function's inputs; `variables`: of the rest.
    """

    graph: Graph
    result: Value
    forward: int
    gradients: Mapping[str, str]
    known_as: Mapping[str, str]
    arguments: tuple[Value, ...]
    variables: Mapping[str, Variable]


def taped(function: Callable[..., Any], *inputs: Any) -> Tape:
    """The function and its backward pass, for inputs of these kinds and any number of samples.

    Errors: those of the function; GraphError where it returns several results, or one that no
    float that it was given leads to.
    """
    captured = _captured(function, inputs)
    procedure = captured.procedure
    if captured.result is not LEAF:
        raise GraphError(
            f"explain: the function returned {procedure.results} results. What is explained is "
            "one: return the loss, or the one output that matters."
        )
    graph = _pruned(replace(procedure.graph, outputs=procedure.graph.outputs[:1]))
    tensors = _symbols(graph)
    result = tensors[graph.outputs[0].name]
    if result.origin is None or result.dtype not in FLOATS:
        raise GraphError(
            "explain: the result depends on no float that was given. There is no backward pass."
        )
    wanted = {name: x for name, x in tensors.items() if x.origin is not None}
    seed = holding(Value(SEED, result.shape, result.dtype), Origin(None, ()))
    found = dict(zip(wanted, gradients(result, list(wanted.values()), seed), strict=True))
    known = {name: dx for name, dx in found.items() if isinstance(dx, Tensor)}
    names = [v.name for v in graph.inputs]
    inputs_by_name = {**{name: tensors[name] for name in names}, SEED: seed}
    made = [n.output.name for n in graph.nodes if n.output.dtype.names is None]
    outputs = [tensors[name] for name in made] + list(known.values())
    whole = collect(inputs_by_name, outputs)
    own = [*names, *(v.name for v in whole.outputs[: len(made)])]
    new = dict(zip([*names, *made], own, strict=True))
    backward = dict(zip(known, whole.outputs[len(made) :], strict=True))
    variables = zip(names[procedure.arguments :], captured.variables, strict=True)
    return Tape(
        whole,
        next(v for v in whole.outputs[: len(made)] if v.name == new[graph.outputs[0].name]),
        len(graph.nodes),
        {new[name]: value.name for name, value in backward.items()},
        {name: old for old, name in new.items()},
        graph.inputs[: procedure.arguments],
        dict(variables),
    )


def _captured(function: Callable[..., Any], inputs: Sequence[Any]) -> Captured:
    """The function captured for many samples; as it is called, where that cannot be."""
    structure, arrays = apart(tuple(map(floats, inputs)))
    for widened in _widened([(np.shape(a), np.asarray(a).dtype) for a in arrays]):
        try:
            return capture_call(function, structure, widened)
        except (PellucidError, ValueError, TypeError, IndexError):
            continue  # another number of samples does not fit: another axis may be theirs
    return capture_call(function, structure, arrays)


def _widened(kinds: Sequence[tuple[Shape, Any]]) -> Iterator[list[Any]]:
    """Arrays that take no memory, with the first axis of some as that of the samples."""
    for i, (shape, _) in enumerate(kinds):
        if not shape or shape in [s for s, _ in kinds[:i]]:
            continue
        alike = [k for k, (other, _) in enumerate(kinds) if other[:1] == shape[:1]]
        for chosen in (alike, [i])[: 1 + (len(alike) > 1)]:
            yield [
                np.broadcast_to(np.zeros((), dtype), (MANY, *s[1:]) if k in chosen else s)
                for k, (s, dtype) in enumerate(kinds)
            ]


def _pruned(graph: Graph) -> Graph:
    """The graph without nodes that its outputs do not need."""
    needed = {value.name for value in graph.outputs}
    kept = []
    for node in reversed(graph.nodes):
        if node.output.name in needed:
            kept.append(node)
            needed |= {value.name for value in node.inputs}
    return replace(graph, nodes=tuple(reversed(kept)))


def _symbols(graph: Graph) -> dict[str, Tensor]:
    """Every value of a graph as a symbol; floats that are given are what is gone back to."""
    known: dict[str, Tensor] = {}
    for value in graph.inputs:
        origin = Origin(None, ()) if value.dtype in FLOATS else None
        known[value.name] = holding(value, origin)
    for value, array in graph.constants:
        known[value.name] = holding(array)
    for node in graph.nodes:
        with scope(node.scope, absolute=True):
            operands = [known[value.name] for value in node.inputs]
            known[node.output.name] = apply(node.primitive, *operands)
    return known
