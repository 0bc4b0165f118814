"""Rules of simplification for windows and convolutions.

windows_apart           windows side by side are put back by moving them
convolution_in_parts    a long sum over channels becomes several, which threads can share
"""

import math

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import MOST_PARTS
from pellucid.executors.native.passes.rewriter import Operation
from pellucid.graph import Shape, Value

# Chosen: where a sum of few products, or little work, is cut, adding the parts costs more than
# threads save.
FEWEST_CHANNELS = 4  # of a part
MUCH_WORK = 1_000_000  # multiply-adds


def windows_apart(operation: Operation) -> Value | None:
    """Windows side by side, put back in place: a movement, as no two of them share a place.

    A zero keeps its sign, which the sum with 0 would take from it.
    """
    primitive = operation.primitive
    if not isinstance(primitive, p.OverlapAdd):
        return None
    (x,) = operation.inputs
    size = primitive.windows(x.shape).size
    if primitive.stride != size or not is_dense(size, primitive.dilation):
        return None
    kept = len(x.shape) - len(primitive.axis)
    joined = list(x.shape[:kept])
    after = [0] * kept
    for axis, n, end in zip(primitive.axis, size, primitive.to, strict=True):
        joined[axis] *= n
        after[axis] = end - joined[axis]
    y = operation.instead(p.PermuteDims(places_behind_axes(primitive.axis, kept)), x)
    y = operation.instead(p.Reshape(tuple(joined)), y)
    none = (0,) * kept
    return operation.instead(p.Pad(none, tuple(after), none, 0.0), y)


def is_dense(size: Shape, dilation: Shape) -> bool:
    """Whether the places of a window are neighbours."""
    axes = zip(size, dilation, strict=True)
    return all(n == 1 or apart == 1 for n, apart in axes)


def places_behind_axes(axes: tuple[int, ...], kept: int) -> tuple[int, ...]:
    """An order of the axes of windows: behind each axis that windows slide along, their places."""
    order: list[int] = []
    for axis in range(kept):
        order.append(axis)
        if axis in axes:
            order.append(kept + axes.index(axis))
    return tuple(order)


def convolution_in_parts(operation: Operation) -> Value | None:
    """The channels of a convolution with few results in parts, each a group; then their sum.

    So it is with the gradient by weights, where the channels are the samples of a batch.
    """
    if not isinstance(operation.primitive, p.Convolution):
        return None
    x, w = operation.inputs
    if x.shape[1] != 1 or not _is_long(operation, w):
        return None
    channels = w.shape[2]
    parts = _part_count(channels)
    if parts is None:
        return None
    split = (parts, channels // parts)
    x = operation.instead(p.Reshape((x.shape[0], *split, *x.shape[3:])), x)
    w = operation.instead(p.Reshape((w.shape[1], *split, *w.shape[3:])), w)
    parts_first = (1, 0, *range(2, len(w.shape)))
    w = operation.instead(p.PermuteDims(parts_first), w)
    sums = operation.instead(operation.primitive, x, w)
    return operation.instead(p.Sum((1,)), sums)


def _is_long(operation: Operation, w: Value) -> bool:
    """Whether a convolution has few results, each of many products."""
    y = operation.shape()
    places = math.prod(w.shape[3:])
    multiply_adds = math.prod(y) * w.shape[2] * places
    return math.prod(y[3:]) < places and multiply_adds >= MUCH_WORK


def _part_count(channels: int) -> int | None:
    """Into how many parts channels are cut: the most that are equal, and not too small."""
    for parts in range(MOST_PARTS, 1, -1):
        if channels % parts == 0 and channels // parts >= FEWEST_CHANNELS:
            return parts
    return None
