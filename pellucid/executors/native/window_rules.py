"""Rules of simplification for windows and convolutions.

windows_apart       windows side by side are put back by moving them
"""

from typing import Any

from pellucid import primitives as p
from pellucid.graph import Node, Value


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
