"""How much memory the values of a graph take that are alive at a time.

alive_at_most   the bytes of those of a procedure, whichever executor runs it
"""

from pellucid.graph import Procedure


def alive_at_most(procedure: Procedure) -> int:
    """The bytes of values that are alive at a time, where each node makes its own.

    Known from the graph alone, without a plan.
    """
    graph = procedure.graph
    last = {value.name: place for place, node in enumerate(graph.nodes) for value in node.inputs}
    last |= {value.name: len(graph.nodes) for value in graph.outputs}
    ends: dict[int, int] = {}
    alive = most = 0
    for place, node in enumerate(graph.nodes):
        size = node.output.nbytes
        alive += size
        most = max(most, alive)
        end = last.get(node.output.name, place)
        ends[end] = ends.get(end, 0) + size
        alive -= ends.pop(place, 0)
    return most
