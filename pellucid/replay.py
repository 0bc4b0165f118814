"""A graph applied to tensors, as the function that it was captured from would be.

replayed    every value of a graph, by name
"""

from collections.abc import Sequence

from pellucid.graph import Graph
from pellucid.scopes import scope
from pellucid.tensor import Tensor, apply, holding


def replayed(graph: Graph, inputs: Sequence[Tensor]) -> dict[str, Tensor]:
    """Every value of a graph for these inputs: each node applied in order, under its scope.

    Symbols give symbols; what is computed from a tensor with a history has one too.
    """
    known = {value.name: x for value, x in zip(graph.inputs, inputs, strict=True)}
    for value, array in graph.constants:
        known[value.name] = holding(array)
    for node in graph.nodes:
        with scope(node.scope, absolute=True):
            operands = [known[value.name] for value in node.inputs]
            known[node.output.name] = apply(node.primitive, *operands)
    return known
