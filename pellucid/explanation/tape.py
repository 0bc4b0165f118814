"""A function with its backward pass as one graph of symbols, for a number of samples left open.

    taped       capture a function, go back through it, and collect both in one graph
    Tape        the graph, and which of its values is what

Nothing is computed: the gradient rules of the primitives are traced on symbols, as when a training
step is compiled. Samples are `arrays.MANY`, a prime that nothing else is a multiple of, so that
sizes and numbers which count samples are told from all others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.arguments import apart
from pellucid.autodiff import pulled
from pellucid.captured import Captured, capture_call
from pellucid.errors import GraphError, PellucidError
from pellucid.explanation.arrays import MANY
from pellucid.explanation.time_loops import INCOMING, Crossing, TimeLoop, inlined
from pellucid.explanation.trace import floats, one_result
from pellucid.graph import Graph, Node, Shape, Value, collect, is_symbolic
from pellucid.origins import Origin
from pellucid.primitives.base import FLOATS
from pellucid.scopes import scope
from pellucid.tensor import Tensor, apply, holding
from pellucid.variables import Variable

SEED = "the gradient of the result"


@dataclass(frozen=True)
class Tape:
    """`graph`: forward, then backward. `result`: what the function returned.

    `forward`: how many nodes are the function's own. `gradients`: the value that is the gradient of
    another, by names. `known_as`: by the name of each value of the graph, its name where the
    function alone is traced. `arguments`: names of the function's inputs; `variables`: of the rest.
    `loops`: those over time, of which a step stands in the graph. `shares`: the arguments that were
    given as shares of one: soft targets, or one-hot ones.
    """

    graph: Graph
    result: Value
    forward: int
    gradients: Mapping[str, str]
    known_as: Mapping[str, str]
    arguments: tuple[Value, ...]
    variables: Mapping[str, Variable]
    loops: tuple[TimeLoop, ...] = ()
    shares: frozenset[str] = frozenset()


def taped(function: Callable[..., Any], *inputs: Any) -> Tape:
    """The function and its backward pass, for inputs of these kinds and any number of samples.

    Errors: those of the function; GraphError where it returns several results, or one that no
    float that it was given leads to.
    """
    captured = _captured(function, inputs)
    inside, loops = inlined(_pruned(one_result(captured)))
    graph = _pruned(inside, [after for loop in loops for _, after in loop.carries])
    tensors = _symbols(graph)
    backward = _backward(graph, tensors, loops)
    names = [value.name for value in graph.inputs]
    starts = {name for loop in loops for name in loop.starts}
    made = [value.name for value, _ in graph.constants if value.name in starts]
    made += [node.output.name for node in graph.nodes if node.output.dtype.names is None]
    given = {name: tensors[name] for name in names} | {SEED: backward.seed}
    given |= backward.incoming
    given |= {name: x for name, x in tensors.items() if _is_free(x) and name not in given}
    outputs = [tensors[name] for name in made]
    whole = collect(given, [*outputs, *backward.gradients.values()])
    forward_values = whole.outputs[: len(made)]
    backward_values = whole.outputs[len(made) :]
    new = _names_in_tape(names, made, forward_values)
    changes = zip(backward.gradients, backward_values, strict=True)
    arguments = captured.procedure.arguments
    variables = zip(names[arguments:], captured.variables, strict=True)
    result = new[graph.outputs[0].name]
    _, leaves = apart(tuple(map(floats, inputs)))
    return Tape(
        graph=whole,
        result=next(value for value in forward_values if value.name == result),
        forward=sum(_is_computed(tensors[node.output.name]) for node in graph.nodes),
        gradients={new[name]: value.name for name, value in changes},
        known_as={name: old for old, name in new.items()},
        arguments=graph.inputs[:arguments],
        variables=dict(variables),
        shares=frozenset(_shares(graph.inputs[:arguments], leaves)),
        loops=tuple(loop.renamed(lambda name: new.get(name, name)) for loop in backward.loops),
    )


def _shares(values: Sequence[Value], arrays: Sequence[Any]) -> Iterator[str]:
    """The names of those with samples that are none below 0 and sum to one along the last axis."""
    for value, array in zip(values, arrays, strict=True):
        given = np.asarray(array)
        is_data = value.shape[:1] == (MANY,) and value.dtype in FLOATS
        if not is_data or given.ndim < 2 or given.size == 0:
            continue
        total = given.sum(axis=-1, dtype=np.float64)
        room = given.shape[-1] * np.finfo(given.dtype).eps
        if given.min() >= 0 and np.abs(total - 1.0).max() <= room:
            yield value.name


def _names_in_tape(
    inputs: Sequence[str], made: Sequence[str], values: Sequence[Value]
) -> dict[str, str]:
    """What each value is called in the tape, by its name in the function: inputs keep theirs."""
    new = {name: name for name in inputs}
    for name, value in zip(made, values, strict=True):
        new[name] = value.name
    return new


@dataclass(frozen=True)
class _Backward:
    """The gradient of the result that a backward pass starts from, and those that it comes to.

    `incoming`: what comes back to the carries of loops from the step behind, by its name there.
    """

    seed: Tensor
    gradients: Mapping[str, Tensor]
    incoming: Mapping[str, Tensor]
    loops: tuple[TimeLoop, ...]


def _backward(graph: Graph, tensors: Mapping[str, Tensor], loops: Sequence[TimeLoop]) -> _Backward:
    """The backward pass, traced; GraphError where nothing goes back from the result."""
    result = tensors[graph.outputs[0].name]
    if result.origin is None or result.dtype not in FLOATS:
        raise GraphError(
            "explain: the result depends on no float that was given. There is no backward pass."
        )
    wanted = {name: x for name, x in tensors.items() if x.origin is not None}
    seed = _symbol(SEED, result)
    pairs = [(result, seed)]
    incoming: dict[str, Tensor] = {}
    known_loops = []
    for i, loop in enumerate(loops):
        numbers = {}
        for k, (_, after) in enumerate(loop.carries):
            if after in wanted and tensors[after].dtype in FLOATS:
                numbers[k] = name = f"{INCOMING}{i}.{k}"
                incoming[name] = _symbol(name, tensors[after])
                pairs.append((tensors[after], incoming[name]))
        known_loops.append(replace(loop, incoming=numbers))
    found = pulled(pairs, list(wanted.values()))
    known = {}
    for name, dx in zip(wanted, found, strict=True):
        if isinstance(dx, Tensor):
            known[name] = dx
    return _Backward(seed, known, incoming, tuple(known_loops))


def _is_computed(x: Tensor) -> bool:
    """Whether it is a symbol that a node of the tape gives."""
    return is_symbolic(x) and not _is_free(x)


def _is_free(x: Tensor) -> bool:
    """Whether a symbol was computed from nothing."""
    return is_symbolic(x) and (x.origin is None or x.origin.primitive is None)


def _symbol(name: str, like: Tensor | Value) -> Tensor:
    """A symbol that nothing is known of, like another in shape and dtype."""
    return holding(Value(name, like.shape, like.dtype), Origin(None, ()))


@dataclass(frozen=True)
class _Kind:
    """Shape and dtype of an input."""

    shape: Shape
    dtype: Any

    def widened(self) -> Any:
        """An array of many samples that takes no memory."""
        return np.broadcast_to(np.zeros((), self.dtype), (MANY, *self.shape[1:]))

    def same(self) -> Any:
        """An array of this shape that takes no memory."""
        return np.broadcast_to(np.zeros((), self.dtype), self.shape)


def _captured(function: Callable[..., Any], inputs: Sequence[Any]) -> Captured:
    """The function captured for many samples; as it is called, where that cannot be."""
    given = tuple(map(floats, inputs))
    structure, arrays = apart(given)
    kinds = [_Kind(np.shape(a), np.asarray(a).dtype) for a in arrays]
    for widened in _widened(kinds):
        try:
            return capture_call(function, structure, widened)
        except (PellucidError, ValueError, TypeError, IndexError):
            continue  # another number of samples does not fit: another axis may be theirs
    return capture_call(function, structure, arrays)


def _widened(kinds: Sequence[_Kind]) -> Iterator[list[Any]]:
    """Arrays that take no memory, with the first axis of some as that of the samples."""
    tried: set[Shape] = set()
    for i, kind in enumerate(kinds):
        shape = kind.shape
        if not shape or shape in tried:
            continue
        tried.add(shape)
        alike = [k for k, other in enumerate(kinds) if other.shape[:1] == shape[:1]]
        choices = [alike] if alike == [i] else [alike, [i]]
        for chosen in choices:
            yield [each.widened() if k in chosen else each.same() for k, each in enumerate(kinds)]


def _pruned(graph: Graph, others: Iterable[str] = ()) -> Graph:
    """The graph without nodes that neither its outputs nor these other values need."""
    needed = {value.name for value in graph.outputs} | set(others)
    kept = []
    for node in reversed(graph.nodes):
        if node.output.name in needed:
            kept.append(node)
            needed |= {value.name for value in node.inputs}
    return replace(graph, nodes=tuple(reversed(kept)))


def _symbols(graph: Graph) -> dict[str, Tensor]:
    """Every value of a graph as a symbol; floats that are given are what is gone back to."""
    given = []
    for value in graph.inputs:
        origin = Origin(None, ()) if value.dtype in FLOATS else None
        given.append(holding(value, origin))
    known = {value.name: x for value, x in zip(graph.inputs, given, strict=True)}
    known |= {value.name: holding(array) for value, array in graph.constants}
    for node in graph.nodes:
        with scope(node.scope, absolute=True):
            known[node.output.name] = _applied(node, [known[v.name] for v in node.inputs])
    return known


def _applied(node: Node, operands: Sequence[Tensor]) -> Tensor:
    """What a node makes of symbols; inside of loops everything is a symbol."""
    crossing = node.primitive
    varies = isinstance(crossing, Crossing) and crossing.kind in ("before", "step")
    if varies and not is_symbolic(operands[0]):
        return _symbol(node.output.name, node.output)
    return apply(crossing, *operands)
