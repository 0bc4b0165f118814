"""From a procedure to a program with all decisions taken: the passes, in order.

    planned     kernels, their order, places in memory

Each pass stands in a file of its own; a program that comes from the disk needs none of them.
"""

from pellucid.executors.native.ir.kernels import Loop, Single
from pellucid.executors.native.ir.views import Gaps, Views, layout
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.passes.batches_in_place import scattered
from pellucid.executors.native.passes.long_products import cut
from pellucid.executors.native.passes.relu_masks import masks_from_results
from pellucid.executors.native.passes.row_padding import pitches
from pellucid.executors.native.passes.simplify import simplify
from pellucid.executors.native.passes.traces import lowered
from pellucid.executors.native.schedule.failing import failing
from pellucid.executors.native.schedule.fusion import fuse
from pellucid.executors.native.schedule.loop_bodies import with_bodies
from pellucid.executors.native.schedule.nest import spill
from pellucid.executors.native.schedule.plan import plan
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.recompute import again
from pellucid.executors.native.schedule.row_strips import by_strips, neighbours
from pellucid.executors.native.schedule.sum_blocks import lost_beside
from pellucid.graph import Procedure


def planned(procedure: Procedure) -> Planned:
    """A procedure with all decisions taken: kernels, their order, places in memory."""
    graph = by_strips(cut(masks_from_results(lowered(simplify(procedure.graph)))))
    updated = {graph.inputs[position].name for position in procedure.updates}
    gaps = Gaps(pitches(graph), scattered(graph, updated))
    graph = layout(graph, gaps)
    views = Views(graph, gaps)
    kernels = neighbours(again(fuse(graph, views), graph, updated, views), views)
    for kernel in kernels:
        if isinstance(kernel, Loop):
            kernel.stores += spill(kernel, views)
        if isinstance(kernel, Single):
            kernel.stores += lost_beside(kernel.nodes[0])
    graph = with_bodies(kernels, graph, planned)
    program = plan(procedure, graph, kernels, views, failing(kernels, graph))
    return Planned(graph, views, program, targets.host(), procedure.arguments)
