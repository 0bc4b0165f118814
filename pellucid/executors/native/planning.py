"""From a procedure to a program with all decisions taken: the passes, in order.

    FAST_PASSES     each makes of a graph a faster one that rounds somewhat more, and
    GRAPH_PASSES    a better one with the same meaning
    planned         all of them: kernels, their order, places in memory

Each pass stands in a file of its own; a program that comes from the disk needs none of them.
"""

from collections.abc import Callable
from dataclasses import replace

from pellucid.executors.native.ir.kernels import Kernel, Loop, Single
from pellucid.executors.native.ir.layout import layout
from pellucid.executors.native.ir.tiled_products import target_for
from pellucid.executors.native.ir.views import Gaps, Views
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.passes.batches_in_place import batches_in_place
from pellucid.executors.native.passes.factors_of_loops import with_factors
from pellucid.executors.native.passes.fewer_multiplications import with_fast_convolutions
from pellucid.executors.native.passes.long_products import in_parts
from pellucid.executors.native.passes.maxima_first import maxima_first
from pellucid.executors.native.passes.relu_masks import masks_from_results
from pellucid.executors.native.passes.row_padding import row_paddings
from pellucid.executors.native.passes.simplify import simplify
from pellucid.executors.native.passes.slopes import slopes_kept
from pellucid.executors.native.passes.traces import with_traces
from pellucid.executors.native.passes.triangular_products import with_triangles
from pellucid.executors.native.passes.windows_as_axes import windows_as_axes
from pellucid.executors.native.schedule.batch_strips import beside
from pellucid.executors.native.schedule.failing import failing
from pellucid.executors.native.schedule.fusion import fuse
from pellucid.executors.native.schedule.handing_on import handed_on
from pellucid.executors.native.schedule.image_strips import by_images
from pellucid.executors.native.schedule.loop_bodies import with_bodies
from pellucid.executors.native.schedule.nest import spill
from pellucid.executors.native.schedule.plan import plan
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.recompute import recomputed
from pellucid.executors.native.schedule.row_blocks import in_row_blocks
from pellucid.executors.native.schedule.row_strips import by_strips, neighbours
from pellucid.executors.native.schedule.sum_blocks import lost_beside
from pellucid.graph import Procedure, Value
from pellucid.primitives import Scan

FAST_PASSES = (with_fast_convolutions,)
GRAPH_PASSES = (
    simplify,
    windows_as_axes,
    maxima_first,
    with_factors,
    with_traces,
    masks_from_results,
    slopes_kept,
    in_parts,
    by_strips,
    with_triangles,
)


def planned(
    procedure: Procedure, turns: Scan | None = None, target: Target | None = None
) -> Planned:
    """A procedure with all decisions taken: kernels, their order, places in memory.

    `turns` is the loop whose body it is, if it is one, `target` that of the program around it.
    """
    graph, target = procedure.graph, target or target_for(procedure)
    passes = GRAPH_PASSES if procedure.exact else (*FAST_PASSES, *GRAPH_PASSES)
    for better in passes:
        graph = better(graph)
    # Where values lie in memory of their own, and what is only seen through strides.
    updated = {graph.inputs[position].name for position in procedure.updates}
    pitches = row_paddings(graph)
    scattered = batches_in_place(graph, updated)
    gaps = Gaps(pitches, scattered)
    graph = layout(graph, gaps)
    views = Views(graph, gaps)
    # Kernels: what is computed together, and what they keep.
    kernels = fuse(graph, views)
    kernels = recomputed(kernels, graph, updated, views)
    kernels = handed_on(kernels, graph, updated, views)
    kernels = beside(neighbours(kernels, views), views)
    for kernel in kernels:
        kernel.stores += _kept_beside(kernel, views)
    # Loops of the graph are planned by themselves, each once; then all is put in order.
    graph = with_bodies(kernels, graph, _bodies_of(procedure, target))
    if turns is not None:
        kernels = in_row_blocks(kernels, graph, views, turns)
    kernels = by_images(kernels, graph, views)
    can_fail = failing(kernels, graph)
    decided = plan(procedure, graph, kernels, views, can_fail)
    return Planned(graph, views, decided, target, procedure.arguments)


def _bodies_of(program: Procedure, target: Target) -> Callable[[Procedure, Scan], Planned]:
    """What plans the body of a loop: as exact as the program around it, for the same CPU."""

    def of_body(body: Procedure, turns: Scan) -> Planned:
        return planned(replace(body, exact=program.exact), turns, target)

    return of_body


def _kept_beside(kernel: Kernel, views: Views) -> list[Value]:
    """What a kernel keeps in memory for itself, beside its results."""
    if isinstance(kernel, Loop):
        return spill(kernel, views)
    if isinstance(kernel, Single):
        return lost_beside(kernel.nodes[0])
    return []
