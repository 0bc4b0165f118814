"""Single numbers are computed first: step sizes and the like.

numbers_first   the nodes of a graph in that order
"""

from pellucid.graph import Graph, Node, Value


def numbers_first(graph: Graph) -> list[Node]:
    """The nodes in order, but first those that compute single numbers from inputs alone.

    Step sizes and the like are then there when a product is made, and what follows the
    product can be fused to it.
    """
    known = {value.name for value in graph.inputs}
    known.update(value.name for value, _ in graph.constants)
    numbers: list[Node] = []
    others: list[Node] = []
    for node in graph.nodes:
        if _is_number(node.output) and all(value.name in known for value in node.inputs):
            numbers.append(node)
            known.add(node.output.name)
        else:
            others.append(node)
    return numbers + others


def _is_number(value: Value) -> bool:
    """Whether a value is a single number.

    A record of several arrays has no axes either, but is not one: its parts come after its traces.
    """
    is_record = value.dtype.names is not None
    return value.size == 1 and not is_record
