"""Lanes of several vectors, in turn.

woven           vectors as one: the first lane of each, the second of each, and so on
repeated_lanes  a vector or mask, each lane so many times
"""

from collections.abc import Sequence

from llvmlite import ir

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import I1, I32, listed


def woven(parts: Sequence[Lanes]) -> Lanes:
    """Vectors of one width, as one that is as many times as wide."""
    first = parts[0]
    b = first.builder
    joined = first.value
    for count, part in enumerate(parts[1:], 1):
        joined = _joined(b, joined, part.value, count * first.width, first.width)
    order = [part * first.width + lane for lane in range(first.width) for part in range(len(parts))]
    return Lanes(b, b.shuffle_vector(joined, joined, listed(I32, order)), first.dtype)


def _joined(b: ir.IRBuilder, before: ir.Value, last: ir.Value, count: int, more: int) -> ir.Value:
    """A vector of `count` lanes, and behind it one of `more`."""
    if count != more:
        # Both sides of a shuffle have one width: what is behind the lanes of the last is not used.
        last = b.shuffle_vector(last, last, listed(I32, [lane % more for lane in range(count)]))
    order = [*range(count), *range(count, count + more)]
    return b.shuffle_vector(before, last, listed(I32, order))


def repeated_lanes(b: ir.IRBuilder, lanes: ir.Value, times: int) -> ir.Value:
    """Each lane so many times; of a mask that is known, one that is known."""
    if isinstance(lanes, ir.Constant):
        bits = [bit.constant for bit in lanes.constant for _ in range(times)]
        return listed(I1, [I1(bit) for bit in bits])
    order = [lane for lane in range(lanes.type.count) for _ in range(times)]
    return b.shuffle_vector(lanes, lanes, listed(I32, order))
