"""What a graph means: a loop over its nodes on NumPy.

run         the outputs of a graph for given inputs
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import GraphError, PositionError, located
from pellucid.graph import Graph, Node

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
