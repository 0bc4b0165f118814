"""What a prediction computes of its variables alone, as a procedure of its own.

    Keeping, keeping    both procedures: what is kept between calls, and what each call runs

Weights are the same from call to call: the kernels of fast convolutions are transformed once for
them, and so is whatever else follows from weights alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pellucid import primitives as p
from pellucid.executors.native.passes.expansion import MOVED, asked_for
from pellucid.executors.native.passes.fewer_multiplications import with_fast_convolutions
from pellucid.graph import Graph, Node, Procedure, Value
from pellucid.primitives import PRIMITIVES
from pellucid.primitives.base import Elementwise
from pellucid.primitives.reduction import Reduction

# Chosen: transformed kernels of a million weights.
MOST_BYTES = 16 << 20
LEAST_NUMBERS = 1024  # computed: to ask whether they are old takes half a microsecond


@dataclass(frozen=True)
class Keeping:
    """`kept` computes of some variables, at `positions` among them, what is kept between calls.

    `call` has as variables those at its own `places`, and behind them what is kept.
    """

    kept: Procedure
    positions: tuple[int, ...]
    call: Procedure
    places: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """The memory of what is kept."""
        return sum(value.nbytes for value in self.kept.graph.outputs)


def keeping(procedure: Procedure) -> Keeping | None:
    """A procedure that changes nothing, in two; None where there is nothing worth keeping."""
    graph = procedure.graph
    if procedure.updates or len(graph.inputs) == procedure.arguments:
        return None
    if not procedure.exact:
        graph = with_fast_convolutions(graph, _Alone(graph, procedure.arguments).names)
    alone = _Alone(graph, procedure.arguments)
    if not alone.chosen or any(value.name in alone.names for value in graph.outputs):
        return None
    parts = _split(replace(procedure, graph=graph), alone.chosen)
    counted = sum(
        n.output.size for n in parts.kept.graph.nodes if not isinstance(n.primitive, MOVED)
    )
    return parts if counted >= LEAST_NUMBERS and parts.nbytes <= MOST_BYTES else None


class _Alone:
    """The values of a graph that follow from variables and constants alone.

    `chosen` are those that others ask for, and that are more than views of a variable.
    """

    def __init__(self, graph: Graph, arguments: int) -> None:
        self.names = {value.name for value in graph.inputs[arguments:]}
        self.names |= {value.name for value, _ in graph.constants}
        cheap = set(self.names)  # as they are, or views of them
        asked: dict[str, Value] = {}
        for node in graph.nodes:
            if _is_pure(node) and all(value.name in self.names for value in node.inputs):
                self.names.add(node.output.name)
                if isinstance(node.primitive, MOVED) and node.inputs[0].name in cheap:
                    cheap.add(node.output.name)
            else:
                asked.update((value.name, value) for value in node.inputs)
        self.chosen = [v for name, v in asked.items() if name in self.names and name not in cheap]


def _is_pure(node: Node) -> bool:
    """Whether a node has inputs, and always succeeds.

    Rounding to bfloat16 is left out: products look for it beside them.
    """
    kind = type(node.primitive)
    is_known = kind in PRIMITIVES and kind is not p.RoundedToBfloat16 and len(node.inputs) > 0
    return is_known and issubclass(kind, (*MOVED, Elementwise, Reduction, p.MatMul))


def _split(procedure: Procedure, chosen: list[Value]) -> Keeping:
    """What makes the chosen values, and what asks for them."""
    graph, arguments = procedure.graph, procedure.arguments
    variables = graph.inputs[arguments:]
    before = _part(graph, variables, chosen)
    names = {value.name for value in before.inputs}
    after = _part(
        _renamed(graph, chosen),
        (*graph.inputs, *map(_kept, range(len(chosen)), chosen)),
        graph.outputs,
        graph.inputs[:arguments],
    )
    asked = {value.name for value in after.inputs}
    return Keeping(
        Procedure(before, len(before.inputs), (), procedure.exact),
        tuple(i for i, value in enumerate(variables) if value.name in names),
        Procedure(after, arguments, (), procedure.exact),
        tuple(i for i, value in enumerate(variables) if value.name in asked),
    )


def _kept(number: int, value: Value) -> Value:
    """A value as an input: passes give nodes names that are numbers."""
    return replace(value, name=f"%kept{number}")


def _renamed(graph: Graph, chosen: list[Value]) -> Graph:
    """The graph with nodes that ask for the chosen values as inputs."""
    named = {value.name: _kept(i, value) for i, value in enumerate(chosen)}
    nodes = []
    for node in graph.nodes:
        inputs = tuple(named.get(value.name, value) for value in node.inputs)
        nodes.append(replace(node, inputs=inputs))
    return replace(graph, nodes=tuple(nodes))


def _part(
    graph: Graph, inputs: Iterable[Value], outputs: Iterable[Value], always: Iterable[Value] = ()
) -> Graph:
    """The nodes from inputs to outputs, with those of the inputs that they ask for."""
    given = {value.name: value for value in inputs}
    outputs = tuple(outputs)
    nodes = asked_for(graph.nodes, outputs, given)
    wanted = {value.name for value in (*outputs, *always)}
    wanted.update(value.name for node in nodes for value in node.inputs)
    part = Graph(
        tuple(value for name, value in given.items() if name in wanted),
        tuple((value, array) for value, array in graph.constants if value.name in wanted),
        tuple(nodes),
        outputs,
    )
    part.check()
    return part
