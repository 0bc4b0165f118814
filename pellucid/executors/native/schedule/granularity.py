"""How coarse a Loop kernel works: lanes of a vector, rows at once, units for threads.

lane_width      how many points of the last loop are computed side by side
rows_at_once    how many rows are reduced side by side
loop_units      how many independent pieces of work there are
"""

import math

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.ir.facts import reduces
from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.schedule.nest import LoopNest, shared_by_rows

VECTORS = 4  # side by side in a simple reduction. Chosen: sums need not wait for each other
FEW_NODES = 8  # of a simple reduction. Chosen: so few values stay in registers for all vectors
LONG_ROW = 4096  # points: rows so far apart that a visit to one should be worth it
# Rows at once: logistic regression of 209 x 12288 fell from 208 to 138 microseconds on two threads
# with six of them, and with twice as much of each long row (26 Nov 2026, Zen 4).
MOST_ROWS = 6
# Of what rows share that stays in the nearest cache from row to row. Chosen: half of 32 KiB, as
# the rows need room too.
KEPT_BYTES = 1 << 14


def lane_width(kernel: Loop, nest: LoopNest, vector_bytes: int) -> int:
    """Lanes of a vector: as many as fit of the kernel's floats, but no more than points."""
    outputs = [node.output for node in kernel.nodes]
    sizes = [value.dtype.itemsize for value in outputs if value.dtype.kind == "f"]
    lanes = vector_bytes // max(sizes, default=8)
    points = nest.dims[-1].size
    is_long = points >= VECTORS * lanes
    if nest.kind != "plain" and is_long and _is_simple(kernel):
        lanes *= VECTORS
        if nest.kind == "columns" and points >= LONG_ROW:
            lanes *= 2
    enough_for_all = 1 << max(points - 1, 0).bit_length()
    return min(lanes, enough_for_all)


def rows_at_once(kernel: Loop, nest: LoopNest, target: Target, width: int) -> int:
    """How many rows are reduced at once, so that what they share is loaded once for all.

    It pays where those values do not fit the nearest cache: for 12288 weights it halves the time.
    """
    if not _shares_simply(kernel, nest):
        return 1
    size = next(node.output.dtype.itemsize for node in kernel.nodes if reduces(node))
    shared_bytes = nest.dims[-1].size * size
    if shared_bytes <= KEPT_BYTES:
        return 1
    registers_of_a_sum = ceil_div(width * size, target.vector_bytes)
    registers_for_sums = target.registers * 3 // 4
    rows = math.prod(nest.kept)
    return max(1, min(MOST_ROWS, registers_for_sums // registers_of_a_sum, rows))


def _shares_simply(kernel: Loop, nest: LoopNest) -> bool:
    """Whether each row gives one simple sum, and reads something that all rows read."""
    sums = [node for node in kernel.nodes if reduces(node)]
    if nest.kind != "rows" or len(sums) != 1 or not _is_simple(kernel):
        return False
    if any(value.name in kernel.full for value in kernel.stores):
        return False
    return any(shared_by_rows(nest, access) for access in nest.strides)


def loop_units(nest: LoopNest, width: int) -> int:
    """How many units a nest has."""
    if nest.kind == "rows":
        return math.prod(nest.kept)
    *outer, last = nest.kept
    if outer and nest.kind == "plain":
        return math.prod(outer) // math.prod(map(len, nest.points))
    return math.prod(outer) * ceil_div(last, width)


def _is_simple(kernel: Loop) -> bool:
    """Whether a kernel computes little at each point of its reduced axes, or of a plain line."""
    inside = [node for node in kernel.nodes if node.output.name in kernel.full]
    sums = [node for node in kernel.nodes if reduces(node)]
    return len(inside) + len(sums) <= FEW_NODES
