"""Rows of a few points, woven into rows of whole vectors.

    woven_nest      the loops of a kernel, the last two changed where that gives vectors

Where pieces are put side by side, as when the gradients of windows go back into an image, what is
stored runs along an axis of two or three points, and what is loaded along the one before. Lanes run
along that one then; the few points are computed for the same lanes, and stored woven together.
"""

from dataclasses import replace

from pellucid.executors.native.ir.kernels import Access, Loop, own_reach
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.llvm.loads_and_stores import NEAR
from pellucid.executors.native.schedule.nest import LoopNest, loop_nest

MOST_POINTS = 4  # chosen: of so many vectors what is stored is still woven in registers
FEWEST_LANES = 4  # chosen: of fewer lanes, little is gained


def woven_nest(kernel: Loop, views: Views) -> LoopNest:
    """The loops of a kernel; where they are woven, the last two in the other order."""
    nest = loop_nest(kernel, views)
    if kernel.rows is not None or nest.kind != "plain" or len(nest.dims) < 2:
        return nest
    stores = [own_reach(kernel, views, value) for value in kernel.stores]
    if not _is_woven(nest, stores):
        return nest
    *outer, lanes, points = nest.dims
    strides = {access: (*s[:-2], s[-1], s[-2]) for access, s in nest.strides.items()}
    return replace(nest, dims=(*outer, points, lanes), strides=strides, woven=points.size)


def _is_woven(nest: LoopNest, stores: list[Access]) -> bool:
    """Whether all is stored without gaps along two loops, the last of a few points alone."""
    lanes, points = (dim.size for dim in nest.dims[-2:])
    if not 2 <= points <= MOST_POINTS or lanes < FEWEST_LANES:
        return False
    if any(nest.strides[access][-2:] != (points, 1) for access in stores):
        return False
    return all(0 <= strides[-2] <= NEAR for strides in nest.strides.values())
