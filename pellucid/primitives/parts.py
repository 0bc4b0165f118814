"""Several arrays from one primitive: packed into one record, and taken out of it again.

    pack        the dtype of a record of arrays
    Part        one of the arrays of a record
    Split       an array in equal pieces
    Parts       the gradient of a record: those of some of its arrays

A node of a graph has one output. What gives several arrays gives a record without axes, whose
dtype names the shape and dtype of each; `Part` takes them out. Nothing else uses a record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, ShapeError
from pellucid.graph import is_symbolic
from pellucid.primitives.attributes import check_axis
from pellucid.primitives.base import DType, Primitive, Shape, accept
from pellucid.primitives.movement import Concat
from pellucid.primitives.symbols import zeros


def pack(name: str, parts: Iterable[tuple[DType, Shape]]) -> DType:
    """The dtype of a record of such arrays. Errors: ShapeError where NumPy has none so large."""
    try:
        return np.dtype([(f"f{i}", dtype, shape) for i, (dtype, shape) in enumerate(parts)])
    except ValueError as fault:
        raise ShapeError(
            f"{name}: one of its arrays is too large ({fault}). An array in a record has at most "
            "2^31 - 1 bytes: fewer steps or rows at a time."
        ) from None


@dataclass(frozen=True)
class Part(Primitive):
    """One of the arrays that a primitive gave together."""

    formula = "y = array number index of x"
    gradient_formula = "dx = dy in its place, nothing for the other arrays"
    index: int
    to: Shape

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        if x:
            raise ShapeError(f"part: a record of shape {x}. It has no axes.")
        return self.to

    def dtype(self, *dtypes: DType) -> DType:
        (x,) = dtypes
        if x.names is None or not 0 <= self.index < len(x.names):
            raise DTypeError(f"part: array {self.index} of {x}. It takes a record that has it.")
        found = x[self.index]
        if found.shape != self.to:
            raise ShapeError(f"part: array {self.index} has shape {found.shape}, not {self.to}.")
        return found.base

    def forward(self, xp: Any, x: Any) -> Any:
        return x[f"f{self.index}"]

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (Parts(x.dtype, {self.index: dy}),)


@dataclass(frozen=True)
class Split(Primitive):
    """x in `count` equal pieces along an axis; `piece` is the shape of each.

    Slices do the same, but the gradient of each is as large as x, and all are added up.
    """

    formula = "y = piece 0 of x, piece 1 of x, and so on"
    gradient_formula = "dx = the dy one behind the other"
    axis: int
    count: int
    piece: Shape

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        check_axis(self, x)
        whole = [n * self.count if i == self.axis else n for i, n in enumerate(self.piece)]
        if self.count < 1 or tuple(whole) != x:
            raise ShapeError(
                f"split: {self.count} pieces of shape {self.piece} along axis {self.axis} of shape "
                f"{x}. Together they are as large."
            )
        return ()

    def dtype(self, *dtypes: DType) -> DType:
        (x,) = dtypes
        accept(self, x)
        return pack(self.name, [(x, self.piece)] * self.count)

    def forward(self, xp: Any, x: Any) -> Any:
        record = np.empty((), self.dtype(x.dtype))
        size = self.piece[self.axis]
        before = (slice(None),) * self.axis
        for i, name in enumerate(record.dtype.names or ()):
            record[name][...] = x[(*before, slice(i * size, (i + 1) * size))]
        return record

    def backward(self, dy: "Parts", y: Any, x: Any) -> tuple[Any, ...]:
        like = next(iter(dy.given.values()))
        pieces = [
            dy.given[i] if i in dy.given else zeros(like, symbolic=is_symbolic(like))
            for i in range(self.count)
        ]
        return (pieces[0].apply(Concat(self.axis), *pieces[1:]),)


class Parts:
    """The gradient of a record: `given` has, by number, those of the arrays that have one."""

    shape: Shape = ()

    def __init__(self, dtype: DType, given: Mapping[int, Any]) -> None:
        self.dtype = dtype
        self.given = given

    def __add__(self, other: "Parts") -> "Parts":
        total = dict(self.given)
        for index, dx in other.given.items():
            total[index] = total[index] + dx if index in total else dx
        return Parts(self.dtype, total)
