"""Classes of attributes: what there is to each primitive beside its inputs.

    CLASSES         for each primitive the names of its classes, each with the nodes in it
    classes_of      the classes of a node

A primitive that is missing here fails a test: give it its classes when it is added, and a rule
that draws them in `growth`.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

from pellucid import primitives as p
from pellucid.graph import Node
from pellucid.primitives.base import DTYPES
from pellucid.primitives.reduction import Extreme, Reduction
from pellucid.primitives.scan import Scan

Class = Callable[[Node, Any], bool]  # of a node and its primitive


def _x(node: Node) -> tuple[int, ...]:
    """The shape of the first input."""
    return node.inputs[0].shape


def _of_dtypes(kind: type[p.Primitive]) -> dict[str, Class]:
    """A class for each dtype of the first input."""
    return {str(d): lambda n, _, d=d: n.inputs[0].dtype == d for d in kind.accepts}


_BROADCAST: dict[str, Class] = {
    "of one shape": lambda n, _: len({v.shape for v in n.inputs}) == 1,
    "broadcast": lambda n, _: len({v.shape for v in n.inputs}) > 1,
    "of nothing": lambda n, _: 0 in n.output.shape,
}
_AXES: dict[str, Class] = {
    "no axis": lambda n, a: not a.axis,
    "the last": lambda n, a: a.axis == (len(_x(n)) - 1,),
    "another": lambda n, a: len(a.axis) == 1 < len(_x(n)) and a.axis[0] < len(_x(n)) - 1,
    "several": lambda n, a: 1 < len(a.axis) < len(_x(n)),
    "all of several": lambda n, a: len(a.axis) == len(_x(n)) > 1,
}
_ONE_AXIS: dict[str, Class] = {
    "the last": lambda n, a: a.axis == len(_x(n)) - 1,
    "another": lambda n, a: a.axis < len(_x(n)) - 1,
    "of size 1": lambda n, a: _x(n)[a.axis] == 1,
}
_OVER_NOTHING: dict[str, Class] = {
    "over nothing": lambda n, a: any(_x(n)[i] == 0 for i in a.axis),
}


def _any_of(name: str, *tests: Callable[[int], bool]) -> Class:
    """Nodes of which a number of an attribute is such."""
    return lambda n, a: any(all(t(k) for t in tests) for k in getattr(a, name))


_WINDOWS: dict[str, Class] = {
    "no axes": lambda n, a: not a.axis,
    "one axis": lambda n, a: len(a.axis) == 1,
    "two axes": lambda n, a: len(a.axis) == 2,
    "stride 1": _any_of("stride", lambda k: k == 1),
    "stride above 1": _any_of("stride", lambda k: k > 1),
    "dilation above 1": _any_of("dilation", lambda k: k > 1),
}


def _sizes(node: Node, a: Any) -> tuple[int, ...]:
    """The sizes of windows."""
    return a.size if isinstance(a, p.Windows) else a.windows(_x(node)).size


_OVERLAP: dict[str, Class] = {
    "apart": lambda n, a: any(s > k for s, k in zip(a.stride, _sizes(n, a), strict=True)),
    "side by side": lambda n, a: any(
        s == k > 1 for s, k in zip(a.stride, _sizes(n, a), strict=True)
    ),
    "overlapping": lambda n, a: any(s < k for s, k in zip(a.stride, _sizes(n, a), strict=True)),
}
_PRODUCT: dict[str, Class] = {
    "two axes": lambda n, a: all(len(v.shape) == 2 for v in n.inputs),
    "batches": lambda n, a: len(n.output.shape) > 2 and n.inputs[0].shape[:-2]
    == n.inputs[1].shape[:-2],
    "one matrix for a batch": lambda n, a: len({len(v.shape) for v in n.inputs}) == 2,
    "k = 0": lambda n, a: _x(n)[-1] == 0,
    "k = 1": lambda n, a: _x(n)[-1] == 1,
    "one row": lambda n, a: n.output.shape[-2] == 1,
    "one column": lambda n, a: n.output.shape[-1] == 1,
    "large": lambda n, a: math.prod(n.output.shape) > 20_000,
}  # fmt: skip
_CONVOLUTION: dict[str, Class] = {
    "one axis": lambda n, a: len(a.stride) == 1,
    "two axes": lambda n, a: len(a.stride) == 2,
    "no axes": lambda n, a: not a.stride,
    "stride above 1": _any_of("stride", lambda k: k > 1),
    "padded": _any_of("before", lambda k: k > 0),
    "padded behind": _any_of("after", lambda k: k > 0),
    "cut": _any_of("before", lambda k: k < 0),
    "cut behind": _any_of("after", lambda k: k < 0),
    "x dilated": _any_of("x_dilation", lambda k: k > 1),
    "w dilated": _any_of("w_dilation", lambda k: k > 1),
    "groups": lambda n, a: _x(n)[1] > 1,
    "kernels of 1": lambda n, a: set(n.inputs[1].shape[3:]) == {1},
    "kernels of all": lambda n, a: n.inputs[1].shape[3:] == _x(n)[3:] != (),
    "of nothing": lambda n, a: 0 in (*_x(n), *n.inputs[1].shape),
}
_INDICES: dict[str, Class] = {
    "by no axis": lambda n, a: len(n.inputs[1].shape) == 0,
    "by one axis": lambda n, a: len(n.inputs[1].shape) == 1,
    "by two axes": lambda n, a: len(n.inputs[1].shape) == 2,
    **{f"by {d}": lambda n, _, d=d: str(n.inputs[1].dtype) == d
       for d in ("uint8", "int32", "int64")},
}  # fmt: skip
_SLICE: dict[str, Class] = {
    "all": lambda n, a: a.count == _x(n) != (),
    "from within": _any_of("start", lambda k: k > 0),
    "steps": _any_of("step", lambda k: k > 1),
    "nothing": lambda n, a: 0 in a.count and 0 not in _x(n),
}
_PAD: dict[str, Class] = {
    "before": _any_of("before", lambda k: k > 0),
    "after": _any_of("after", lambda k: k > 0),
    "inside": _any_of("interior", lambda k: k > 0),
    "not at all": lambda n, a: not any((*a.before, *a.after, *a.interior)) and _x(n) != (),
    "with 0": lambda n, a: a.value == 0,
    "with another number": lambda n, a: a.value not in {0, math.inf},
    "with infinity": lambda n, a: a.value == math.inf,
}
_RESHAPE: dict[str, Class] = {
    "joined": lambda n, a: 0 < len(a.to) < len(_x(n)),
    "split": lambda n, a: len(a.to) > len(_x(n)) > 0,
    "ones added": lambda n, a: a.to.count(1) > _x(n).count(1),
    "ones dropped": lambda n, a: a.to.count(1) < _x(n).count(1),
    "to no axes": lambda n, a: a.to == () != _x(n),
    "of nothing": lambda n, a: 0 in a.to,
}
_BROADCAST_TO: dict[str, Class] = {
    "new axes": lambda n, a: len(a.to) > len(_x(n)),
    "repeated": lambda n, a: any(
        k == 1 != m for k, m in zip(_x(n)[::-1], a.to[::-1], strict=False)
    ),
    "to nothing": lambda n, a: 0 in a.to and 0 not in _x(n),
    "as it is": lambda n, a: a.to == _x(n) != (),
}
_PERMUTE: dict[str, Class] = {
    "as they are": lambda n, a: a.axes == tuple(range(len(a.axes))) != (),
    "the last two": lambda n, a: a.axes[-2:] == (len(a.axes) - 1, len(a.axes) - 2),
    "the last kept": lambda n, a: len(a.axes) > 2 and a.axes[-1] == len(a.axes) - 1
    and a.axes != tuple(range(len(a.axes))),
    "round about": lambda n, a: len(a.axes) > 2 and a.axes == (*range(1, len(a.axes)), 0),
}  # fmt: skip
_CONCAT: dict[str, Class] = {
    "one": lambda n, a: len(n.inputs) == 1,
    "two": lambda n, a: len(n.inputs) == 2,
    "three": lambda n, a: len(n.inputs) == 3,
    "the last axis": lambda n, a: a.axis == len(_x(n)) - 1,
    "another axis": lambda n, a: a.axis < len(_x(n)) - 1,
    "one twice": lambda n, a: len(set(n.inputs)) < len(n.inputs),
    "with nothing": lambda n, a: any(v.shape[a.axis] == 0 for v in n.inputs),
}
_ARANGE: dict[str, Class] = {
    "from 0 by 1": lambda n, a: (a.start, a.step) == (0, 1),
    "steps of 0": lambda n, a: a.step == 0,
    "fractions": lambda n, a: a.step % 1 != 0,
    "nothing": lambda n, a: 0 in n.output.shape,
    **{str(d): lambda n, a, d=d: a.of == d for d in DTYPES[1:]},
}

CLASSES: dict[type[p.Primitive], dict[str, Class]] = {
    **{
        kind: _of_dtypes(kind) | (_BROADCAST if kind.arity != 1 else {})
        for kind in p.PRIMITIVES
        if issubclass(kind, p.Elementwise)
    },
    p.Where: {str(d): lambda n, _, d=d: n.output.dtype == d for d in DTYPES} | _BROADCAST,
    p.Cast: _of_dtypes(p.Cast)
    | {f"to {d}": lambda n, a, d=d: a.to == d for d in DTYPES}
    | {"of itself": lambda n, a: n.inputs[0].dtype == a.to},
    **{
        kind: _of_dtypes(kind) | _AXES | ({} if issubclass(kind, Extreme) else _OVER_NOTHING)
        for kind in p.PRIMITIVES
        if issubclass(kind, Reduction)
    },
    p.Argmax: _of_dtypes(p.Argmax) | _ONE_AXIS,
    p.Argmin: _of_dtypes(p.Argmin) | _ONE_AXIS,
    p.Argsort: _of_dtypes(p.Argsort) | _ONE_AXIS,
    p.CumulativeSum: _of_dtypes(p.CumulativeSum) | _ONE_AXIS,
    p.Reshape: _RESHAPE,
    p.PermuteDims: _PERMUTE,
    p.BroadcastTo: _BROADCAST_TO,
    p.Slice: _SLICE,
    p.Pad: _PAD | _of_dtypes(p.Pad),
    p.Flip: _AXES,
    p.Concat: _CONCAT | _of_dtypes(p.Concat),
    p.Windows: _WINDOWS | _OVERLAP,
    p.OverlapAdd: _WINDOWS | _OVERLAP | _of_dtypes(p.OverlapAdd),
    p.MatMul: _PRODUCT | _of_dtypes(p.MatMul),
    p.Convolution: _CONVOLUTION | _of_dtypes(p.Convolution),
    p.Take: _INDICES | _ONE_AXIS | _of_dtypes(p.Take),
    p.ScatterAdd: _INDICES | _of_dtypes(p.ScatterAdd),
    p.CheckedIds: _of_dtypes(p.CheckedIds) | {"of nothing": lambda n, a: 0 in n.output.shape},
    p.Arange: _ARANGE,
    Scan: {
        "one step": lambda n, a: a.steps == 1,
        "steps": lambda n, a: a.steps > 1,
        "forwards": lambda n, a: not a.reverse,
        "backwards": lambda n, a: a.reverse,
        "with constants": lambda n, a: a.constants > 0,
        "states kept from before": lambda n, a: bool(a.before),
        "states kept from after": lambda n, a: bool(a.after),
    },
    p.RandomBits: {f"{k} bits": lambda n, a, k=k: a.bits == k for k in (1, 8, 24, 32)},
}
del CLASSES[p.OverlapAdd]["no axes"]


def classes_of(node: Node) -> Iterator[tuple[str, str]]:
    """The primitive of a node with each of its classes."""
    for label, holds in CLASSES.get(type(node.primitive), {}).items():
        if holds(node, node.primitive):
            yield node.primitive.name, label
