"""How coarse a Loop kernel works: lanes of a vector, rows at once, units for threads.

lane_width      how many points of the last loop are computed side by side
rows_at_once    how many rows are reduced side by side
loop_units      how many independent pieces of work there are
"""

import math

from pellucid.executors.native.ir.facts import reduces
from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.schedule.nest import LoopNest, shared_by_rows

VECTORS = 4  # side by side in a simple reduction: sums need not wait for each other
FEW_NODES = 8  # of a simple reduction
LONG_ROW = 4096  # points: rows so far apart that a visit to one should be worth it
MOST_ROWS = 6  # at once
KEPT_BYTES = 1 << 14  # of what rows share that stays in the nearest cache from row to row


def lane_width(kernel: Loop, nest: LoopNest, vector_bytes: int) -> int:
    """Lanes of a vector: as many of the kernel's floats as fit, no more than there are points."""
    sizes = [n.output.dtype.itemsize for n in kernel.nodes if n.output.dtype.kind == "f"]
    lanes = vector_bytes // max(sizes, default=8)
    last = nest.dims[-1].size
    if nest.kind != "plain" and _nodes_inside(kernel) <= FEW_NODES and last >= VECTORS * lanes:
        lanes *= VECTORS * (2 if nest.kind == "columns" and last >= LONG_ROW else 1)
    return min(lanes, 1 << max(last - 1, 0).bit_length())


def rows_at_once(kernel: Loop, nest: LoopNest, target: Target, width: int) -> int:
    """How many rows are reduced at once, so that what they share is loaded once for all.

    That pays where it comes from afar for each row: for 12288 weights it halves the time.
    """
    sums = [n for n in kernel.nodes if reduces(n)]
    is_simple = nest.kind == "rows" and _nodes_inside(kernel) <= FEW_NODES and len(sums) == 1
    stores = any(value.name in kernel.full for value in kernel.stores)
    if not is_simple or stores or not any(shared_by_rows(nest, a) for a in nest.strides):
        return 1
    size = sums[0].output.dtype.itemsize
    if nest.dims[-1].size * size <= KEPT_BYTES:
        return 1
    vectors = -(-width * size // target.vector_bytes)
    return max(1, min(MOST_ROWS, target.registers * 3 // 4 // vectors, math.prod(nest.kept)))


def loop_units(nest: LoopNest, width: int) -> int:
    """How many units a nest has."""
    kept = list(nest.kept)
    if nest.kind == "columns" or (nest.kind == "plain" and len(kept) == 1):
        kept[-1] = -(-kept[-1] // width)
        return math.prod(kept)
    return math.prod(kept[:-1]) if nest.kind == "plain" else math.prod(kept)


def _nodes_inside(kernel: Loop) -> int:
    """How many nodes a kernel computes at each point of its reduced axes, or of a plain line."""
    inside = [n for n in kernel.nodes if n.output.name in kernel.full]
    return len(inside) + sum(reduces(n) for n in kernel.nodes)
