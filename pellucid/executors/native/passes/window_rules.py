"""Rules of simplification for windows and convolutions.

windows_apart           windows side by side are put back by moving them
convolution_in_parts    a long sum over channels becomes several, which threads can share
"""

import math
from typing import Any

from pellucid import primitives as p
from pellucid.graph import Node, Value

MOST_PARTS = 8
FEWEST_CHANNELS = 4  # of a part
MUCH_WORK = 1_000_000  # multiply-adds


def windows_apart(work: Any, primitive: Any, inputs: tuple[Value, ...], like: Node) -> Value | None:
    """Windows side by side, put back in place: a movement, as no two of them share a place.

    A zero keeps its sign, which the sum with 0 would take from it.
    """
    if not isinstance(primitive, p.OverlapAdd):
        return None
    (x,) = inputs
    size, count = primitive.windows(x.shape).size, len(primitive.axis)
    if primitive.stride != size or any(
        n > 1 and d > 1 for n, d in zip(size, primitive.dilation, strict=True)
    ):
        return None
    kept = len(x.shape) - count
    order: list[int] = []
    for i in range(kept):
        order += [i, kept + primitive.axis.index(i)] if i in primitive.axis else [i]
    joined = list(x.shape[:kept])
    for axis, n in zip(primitive.axis, size, strict=True):
        joined[axis] *= n
    y = work.made(p.PermuteDims(tuple(order)), inputs, like)
    y = work.made(p.Reshape(tuple(joined)), (y,), like)
    after = [0] * kept
    for axis, n in zip(primitive.axis, primitive.to, strict=True):
        after[axis] = n - joined[axis]
    none = (0,) * kept
    found: Value = work.made(p.Pad(none, tuple(after), none, 0.0), (y,), like)
    return found


def convolution_in_parts(
    work: Any, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """The channels of a convolution with few results in parts, each a group; then their sum.

    So it is with the gradient by weights, where the channels are the samples of a batch.
    """
    if not isinstance(primitive, p.Convolution) or inputs[0].shape[1] != 1:
        return None
    (x, w), y = inputs, primitive.shape(*(value.shape for value in inputs))
    channels, places = w.shape[2], math.prod(w.shape[3:])
    fitting = [n for n in range(2, MOST_PARTS + 1) if channels % n == 0]
    fitting = [n for n in fitting if channels // n >= FEWEST_CHANNELS]
    few = math.prod(y[3:]) < places and math.prod(y) * channels * places >= MUCH_WORK
    if not few or not fitting:
        return None
    n = fitting[-1]
    parts = (n, channels // n)
    x = work.made(p.Reshape((x.shape[0], *parts, *x.shape[3:])), (x,), like)
    w = work.made(p.Reshape((w.shape[1], *parts, *w.shape[3:])), (w,), like)
    order = (1, 0, *range(2, len(w.shape)))
    w = work.made(p.PermuteDims(order), (w,), like)
    found: Value = work.made(p.Sum((1,)), (work.made(primitive, (x, w), like),), like)
    return found
