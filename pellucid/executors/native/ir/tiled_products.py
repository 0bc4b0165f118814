"""Which CPU a program is made for: one with tile registers only where it may and does use them.

target_for      the target of a procedure, on this machine
rounds          whether a graph, or the body of a loop in it, has numbers of bfloat16

Tile registers sum in an order of their own (docs/decisions/0042), which is part of what a program
is kept by, as the target is. An exact program has the order of all CPUs.
"""

from pellucid import primitives as p
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.machine.tile_permission import permitted
from pellucid.graph import Graph, Procedure


def target_for(procedure: Procedure) -> Target:
    """The CPU that runs this, with its tile registers where the procedure is to use them."""
    target = targets.host()
    if not target.has_tiles:
        return target
    uses_them = not procedure.exact and rounds(procedure.graph) and permitted()
    return target if uses_them else target.without_tiles()


def rounds(graph: Graph) -> bool:
    """Whether numbers are rounded to bfloat16 anywhere in it."""
    waiting = [graph]
    while waiting:
        for node in waiting.pop().nodes:
            if isinstance(node.primitive, p.RoundedToBfloat16):
                return True
            waiting.extend(node.primitive.bodies)
    return False
