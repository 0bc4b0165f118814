"""What a value can look like in memory: for each walk over a buffer, how a value of it is made.

    WALKS       by name; each makes a value of about a given shape, seen in that way
    Wanted      such a value, as a reader asks for it
    traits      which walks a view is

A walk may change sizes of the shape that is asked for, but not the number of axes: a walk over
nothing needs an axis of size 0. Most begin with a value that lies in memory row by row: a leaf,
or what a kernel made.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.views import View, Views, row_major
from pellucid.primitives.base import BOOL, FLOATS, SUMMABLE
from pellucid.tensor import Tensor

Shape = tuple[int, ...]
Made = Tensor | None
LARGEST = 300_000  # elements of an operand of a large product


class Wanted:
    """A value with a walk; where it is `below` a size, it holds positions of an axis."""

    def __init__(self, builder: Any, walk: str) -> None:
        self.builder, self.walk, self.below, self.negative = builder, walk, 0, True

    def __call__(self, shape: Shape, dtype: Any, below: int = 0, negative: bool = True) -> Made:
        """The value; None where the walk needs more axes than there are."""
        self.below, self.negative = below, negative
        return WALKS[self.walk](self, tuple(shape), np.dtype(dtype))

    def base(self, shape: Shape, dtype: Any) -> Made:
        """A value that lies in a buffer of its own, row by row."""
        builder = self.builder
        if self.below:
            return builder.leaf(shape, dtype, self.positions(shape, dtype), fixed=True)
        way = builder.source.integer(1, 10)
        if way == 1 and dtype in FLOATS and len(shape) > 1:
            k = builder.choice((1, 3, 8))
            left = builder.leaf((*shape[:-1], k), dtype)
            return builder.add(p.MatMul(), left, builder.leaf((k, shape[-1]), dtype))
        if way == 2 and dtype in SUMMABLE:
            return builder.add(p.CumulativeSum(0), builder.leaf(shape, dtype)) if shape else None
        if way == 3 and dtype == BOOL:
            return builder.add(p.LogicalNot(), builder.leaf(shape, dtype))
        if way == 4 and len(shape) > 1:
            axes = (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2)
            start = builder.leaf(tuple(shape[i] for i in axes), dtype)
            return builder.add(p.PermuteDims(axes), start, most=LARGEST)
        found = [v for v in builder.values if v.shape == shape and v.dtype == dtype]
        return builder.choice(found) if found and way < 7 else builder.leaf(shape, dtype)

    def seen(self, primitive: Any, x: Made) -> Made:
        """A value moved."""
        return self.builder.add(primitive, x, most=LARGEST)

    def positions(self, shape: Shape, dtype: Any) -> Any:
        """Numbers below what was asked for."""
        return self.builder.positions(shape, max(self.below, 1), dtype, negative=self.negative)

    def axis(self, shape: Shape, *, last: bool = True) -> int:
        """An axis of a shape; the last one only if it may be."""
        return int(self.builder.source.integer(0, len(shape) - (1 if last else 2)))


def _with(shape: Shape, axis: int, size: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])


def _least(shape: Shape, *axes: int) -> Shape:
    """The shape with axes of at least 1, and of at least 2 where they are named."""
    named = {axis % len(shape) for axis in axes}
    return tuple(max(n, 1 + (i in named)) for i, n in enumerate(shape))


# ---- ways of walking ---------------------------------------------------------------------


def _whole(want: Wanted, shape: Shape, dtype: Any) -> Made:
    return want.base(_least(shape), dtype)


def _nothing(want: Wanted, shape: Shape, dtype: Any) -> Made:
    return want.base(_with(shape, want.axis(shape), 0), dtype) if shape else None


def _thin(want: Wanted, shape: Shape, dtype: Any) -> Made:
    if len(shape) < 2:
        return None
    return want.base(_with(_least(shape), want.axis(shape), 1), dtype)


def _one(want: Wanted, shape: Shape, dtype: Any) -> Made:
    return want.base(tuple(1 for _ in shape), dtype)


def _number(want: Wanted, shape: Shape, dtype: Any) -> Made:
    """A constant of one element, as it is or repeated."""
    builder = want.builder
    start = () if builder.chance(50) else tuple(1 for _ in shape)
    array = want.positions(start, dtype) if want.below else None
    found = builder.leaf(start, dtype, array, kind="constants")
    to = shape if builder.chance(70) else tuple(1 for _ in shape)
    return want.seen(p.BroadcastTo(to), found) if to != start else found


def _stretched_inside(want: Wanted, shape: Shape, dtype: Any) -> Made:
    if not shape:
        return None
    shape = _least(shape, -1, max(len(shape) - 2, 0))
    return want.seen(p.BroadcastTo(shape), want.base((*shape[:-1], 1), dtype))


def _stretched_outside(want: Wanted, shape: Shape, dtype: Any) -> Made:
    if len(shape) < 2:
        return None
    axis = want.axis(shape, last=False)
    shape = _least(shape, axis, -1)
    start = _with(shape, axis, 1)
    if axis == 0 and want.builder.chance(50):
        start = start[1:]
    return want.seen(p.BroadcastTo(shape), want.base(start, dtype))


def _stretched_throughout(want: Wanted, shape: Shape, dtype: Any) -> Made:
    if not shape:
        return None
    start = () if want.builder.chance(50) else tuple(1 for _ in shape)
    return want.seen(p.BroadcastTo(_least(shape, -1)), want.base(start, dtype))


def _reversed(inside: bool) -> Callable[[Wanted, Shape, Any], Made]:
    def walk(want: Wanted, shape: Shape, dtype: Any) -> Made:
        if len(shape) < (1 if inside else 2):
            return None
        axis = len(shape) - 1 if inside else want.axis(shape, last=False)
        shape = _least(shape, axis)
        axes = (axis,) if want.builder.chance(60) or not inside else tuple(range(len(shape)))
        return want.seen(p.Flip(axes), want.base(shape, dtype))

    return walk


def _stepped(want: Wanted, shape: Shape, dtype: Any) -> Made:
    if not shape:
        return None
    shape, step = _least(shape, -1), want.builder.choice((2, 3))
    start = want.builder.choice((0, 1))
    wide = (*shape[:-1], start + (shape[-1] - 1) * step + 1)
    rest = len(shape) - 1
    cut = p.Slice((*(0,) * rest, start), shape, (*(1,) * rest, step))
    return want.seen(cut, want.base(wide, dtype))


def _turned(want: Wanted, shape: Shape, dtype: Any) -> Made:
    if len(shape) < 2:
        return None
    shape, axes = _least(shape, -2, -1), list(range(len(shape)))
    if want.builder.chance(60):
        axes[-2:] = axes[:-3:-1]
    else:
        axes = axes[1:] + axes[:1]
    start = tuple(shape[axes.index(i)] for i in range(len(shape)))
    return want.seen(p.PermuteDims(tuple(axes)), want.base(start, dtype))


def _overlapping(want: Wanted, shape: Shape, dtype: Any) -> Made:
    """The windows along one axis: its positions there, their elements last."""
    if len(shape) < 2:
        return None
    axis = want.axis(shape, last=False)
    shape = _least(shape, axis, -1)
    dilation, size = want.builder.choice((1, 1, 2)), shape[-1]
    stride = want.builder.choice((1, 1, 2)) if size > 2 else 1
    span = (shape[axis] - 1) * stride + (size - 1) * dilation + 1
    start = _with(shape[:-1], axis, span)
    return want.seen(p.Windows((axis,), (size,), (stride,), (dilation,)), want.base(start, dtype))


def _cut(want: Wanted, shape: Shape, dtype: Any) -> Made:
    """A part of a larger buffer, which begins inside it or has gaps between rows."""
    if not shape:
        return None
    shape, choice = _least(shape, 0), want.builder.choice
    rows = choice((True, False))  # cut alone: what is inside has no gaps
    first = (choice((1, 3)), *(0 if rows else choice((0, 1, 2)) for _ in shape[1:]))
    after = (choice((0, 1)), *(0 if rows else choice((0, 1, 5)) for _ in shape[1:]))
    wide = tuple(a + n + z for a, n, z in zip(first, shape, after, strict=True))
    cut = p.Slice(first, shape, (1,) * len(shape))
    return want.seen(cut, want.base(wide, dtype))


def _apart(want: Wanted, shape: Shape, dtype: Any) -> Made:
    """Rows that a kernel sets apart, so that each begins at a cache line."""
    if len(shape) < 2 or dtype not in FLOATS:
        return None
    builder, least = want.builder, 17 if dtype.itemsize == 4 else 9
    turned = builder.chance(40)
    rows, row = shape[-2:] if not turned else shape[:-3:-1]
    # An odd number of elements is no whole number of lines.
    rows, row = max(rows, 16), max(row, least + 2 * builder.source.integer(0, 3)) | 1
    left = builder.leaf((*_least(shape[:-2]), rows, 3), dtype)
    made = builder.add(p.MatMul(), left, builder.leaf((3, row), dtype), most=LARGEST)
    axes = (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2)
    return want.seen(p.PermuteDims(axes), made) if turned else made


def _anywhere(want: Wanted, shape: Shape, dtype: Any) -> Made:
    """Rows of data that are not copied."""
    if len(shape) != 2 or dtype not in FLOATS:
        return None
    builder, least = want.builder, 256 // dtype.itemsize
    turned = builder.chance(50)
    rows, row = shape[::-1] if turned else shape
    rows, row = max(rows, 2), max(row, least)
    data = builder.leaf((builder.choice((3, 9)), row), dtype, fixed=True)
    made = builder.add(p.Take(0), data, builder.indices((rows,), data.shape[0]))
    return builder.add(p.PermuteDims((1, 0)), made) if turned else made


def _reshaped(want: Wanted, shape: Shape, dtype: Any) -> Made:
    """Axes of a buffer that has others: one is split, or two are joined."""
    if not shape:
        return None
    shape = _least(shape, *range(len(shape)))
    if len(shape) > 1:
        axis = want.axis(shape, last=False)
        start = (*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :])
    else:
        shape = (shape[0] + shape[0] % 2,)
        start = (2, shape[0] // 2)
    return want.seen(p.Reshape(shape), want.base(start, dtype))


WALKS: dict[str, Callable[[Wanted, Shape, Any], Made]] = {
    "whole": _whole,
    "one element": _one,
    "known number": _number,
    "nothing": _nothing,
    "axes of 1": _thin,
    "stretched inside": _stretched_inside,
    "stretched outside": _stretched_outside,
    "stretched throughout": _stretched_throughout,
    "reversed inside": _reversed(True),
    "reversed outside": _reversed(False),
    "stepped": _stepped,
    "turned": _turned,
    "overlapping": _overlapping,
    "cut": _cut,
    "reshaped": _reshaped,
    "rows apart": _apart,
    "rows anywhere": _anywhere,
}


# ---- which walks a view is ---------------------------------------------------------------


def traits(view: View, views: Views, known: Any) -> set[str]:
    """The names of the walks that a view is; `known`: the number that it holds, if any."""
    if known is not None:
        return {"known number"}
    if view.base.name in views.gaps.scattered:
        return {"rows anywhere"}
    if 0 in view.shape:
        return {"nothing"}
    axes = [(n, s) for n, s in zip(view.shape, view.strides, strict=True) if n > 1]
    if not axes:
        return {"one element"}
    found = {"axes of 1"} if 1 in view.shape else set()
    if view.base.name in views.gaps.pitches:
        found.add("rows apart")
    found |= _by_strides(axes)
    if not found - {"axes of 1"}:
        found |= _by_place(view)
    return found


def _by_strides(axes: list[tuple[int, int]]) -> set[str]:
    steps = [s for _, s in axes]
    if not any(steps):
        return {"stretched throughout"}
    found = set()
    found |= {"stretched inside"} if steps[-1] == 0 else set()
    found |= {"stretched outside"} if 0 in steps[:-1] else set()
    found |= {"reversed inside"} if steps[-1] < 0 else set()
    found |= {"reversed outside"} if min(steps[:-1], default=0) < 0 else set()
    moving = [(abs(s), n) for n, s in axes if s]
    sizes = [s for s, _ in moving]
    found |= {"turned"} if sizes != sorted(sizes, reverse=True) else set()
    found |= {"stepped"} if min(sizes) > 1 and "rows apart" not in found else set()
    reach = 0
    for stride, n in sorted(moving):
        if stride <= reach:
            found.add("overlapping")
        reach += stride * (n - 1)
    return found


def _by_place(view: View) -> set[str]:
    """Whether it is a whole buffer, with the same axes or others, or a part of one."""
    base = tuple(n for n in view.base.shape if n > 1)
    if view.is_whole():
        same = base == tuple(n for n in view.shape if n > 1)
        return {"whole"} if same else {"whole", "reshaped"}
    gapless = view.strides == row_major(view.shape)
    return {"cut"} if view.offset or not gapless or view.shape != view.base.shape else {"whole"}
