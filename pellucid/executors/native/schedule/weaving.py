"""Loops of a few points, written out; what is stored for neighbours is woven into vectors.

    woven_nest      the loops of a kernel, those of few points just before the last

Where pieces are put side by side, as when the gradients of windows go back into an image, what is
stored runs along an axis of two or three points, and what is loaded along the one before. Lanes run
along that one then; the few points are computed for the same lanes, and stored woven together.

Where a few points are reduced, as in pooling, all of them are computed before their results are
joined, so that what later stages ask for is still in registers.
"""

from dataclasses import replace

from pellucid.executors.native.ir.kernels import Access, Loop, own_reach
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.llvm.loads_and_stores import NEAR
from pellucid.executors.native.schedule.nest import (
    MOST_WOVEN,
    LoopNest,
    is_few,
    loop_nest,
)

FEWEST_LANES = 4  # chosen: of fewer lanes, little is gained


def woven_nest(kernel: Loop, views: Views) -> LoopNest:
    """The loops of a kernel; where some are written out, these just before the last."""
    nest = loop_nest(kernel, views)
    if kernel.rows is not None or len(nest.dims) < 2:
        return nest
    if nest.kind == "columns":
        return _reduced_at_once(nest)
    full = [own_reach(kernel, views, v) for v in kernel.stores if v.name in kernel.full]
    if not full or not _is_woven(nest, full):
        return nest
    if nest.kind == "rows" and not nest.dims[-2].reduced:
        return nest
    *outer, lanes, points = range(len(nest.dims))
    return _in_order(nest, [*outer, points, lanes], unrolled=1)


def _reduced_at_once(nest: LoopNest) -> LoopNest:
    """A nest of columns, all reduced loops written out where they are of few points."""
    *before, last = range(len(nest.dims))
    reduced = [i for i in before if nest.dims[i].reduced]
    if not is_few(nest.dims[i].size for i in reduced):
        return nest
    kept = [i for i in before if not nest.dims[i].reduced]
    return _in_order(nest, [*kept, *reduced, last], unrolled=len(reduced))


def _in_order(nest: LoopNest, order: list[int], unrolled: int) -> LoopNest:
    """The loops of a nest in another order."""
    dims = tuple(nest.dims[i] for i in order)
    strides = {access: tuple(s[i] for i in order) for access, s in nest.strides.items()}
    return replace(nest, dims=dims, strides=strides, unrolled=unrolled)


def _is_woven(nest: LoopNest, stores: list[Access]) -> bool:
    """Whether all is stored without gaps along two loops, the last of a few points alone."""
    lanes, points = (dim.size for dim in nest.dims[-2:])
    if not 2 <= points <= MOST_WOVEN or lanes < FEWEST_LANES:
        return False
    if any(nest.strides[access][-2:] != (points, 1) for access in stores):
        return False
    return all(0 <= strides[-2] <= NEAR for strides in nest.strides.values())
