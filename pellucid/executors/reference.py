"""The reference executor: the meaning of a graph, a loop over its nodes on NumPy.

run         the outputs of a graph for given inputs
Reference   a procedure ready to run
"""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import numpy as np

from pellucid.errors import GraphError, PositionError, located
from pellucid.graph import Graph, Node, Procedure

Observer = Callable[[Node, list[Any], Any], None]


def run(graph: Graph, inputs: Sequence[Any], observe: Observer | None = None) -> list[Any]:
    """The outputs of a graph. `observe` is called after each node with arrays in and out.

    NumPy's warnings about nan, inf and division by zero are off: their values are the
    meaning of the graph, on every executor alike.
    """
    known = {value.name: array for value, array in graph.constants}
    known.update(zip((value.name for value in graph.inputs), inputs, strict=True))
    last = _last_uses(graph)
    with np.errstate(all="ignore"):
        for position, node in enumerate(graph.nodes):
            arguments = [known[value.name] for value in node.inputs]
            try:
                result = np.asarray(node.primitive.forward(np, *arguments))
            except PositionError as error:
                raise located(error, node.scope) from None
            if result.shape != node.output.shape or result.dtype != node.output.dtype:
                raise GraphError(
                    f"{node.primitive.name}: forward gave {result.dtype}{list(result.shape)}, its "
                    f"rules say `{node.output}`. Make `shape` and `dtype` agree with `forward`."
                )
            if observe is not None:
                observe(node, arguments, result)
            known[node.output.name] = result
            for name in last.get(position, ()):
                del known[name]
    return [known[value.name] for value in graph.outputs]


def _last_uses(graph: Graph) -> dict[int, list[str]]:
    """For each node, the values that nobody needs after it: their memory can go."""
    kept = {value.name for value in graph.outputs}
    last = {value.name: i for i, node in enumerate(graph.nodes) for value in node.inputs}
    freed: dict[int, list[str]] = {}
    for name, position in last.items():
        if name not in kept:
            freed.setdefault(position, []).append(name)
    return freed


class Reference:
    """A procedure ready to run on NumPy."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure

    def __call__(self, arguments: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """The results for these arguments; `state` arrays are updated in place, at the end.

        Where it raises, no array of the state has changed.
        """
        procedure = self.procedure
        # Copies, before anything is updated: outputs may share memory with state or arguments.
        outputs = [np.array(array) for array in run(procedure.graph, [*arguments, *state])]
        places = [state[position - procedure.arguments] for position in procedure.updates]
        # All in one call without a line of Python in between, where a signal could raise.
        updates = map(np.ndarray.__setitem__, places, repeat(...), outputs[procedure.results :])
        deque(updates, maxlen=0)
        return outputs[: procedure.results]

    def loop(
        self, rows: Sequence[Any], state: Sequence[Any]
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row of the arguments; the results of all calls, stacked.

        Where one fails, the results of those before it, and what it raised.
        """
        graph, failure = self.procedure.graph, None
        results: list[list[Any]] = []
        try:
            for arguments in zip(*rows, strict=True):
                results.append(self(arguments, state))
        except BaseException as error:
            failure = error
        shapes = [(0, *v.shape) for v in graph.outputs[: self.procedure.results]]
        empty = [np.empty(s, v.dtype) for s, v in zip(shapes, graph.outputs, strict=False)]
        columns = zip(*results, strict=True) if results else ()
        return [np.stack(column) for column in columns] or empty, failure
