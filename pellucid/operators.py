"""Products of matrices, reductions, movement, indexing: what changes the shape of a tensor.

`Operators` is, with the arithmetic it builds on, what can be done with a `Tensor`, by the
names of the Array API standard.
"""

import math
from typing import Any, Self

from pellucid import primitives as p
from pellucid.arithmetic import Arithmetic
from pellucid.errors import DTypeError, ShapeError
from pellucid.primitives.base import BOOL, FLOATS, INT64, INTEGERS, Shape, normal_axis, whole_sizes
from pellucid.strict import strict
from pellucid.subscript import subscript

Axis = int | tuple[int, ...] | None


@strict
class Operators(Arithmetic):
    """Operators and methods of a tensor, each expressed by primitives."""

    __slots__ = ()

    def __matmul__(self, other: Any) -> Self:
        """Matrix product; a one-dimensional operand is a row on the left, a column on the right.

        Not to be confused with `*`, which multiplies position by position.
        """
        other = self.operand(other)
        a = self.expand_dims(0) if self.ndim == 1 else self
        b = other.expand_dims(1) if other.ndim == 1 else other
        y = a.apply(p.MatMul(), b)
        if other.ndim == 1:
            y = y.squeeze(-1)
        if self.ndim == 1:
            y = y.squeeze(-2 if other.ndim > 1 else -1)
        return y

    def __rmatmul__(self, other: Any) -> Self:
        return self.operand(other) @ self

    # ---- reductions ----------------------------------------------------------------------

    def _axes(self, name: str, axis: Axis) -> Shape:
        if axis is None:
            return tuple(range(self.ndim))
        axes = axis if isinstance(axis, tuple | list) else (axis,)
        found = sorted(normal_axis(name, i, self.ndim) for i in axes)
        if len(set(found)) != len(found):
            raise ShapeError(f"{name}: axis {axis} names an axis twice. Each may stand once.")
        return tuple(found)

    def _reduce(self, kind: Any, axis: Axis, keepdims: bool) -> Self:
        axes = self._axes(kind.name, axis)
        y = self.apply(kind(axes))
        return y if keepdims else y.squeeze(axes)

    def _count(self, name: str, axis: Axis) -> int:
        """How many elements become one."""
        axes = self._axes(name, axis)
        return math.prod(self.shape[i] for i in axes)

    def _wide(self) -> Self:
        """Integers and truths as int64, in which a sum of many of them does not soon wrap."""
        if self.dtype in INTEGERS or self.dtype == BOOL:
            return self.astype(INT64)
        return self

    def sum(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """Sum over `axis`: one axis, several, or all. That of integers is int64, of bool too."""
        return self._wide()._reduce(p.Sum, axis, keepdims)

    def max(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """The largest over `axis`."""
        return self._reduce(p.Max, axis, keepdims)

    def min(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """The smallest over `axis`."""
        return self._reduce(p.Min, axis, keepdims)

    def prod(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """The product over `axis`. That of integers is int64."""
        return self._wide()._reduce(p.Prod, axis, keepdims)

    def mean(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """The mean over `axis`; nan over empty axes, as nothing has no mean."""
        if self.dtype not in FLOATS:
            raise DTypeError(f"mean: not defined for {self.dtype}. Use x.astype('float32').")
        count = self._count("mean", axis)
        total = self.sum(axis=axis, keepdims=keepdims)
        return total / (count or math.nan)

    def var(
        self,
        axis: Axis = None,
        *,
        correction: float = 0.0,
        keepdims: bool = False,
    ) -> Self:
        """The mean squared distance from the mean; divides by the count less `correction`."""
        count = self._count("var", axis) - correction
        distance = self - self.mean(axis=axis, keepdims=True)
        total = (distance * distance).sum(axis=axis, keepdims=keepdims)
        return total / (count if count > 0 else math.nan)

    def std(
        self,
        axis: Axis = None,
        *,
        correction: float = 0.0,
        keepdims: bool = False,
    ) -> Self:
        """The square root of `var`; where all numbers are the same 0, with a gradient of 0."""
        variance = self.var(axis=axis, correction=correction, keepdims=keepdims)
        same = variance <= 0.0
        # The slope of the root at 0 is infinite; 0 is a subgradient of the distance from the mean.
        root = same.where(1.0, variance).sqrt()
        return same.where(0.0, root)

    def all(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """Whether all over `axis` are true."""
        fails = ~self._truth()
        return ~fails.any(axis=axis, keepdims=keepdims)

    def any(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """Whether any over `axis` is true."""
        holds = self._truth().astype("int32")
        return holds._reduce(p.Sum, axis, keepdims) > 0

    def _truth(self) -> Self:
        """True where an element is not 0."""
        return self if self.dtype == BOOL else ~self.apply(p.Equal(), 0)

    def _position(self, kind: Any, axis: int | None, keepdims: bool) -> Self:
        x = self.flatten() if axis is None else self
        i = normal_axis(kind.name, 0 if axis is None else axis, x.ndim)
        y = x.apply(kind(i))
        if axis is None:
            return y.reshape((1,) * self.ndim if keepdims else ())
        return y if keepdims else y.squeeze(i)

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Self:
        """Position of the largest along `axis`, or among all elements; the first at a tie."""
        return self._position(p.Argmax, axis, keepdims)

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Self:
        """Position of the smallest along `axis`, or among all elements; the first at a tie."""
        return self._position(p.Argmin, axis, keepdims)

    def cumulative_sum(self, *, axis: int) -> Self:
        """Running sum along one axis. That of integers is int64."""
        place = normal_axis("cumulative_sum", axis, self.ndim)
        return self._wide().apply(p.CumulativeSum(place))

    # ---- movement ------------------------------------------------------------------------

    def reshape(self, *shape: Any) -> Self:
        """The same elements seen with another shape; one size may be -1: whatever is left.

        Nothing is copied or repeated: the number of elements stays. Repeating is `broadcast_to`.
        """
        given = shape[0] if shape and isinstance(shape[0], tuple | list) else shape
        to = whole_sizes("reshape", given)
        if -1 in to:
            to = self._with_open_size(to)
        return self.apply(p.Reshape(to))

    def _with_open_size(self, to: Shape) -> Shape:
        """A shape with what is left in the place of its -1."""
        if to.count(-1) > 1:
            raise ShapeError(f"reshape: {to} leaves two sizes open. Only one may be -1.")
        known = math.prod(n for n in to if n != -1)
        if known == 0:
            raise ShapeError(
                f"reshape: shape {self.shape} as {to}. Next to a size of 0, any other would "
                "do for -1: say which."
            )
        left = self.size // known
        return tuple(left if n == -1 else n for n in to)

    def flatten(self) -> Self:
        """All elements on one axis."""
        return self.reshape(self.size)

    def expand_dims(self, axis: int) -> Self:
        """A new axis of size 1 at the given place."""
        i = normal_axis("expand_dims", axis, self.ndim + 1)
        before = self.shape[:i]
        after = self.shape[i:]
        return self.reshape((*before, 1, *after))

    def squeeze(self, axis: Axis) -> Self:
        """Without the given axes, which must have size 1."""
        axes = self._axes("squeeze", axis)
        if any(self.shape[i] != 1 for i in axes):
            raise ShapeError(f"squeeze: axes {axes} of shape {self.shape}. Only size 1 can go.")
        kept = [n for i, n in enumerate(self.shape) if i not in axes]
        return self.reshape(tuple(kept))

    def permute_dims(self, axes: Shape) -> Self:
        """The axes in another order: axis i of the result is axis `axes[i]`."""
        return self.apply(p.PermuteDims(self._axes_in_order(axes)))

    def _axes_in_order(self, axes: Shape) -> Shape:
        return tuple(normal_axis("permute_dims", i, self.ndim) for i in axes)

    @property
    def T(self) -> Self:  # noqa: N802 (the field's name)
        """All axes in reverse order."""
        return self.permute_dims(tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Self:  # noqa: N802 (the Array API's name)
        """The last two axes swapped: the transpose of each matrix."""
        if self.ndim < 2:
            raise ShapeError(f"mT: shape {self.shape}. A matrix has at least two axes.")
        *others, rows, columns = range(self.ndim)
        return self.permute_dims((*others, columns, rows))

    def broadcast_to(self, shape: Shape) -> Self:
        """Axes of size 1, and new axes in front, repeated to the given shape."""
        return self.apply(p.BroadcastTo(tuple(shape)))

    def flip(self, *, axis: Axis = None) -> Self:
        """The elements in reverse order along `axis`."""
        return self.apply(p.Flip(self._axes("flip", axis)))

    def slice(self, start: Shape, count: Shape, step: Shape) -> Self:
        """`count` elements of every axis from `start` on, `step` apart; `x[a:b:c]` in short."""
        return self.apply(p.Slice(start, count, step))

    def pad(
        self,
        widths: tuple[tuple[int, int], ...],
        *,
        value: float = 0.0,
        interior: Shape | None = None,
    ) -> Self:
        """`value` put (before, after) each axis, and `interior` of them between elements."""
        before = tuple(a for a, _ in widths)
        after = tuple(z for _, z in widths)
        between = interior or (0,) * len(widths)
        return self.apply(p.Pad(before, after, between, float(value)))

    def __getitem__(self, key: Any) -> Self:
        """Elements by position, slice, integer array or boolean mask, as in NumPy.

        x[:-k] ends before the k-th element from the end. x > 0 is a tensor of booleans, one
        for each element, and x[x > 0] has those elements for which it is True.
        """
        selected: Self = subscript(self, key)
        return selected

    def take(self, indices: Any, *, axis: int) -> Self:
        """The slices at the given positions of one axis."""
        indices = self.positions(indices)
        place = normal_axis("take", axis, self.ndim)
        return self.apply(p.Take(place), indices)

    def scatter_add(self, indices: Any, *, axis: int, size: int) -> Self:
        """The slices added up at the given positions of a new axis of `size` zeros."""
        indices = self.positions(indices)
        place = normal_axis("scatter_add", axis, self.ndim - indices.ndim + 1)
        return self.apply(p.ScatterAdd(place, size), indices)

    def positions(self, indices: Any) -> Self:
        """Indices as a tensor of integers."""
        raise NotImplementedError
