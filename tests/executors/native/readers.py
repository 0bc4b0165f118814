"""Who reads a value: for each kind of kernel and operand, a node that has the value there.

READERS     by name; each asks for a value, and adds the node that reads it
reader_of   the name of what a node of a kernel reads an operand as
"""

from collections.abc import Callable
from typing import Any

from executors.native.walks import LARGEST, Wanted

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import by_channels, is_native_convolution
from pellucid.executors.native.ir.facts import has_code, reduces
from pellucid.executors.native.ir.fast_convolutions import FastConvolution
from pellucid.executors.native.ir.fast_gradients import FastGradient
from pellucid.executors.native.ir.kernels import Kernel, Loop, Product
from pellucid.executors.native.kernels.pad_and_concat import is_of_planes
from pellucid.executors.native.kernels.products import contraction
from pellucid.executors.native.kernels.standalone import is_row_gather
from pellucid.executors.native.matmul.tiling import tiling
from pellucid.executors.native.schedule.nest import loop_nest
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Node
from pellucid.primitives.base import (
    DTYPES,
    FLOAT32,
    INT32,
    INT64,
    INTEGERS,
    NUMBERS,
    SUMMABLE,
    UINT32,
)

Reader = Callable[[Any, Wanted], Any]
AROUND = (1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 19, 33)
FAR = 520  # rows of so many floats lie far apart


def _size(b: Any) -> int:
    return int(b.choice(AROUND))


def _shape(b: Any, axes: int) -> tuple[int, ...]:
    return (*(b.choice((1, 2, 3, 5)) for _ in range(axes - 2)), _size(b), _size(b))[-axes:]


# ---- loops -------------------------------------------------------------------------------


def _plain(b: Any, want: Wanted) -> Any:
    x = want(_shape(b, b.choice((1, 2, 2, 3, 4))), b.float if b.chance(60) else b.choice(DTYPES))
    if x is None:
        return None
    if x.dtype not in NUMBERS:
        return b.add(p.LogicalNot(), x)
    other = b.leaf(x.shape, x.dtype)
    return b.add(b.choice((p.Add, p.Multiply, p.Maximum))(), *_either(b, x, other))


def _either(b: Any, x: Any, y: Any) -> tuple[Any, Any]:
    return (x, y) if b.chance(50) else (y, x)


def _reduced(along: bool) -> Reader:
    """A reduction whose lanes are reduced, or kept."""

    def read(b: Any, want: Wanted) -> Any:
        x = want(_shape(b, b.choice((2, 2, 3))), b.float if b.chance(70) else b.choice(SUMMABLE))
        if x is None or 0 in x.shape:
            return b.add(p.Sum((0,)), x)
        axes = len(x.shape)
        last = axes - 1 if along else 0
        kind = b.choice((p.Sum, p.Sum, p.Max, p.Min, p.Prod))
        y = x if b.chance(50) else b.add(p.Multiply(), *_either(b, x, b.leaf(x.shape, x.dtype)))
        return b.add(kind((last,) if b.chance(70) else (*range(last), last)), y)

    return read


def _after_reduction(along: bool) -> Reader:
    """A value for each result of a reduction."""

    def read(b: Any, want: Wanted) -> Any:
        x = want(_shape(b, b.choice((1, 2, 2))), b.float)
        if x is None or not x.shape:
            return None
        axis = len(x.shape) if along else 0
        shape = (*x.shape[:axis], b.choice((3, 8, 9, 17)), *x.shape[axis:])
        y = b.add(b.choice((p.Sum, p.Max))((axis,)), b.leaf(shape, x.dtype))
        y = b.add(p.Reshape(x.shape), y)
        return b.add(p.Multiply(), *_either(b, y, x))

    return read


# ---- products ----------------------------------------------------------------------------


def _product(m: Any, k: Any, n: Any, *, left: bool, turned: bool = False) -> Reader:
    """A product of about these sizes; the other operand as it is, or turned."""

    def read(b: Any, want: Wanted) -> Any:
        rows, depth, columns = (b.choice(size) for size in (m, k, n))
        is_batch = want.walk.endswith("outside") or b.chance(30)
        batch = (b.choice((1, 2, 3)),) if is_batch else ()
        sizes, is_turned = (rows, depth) if left else (depth, columns), b.chance(30)
        x = want((*batch, *(sizes[::-1] if is_turned else sizes)), b.float)
        if x is None or len(x.shape) < 2:
            return None
        if is_turned:
            axes = (*range(len(x.shape) - 2), len(x.shape) - 1, len(x.shape) - 2)
            x = b.add(p.PermuteDims(axes), x, most=LARGEST)
        shape = (x.shape[-1], columns) if left else (rows, x.shape[-2])
        if turned:
            other = b.add(p.PermuteDims((1, 0)), b.leaf(shape[::-1], x.dtype), most=LARGEST)
        else:
            other = b.leaf(shape, x.dtype)
        return b.add(p.MatMul(), *((x, other) if left else (other, x)), most=LARGEST)

    return read


FEW, MANY, DEEP = (1, 2, 3), (5, 9, 17, 40), (16, 17, 33, 64, 70)


def _after_product(b: Any, want: Wanted) -> Any:
    x = want((_size(b), _size(b)), b.float)
    if x is None or len(x.shape) != 2:
        return None
    y = b.add(p.MatMul(), b.leaf((x.shape[0], 5), x.dtype), b.leaf((5, x.shape[1]), x.dtype))
    return b.add(p.Add(), *_either(b, y, x))


# ---- convolutions ------------------------------------------------------------------------


def _convolution(operand: int, channels: bool) -> Reader:
    """By samples where the kernel is small, by channels where the result is."""

    def read(b: Any, want: Wanted) -> Any:
        axes = b.choice((1, 2))
        batch, group, inside, out = (b.choice((1, 2, 3)) for _ in range(4))
        small = tuple(b.choice((1, 2, 3)) for _ in range(axes))
        large = tuple(s + b.choice((3, 4, 7, 15)) for s in small)
        sizes = large if not channels else tuple(s + b.choice((0, 1)) for s in large)
        kernel = small if not channels else large
        if operand:
            w = want((group, out, inside, *kernel), b.float)
            if w is None or 0 in w.shape:
                return None
            sizes = tuple(max(n, k) for n, k in zip(sizes, w.shape[3:], strict=True))
            x: Any = b.leaf((batch, w.shape[0], w.shape[2], *sizes), w.dtype)
        else:
            x = want((batch, group, inside, *sizes), b.float)
            if x is None or 0 in x.shape:
                return None
            kernel = tuple(min(n, k) for n, k in zip(x.shape[3:], kernel, strict=True))
            w = b.leaf((x.shape[1], out, x.shape[2], *kernel), x.dtype)
        one, none = (1,) * axes, (0,) * axes
        before = tuple(b.choice((0, 0, 1)) for _ in one)
        return b.add(p.Convolution(one, before, none, one, one), x, w)

    return read


def _fast_convolution(b: Any, want: Wanted) -> Any:
    """Kernels of 3 x 3, which fewer multiplications are made for."""
    before, after = (tuple(b.choice((0, 1, 1, 2)) for _ in range(2)) for _ in range(2))
    if want.walk == "one element":  # whose results are more than its kernel has places
        before = after = (3, 2)
    least = [max(1, 3 - a - z) for a, z in zip(before, after, strict=True)]
    sizes = tuple(max(n, b.choice((1, 3, 4, 5, 8, 9))) for n in least)
    x = want((b.choice((1, 2, 3)), 1, b.choice((1, 2, 3, 17)), *sizes), FLOAT32)
    if x is None or len(x.shape) != 5 or 0 in x.shape:
        return None
    w = b.leaf((x.shape[1], b.choice((1, 2, 7)), x.shape[2], 3, 3), x.dtype)
    return b.add(p.Convolution((1, 1), before, after, (1, 1), (1, 1)), x, w)


def _fast_gradient(operand: int) -> Reader:
    """Images in the place of kernels, results of 3 x 3."""

    def read(b: Any, want: Wanted) -> Any:
        channels, out, batch = b.choice((1, 2, 3, 17)), b.choice((1, 2, 5)), b.choice((1, 2, 3))
        sizes = tuple(b.choice((4, 5, 8, 9)) for _ in range(2))
        shapes = [(channels, 1, batch, *sizes), (1, out, batch, *sizes)]
        if operand and want.walk == "cut":  # which has two rows at least, where dy has one group
            found = want((out, 1, batch, *sizes), FLOAT32)
            found = b.add(p.PermuteDims((1, 0, 2, 3, 4)), found)
        else:
            found = want(shapes[operand], FLOAT32)
        if found is None or len(found.shape) != 5 or 0 in found.shape:
            return None
        shape = (*shapes[1 - operand][:2], *found.shape[2:])
        pair = (found, b.leaf(shape, found.dtype))
        x, dy = pair[::-1] if operand else pair
        return b.add(p.Convolution((1, 1), (1, 1), (1, 1), (1, 1), (1, 1)), x, dy)

    return read


# ---- by themselves -----------------------------------------------------------------------


def _padded(b: Any, want: Wanted) -> Any:
    x = want(_shape(b, b.choice((1, 2, 3))), b.choice(DTYPES) if b.chance(30) else b.float)
    if x is None:
        return None
    widths = [tuple(b.choice((0, 1, 3)) for _ in x.shape) for _ in range(2)]
    inside = tuple(b.choice((0, 0, 0, 1)) for _ in x.shape)
    if not any((*widths[0], *widths[1], *inside)):
        widths[0] = (1,) * len(x.shape)
    return b.add(p.Pad(*widths, inside, 0.0), x)


def _joined(b: Any, want: Wanted) -> Any:
    x = want(_shape(b, b.choice((1, 2, 3))), b.choice(DTYPES) if b.chance(30) else b.float)
    if x is None or not x.shape:
        return None
    axis = b.source.integer(0, len(x.shape) - 1)
    other = b.leaf((*x.shape[:axis], _size(b), *x.shape[axis + 1 :]), x.dtype)
    return b.add(p.Concat(axis), *_either(b, x, other))


def _overlap_added(b: Any, want: Wanted) -> Any:
    rest = (b.choice((1, 2, 3)),) if b.chance(50) else ()
    x = want((*rest, _size(b), b.choice((2, 3, 5))), b.float)
    if x is None or len(x.shape) < 2 or 0 in x.shape[-2:]:
        return None
    axis, size, stride = len(x.shape) - 2, x.shape[-1], b.choice((1, 2))
    to = (x.shape[axis] - 1) * stride + size + b.source.integer(0, stride - 1)
    return b.add(p.OverlapAdd((axis,), (to,), (stride,), (1,)), x)


def _taken(by: bool, rows: bool) -> Reader:
    """Elements taken from a value, or by it; whole rows where `rows`."""

    def read(b: Any, want: Wanted) -> Any:
        if by:
            data = b.leaf((_size(b), b.choice((1, 3, 17))), b.float)
            shape = b.choice(((5,), (17,), (2, 3), (3, 1)))
            return b.add(
                p.Take(0 if rows else 1),
                data,
                want(shape, b.choice((INT32, INT64)), below=data.shape[0 if rows else 1]),
            )
        x = want((_size(b), b.choice((1, 3, 17))), b.float if b.chance(70) else b.choice(NUMBERS))
        if x is None or len(x.shape) != 2:
            return None
        axis = 0 if rows else 1
        shape = b.choice(((), (3,), (9,), (2, 3))) if x.shape[axis] else (0,)
        return b.add(p.Take(axis), x, b.indices(shape, x.shape[axis]))

    return read


def _left_in_place(by: bool) -> Reader:
    """Rows of data that only products read: nothing is copied."""

    def read(b: Any, want: Wanted) -> Any:
        row = 64 if b.float.itemsize == 4 else 32
        count = b.choice((1, 5, 9))
        inside = b.choice(((row,), (row,), (1, row), (2, row // 2)))
        data = b.leaf((count, *inside), b.float, fixed=True)
        if by:
            indices = want((b.choice((2, 7, 17)),), b.choice((INT32, INT64)), below=count)
        else:
            indices = b.indices((b.choice((2, 7)),), count)
        batch = b.add(p.Take(0), data, indices)
        if batch is not None and len(data.shape) == 3 and b.chance(50):
            batch = b.add(p.Reshape((batch.shape[0], row)), batch)
        width = row if batch is None else batch.shape[-1]
        return b.add(p.MatMul(), batch, b.leaf((width, b.choice((1, 5, 17))), b.float))

    return read


def _scattered(by: bool) -> Reader:
    def read(b: Any, want: Wanted) -> Any:
        size = b.choice((1, 5, 17))
        if by:
            indices = want(b.choice(((7,), (17,), (3, 5))), b.choice((INT32, INT64)), below=size)
            if indices is None:
                return None
            x: Any = b.leaf((*indices.shape, b.choice((1, 3, 17))), b.float)
            return b.add(p.ScatterAdd(0, size), x, indices)
        x = want(_shape(b, 2), b.float if b.chance(70) else b.choice(NUMBERS))
        if x is None or len(x.shape) != 2:
            return None
        axis = b.choice((0, 1))
        return b.add(p.ScatterAdd(axis, size), x, b.indices(x.shape[axis : axis + 1], size))

    return read


def _along(*kinds: type[p.Primitive]) -> Reader:
    def read(b: Any, want: Wanted) -> Any:
        kind = b.choice(kinds)
        x = want(_shape(b, b.choice((1, 2, 3))), b.choice(SUMMABLE) if b.chance(30) else b.float)
        if x is None or not x.shape:
            return None
        return b.add(kind(b.source.integer(0, len(x.shape) - 1)), x)

    return read


def _checked_ids(b: Any, want: Wanted) -> Any:
    count = b.choice((1, 5, 17))
    ids = want(_shape(b, b.choice((1, 2))), b.choice(INTEGERS), below=count, negative=False)
    return b.add(p.CheckedIds(count), ids)


def _called_back(b: Any, want: Wanted) -> Any:
    """A product of integers has no code."""
    left, dtype = b.chance(50), b.choice((INT32, INT64))
    x = want((b.choice((1, 3, 5)), b.choice((1, 4, 9))), dtype)
    if x is None or len(x.shape) != 2:
        return None
    other = b.leaf((x.shape[1], 3) if left else (2, x.shape[0]), dtype)
    return b.add(p.MatMul(), *((x, other) if left else (other, x)))


def _drawn(key: bool) -> Reader:
    def read(b: Any, want: Wanted) -> Any:
        shape = b.choice(((3,), (17,), (5, 9)))
        words = want((2,), UINT32) if key else b.leaf((2,), UINT32)
        draw = b.leaf((), UINT32) if key else want((), UINT32)
        return b.add(p.RandomBits(shape, b.choice((1, 8, 24, 32))), words, draw)

    return read


def _written_back(b: Any, want: Wanted) -> Any:
    """A variable that takes a value which cannot be made in its place: another swaps with it."""
    x = want(_shape(b, b.choice((1, 2))), b.float)
    if x is None:
        return None
    variable = b.leaf(x.shape, x.dtype, kind="variables")
    b.news[id(variable)] = x
    return b.add(p.Add(), variable, b.leaf(x.shape, x.dtype))


READERS: dict[str, Reader] = {
    "loop": _plain,
    "reduction along lanes": _reduced(True),
    "reduction across lanes": _reduced(False),
    "after a reduction along lanes": _after_reduction(True),
    "after a reduction across lanes": _after_reduction(False),
    "tiles, left": _product(AROUND, (*AROUND, 300), MANY, left=True, turned=True),
    "tiles, right": _product(AROUND, (*AROUND, 300), MANY, left=False),
    "inner products, left": _product(MANY, DEEP, FEW, left=True, turned=True),
    "inner products, right": _product(MANY, DEEP, FEW, left=False),
    "swapped, left": _product(MANY, MANY, FEW, left=True),
    "swapped, right": _product(MANY, MANY, FEW, left=False, turned=True),
    "blocks, left": _product((FAR,), (3, 17), (200, 260), left=True, turned=True),
    "blocks, right": _product((FAR,), (3, 17), (200, 260, 521), left=False, turned=True),
    "after a product": _after_product,
    "convolution by samples, x": _convolution(0, False),
    "convolution by samples, w": _convolution(1, False),
    "convolution by channels, x": _convolution(0, True),
    "convolution by channels, w": _convolution(1, True),
    "fast convolution, x": _fast_convolution,
    "fast gradient, x": _fast_gradient(0),
    "fast gradient, dy": _fast_gradient(1),
    "padded": _padded,
    "joined": _joined,
    "overlap added": _overlap_added,
    "rows taken from": _taken(False, True),
    "rows taken by": _taken(True, True),
    "taken from": _taken(False, False),
    "taken by": _taken(True, False),
    "left in place, data": _left_in_place(False),
    "left in place, by": _left_in_place(True),
    "scattered": _scattered(False),
    "scattered by": _scattered(True),
    "running sum": _along(p.CumulativeSum),
    "position": _along(p.Argmax, p.Argmin),
    "checked ids": _checked_ids,
    "called back": _called_back,
    "random key": _drawn(True),
    "random draw": _drawn(False),
    "written back": _written_back,
}


# ---- what a node reads an operand as -----------------------------------------------------


def reader_of(shared: Planned, kernel: Kernel, node: Node, position: int) -> list[str]:
    """The readers that an operand of a node has; none where it comes in registers."""
    if isinstance(node.primitive, p.RandomBits):
        return [("random key", "random draw")[position]]
    match kernel:
        case Loop():
            return _of_loop(shared, kernel, node)
        case Product():
            return _of_product(shared, kernel, node, position)
    if isinstance(node.primitive, FastConvolution):  # kernels come whole from a product
        return ["fast convolution, x"] if position == 0 else []
    return [_of_single(shared, node, position)]


def _of_loop(shared: Planned, kernel: Loop, node: Node) -> list[str]:
    kind = loop_nest(kernel, shared.views).kind
    if kind == "plain":
        return ["loop"]
    lanes = "along" if kind == "rows" else "across"
    is_outer = node.output.name in kernel.outer and not reduces(node)
    return [f"{'after a ' if is_outer else ''}reduction {lanes} lanes"]


def _of_product(shared: Planned, kernel: Product, node: Node, position: int) -> list[str]:
    if node is not kernel.nodes[0]:
        return ["after a product"]
    side = ("left", "right")[position]
    if 0 in kernel.space.shape:
        return [f"tiles, {side}"]
    spec = contraction(kernel, shared.views)
    cut = tiling(spec, shared.target)
    kinds = ["blocks"] if cut.packs_a else ["tiles"] if cut.vectors else []
    kinds += {"inner": ["inner products"], "swapped": ["swapped"]}.get(cut.tail, [])
    return [f"{kind}, {side}" for kind in kinds]


def _of_single(shared: Planned, node: Node, position: int) -> str:
    if is_native_convolution(node):
        way = "channels" if by_channels(node) else "samples"
        return f"convolution by {way}, {'xw'[position]}"
    if is_of_planes(node):
        return {"pad": "padded", "concat": "joined"}.get(node.primitive.name, "overlap added")
    if shared.views.data_of(node.output) is not None:
        return ("left in place, data", "left in place, by")[position]
    if not has_code(node):
        return "called back"
    if is_row_gather(node, shared.views):
        return ("rows taken from", "rows taken by")[position]
    return _SINGLES[type(node.primitive)][position]


_SINGLES: dict[type, tuple[str, ...]] = {
    p.Take: ("taken from", "taken by"),
    p.ScatterAdd: ("scattered", "scattered by"),
    p.CumulativeSum: ("running sum",),
    p.Argmax: ("position",),
    p.Argmin: ("position",),
    p.CheckedIds: ("checked ids",),
    FastGradient: ("fast gradient, x", "fast gradient, dy"),
}
