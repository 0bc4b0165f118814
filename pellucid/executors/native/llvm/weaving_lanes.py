"""Lanes of several vectors, in turn.

woven           vectors as one: the first lane of each, the second of each, and so on
repeated_lanes  a vector or mask, each lane so many times
"""

from collections.abc import Sequence

from llvmlite import ir

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import I1, I32, listed, memory_type


def woven(parts: Sequence[Lanes]) -> Lanes:
    """Vectors of one width, as one that is as many times as wide."""
    first = parts[0]
    b = first.builder
    raw = [_in_memory(part) for part in parts]
    joined = raw[0]
    for count, part in enumerate(raw[1:], 1):
        joined = _joined(b, joined, part, count * first.width, first.width)
    order = [part * first.width + lane for lane in range(first.width) for part in range(len(parts))]
    result = b.shuffle_vector(joined, joined, listed(I32, order))
    if first.dtype.kind == "b":
        result = b.trunc(result, ir.VectorType(I1, len(order)))
    return Lanes(b, result, first.dtype)


def _in_memory(part: Lanes) -> ir.Value:
    """A vector as it lies in memory, masks as bytes: turned so, their lanes are quicker to move."""
    if part.dtype.kind == "b":
        return part.builder.zext(part.value, memory_type(part.dtype, part.width))
    return part.value


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
