"""Sums, means, extremes and running totals, by the names of the standard."""

import builtins
from typing import Any

import numpy as np

from pellucid.creation import concat, ones, zeros
from pellucid.errors import OptionError, ShapeError
from pellucid.operators import Axis
from pellucid.primitives.base import BOOL, INT32, INT64, UINT8, UINT32, DType, normal_axis
from pellucid.standard.operands import array
from pellucid.strict import strict
from pellucid.tensor import Tensor

WIDER = {BOOL: INT64, UINT8: UINT32, INT32: INT64}  # in which small integers are added up


@strict
def sum(  # noqa: A001 (the standard's name)
    x: Any, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False
) -> Tensor:
    """The sum over some axes, or all; small integers are added up in a wider dtype."""
    return _widened(array(x), dtype).sum(axis=axis, keepdims=keepdims)


@strict
def prod(
    x: Any,
    /,
    *,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
) -> Tensor:
    """The product over some axes, or all; small integers are multiplied in a wider dtype."""
    return _widened(array(x), dtype).prod(axis=axis, keepdims=keepdims)


def _widened(x: Tensor, dtype: Any) -> Tensor:
    to: DType = WIDER.get(x.dtype, x.dtype) if dtype is None else np.dtype(dtype)
    return x.astype(to)


@strict
def max(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:  # noqa: A001
    """The largest over some axes, or all; nan if any is."""
    return array(x).max(axis=axis, keepdims=keepdims)


@strict
def min(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:  # noqa: A001
    """The smallest over some axes, or all; nan if any is."""
    return array(x).min(axis=axis, keepdims=keepdims)


@strict
def mean(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean over some axes, or all."""
    return array(x).mean(axis=axis, keepdims=keepdims)


@strict
def var(
    x: Any,
    /,
    *,
    axis: Axis = None,
    correction: float = 0.0,
    keepdims: bool = False,
) -> Tensor:
    """The mean squared distance from the mean; divides by the count less `correction`."""
    return array(x).var(axis=axis, correction=correction, keepdims=keepdims)


@strict
def std(
    x: Any,
    /,
    *,
    axis: Axis = None,
    correction: float = 0.0,
    keepdims: bool = False,
) -> Tensor:
    """The square root of `var`."""
    return array(x).std(axis=axis, correction=correction, keepdims=keepdims)


@strict
def all(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:  # noqa: A001
    """Whether all over some axes, or all of them, are true."""
    return array(x).all(axis=axis, keepdims=keepdims)


@strict
def any(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:  # noqa: A001
    """Whether any over some axes, or all of them, is true."""
    return array(x).any(axis=axis, keepdims=keepdims)


@strict
def count_nonzero(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """How many over some axes, or all, are not 0."""
    t = array(x)
    there = t if t.dtype == BOOL else t != 0
    return there.astype(INT64).sum(axis=axis, keepdims=keepdims)


# ---- along one axis ----------------------------------------------------------------------


@strict
def cumulative_sum(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Tensor:
    """The sum of the elements up to each; `include_initial` puts a 0 in front."""
    x, axis = _line("cumulative_sum", array(x), axis)
    y = _widened(x, dtype).cumulative_sum(axis=axis)
    return concat([zeros(_one(y, axis), dtype=y.dtype), y], axis=axis) if include_initial else y


@strict
def cumulative_prod(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Tensor:
    """The product of the elements up to each; `include_initial` puts a 1 in front.

    Each is multiplied with what lies 1, 2, 4, ... before it: log2 n steps for n elements.
    """
    x, axis = _line("cumulative_prod", array(x), axis)
    y = _widened(x, dtype)
    apart = 1
    first = (slice(None),) * axis
    while apart < y.shape[axis]:
        before = y[(*first, slice(0, y.shape[axis] - apart))]
        later = y[(*first, slice(apart, None))] * before
        y = concat([y[(*first, slice(0, apart))], later], axis=axis)
        apart *= 2
    return concat([ones(_one(y, axis), dtype=y.dtype), y], axis=axis) if include_initial else y


def _line(name: str, x: Tensor, axis: int | None) -> tuple[Tensor, int]:
    if axis is None and x.ndim != 1:
        raise OptionError(f"{name}: no axis for shape {x.shape}. Only one axis goes without it.")
    return x, normal_axis(name, axis or 0, x.ndim)


def _one(x: Tensor, axis: int) -> tuple[int, ...]:
    """The shape with one element along an axis."""
    return (*x.shape[:axis], 1, *x.shape[axis + 1 :])


@strict
def diff(
    x: Any, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None
) -> Tensor:
    """How much each element is above the one before it, n times over."""
    t = array(x)
    place = normal_axis("diff", axis, t.ndim)
    if n < 0:
        raise OptionError(f"diff: n is {n}. It counts differences: 0 or more.")
    parts = [array(part) for part in (prepend, t, append) if part is not None]
    if builtins.any(part.ndim != t.ndim for part in parts):
        raise ShapeError(f"diff: shapes {[p.shape for p in parts]}. All have as many axes.")
    y = concat(parts, axis=place) if len(parts) > 1 else t
    first = (slice(None),) * place
    for _ in range(n):
        after = y[(*first, slice(1, None))]
        before = y[(*first, slice(0, -1))]
        y = after ^ before if y.dtype == BOOL else after - before
    return y
