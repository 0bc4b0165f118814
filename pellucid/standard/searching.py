"""Positions, orders and different values, by the names of the standard.

`nonzero` and the `unique` functions have as many results as the data say: they need the numbers,
and cannot be captured.
"""

from typing import Any, NamedTuple

import numpy as np

from pellucid import primitives as p
from pellucid.creation import concat, where
from pellucid.errors import OptionError, ShapeError
from pellucid.primitives.base import BOOL, INT64, UINT8, normal_axis
from pellucid.standard.manipulation import take_along_axis
from pellucid.standard.operands import array
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor

# ---- extremes ----------------------------------------------------------------------------


@strict
def argmax(x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The position of the largest along an axis, or among all; the first at a tie."""
    return array(x).argmax(axis=axis, keepdims=keepdims)


@strict
def argmin(x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The position of the smallest along an axis, or among all; the first at a tie."""
    return array(x).argmin(axis=axis, keepdims=keepdims)


# ---- order -------------------------------------------------------------------------------


@strict
def argsort(
    x: Any,
    /,
    *,
    axis: int = -1,
    descending: bool = False,
    stable: bool = True,
) -> Tensor:
    """The positions that put an axis in order; nan stands last.

    Equal elements keep their order, `stable` or not.
    """
    del stable
    t = array(x)
    place = normal_axis("argsort", axis, t.ndim)
    t = t.astype(UINT8) if t.dtype == BOOL else t
    if descending:  # of integers -t may not exist, but the opposite of all bits does
        t = -t if t.dtype.kind == "f" else ~t
    return t.apply(p.Argsort(place))


@strict
def sort(
    x: Any,
    /,
    *,
    axis: int = -1,
    descending: bool = False,
    stable: bool = True,
) -> Tensor:
    """The elements of an axis in order, smallest first; nan stands last."""
    t = array(x)
    places = argsort(t, axis=axis, descending=descending, stable=stable)
    return take_along_axis(t, places, axis=axis)


@strict
def searchsorted(x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None) -> Tensor:
    """Where in x1, which is in order, each element of x2 would have to stand.

    Before elements that are equal to it, or behind them for `side="right"`.
    Shapes: x1 (n,), x2 any -> that of x2.
    """
    if side not in ("left", "right"):
        raise OptionError(f"searchsorted: side {side!r}. 'left' or 'right'.")
    line = array(x1)
    wanted = array(x2)
    if line.ndim != 1:
        raise ShapeError(f"searchsorted: x1 of shape {line.shape}. It has one axis.")
    line = line if sorter is None else line.take(sorter, axis=0)
    asked = wanted.flatten()
    count = wanted.size
    # Sorted together, each stands behind what is smaller, of both: its own kind is taken off.
    both = concat([asked, line] if side == "left" else [line, asked], axis=0)
    places = argsort(argsort(both))
    places = places[:count] if side == "left" else places[line.size :]
    own = argsort(argsort(asked))
    return (places - own).reshape(wanted.shape)


# ---- what depends on the numbers ---------------------------------------------------------


@strict
def nonzero(x: Any, /) -> tuple[Tensor, ...]:
    """The positions of the elements that are not 0, axis by axis."""
    t = array(x)
    if not t.shape:
        raise ShapeError("nonzero: a single number has no positions.")
    return tuple(tensor(places) for places in np.nonzero(t.known("nonzero")))


class UniqueAll(NamedTuple):
    """Different values, where each stands first, which each element is, and how many of each."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """Different values, and how many of each."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """Different values, and which of them each element is."""

    values: Tensor
    inverse_indices: Tensor


@strict
def unique_all(x: Any, /) -> UniqueAll:
    """The different values of x in order, and where they are; each nan is one of its own."""
    t = array(x)
    found = np.unique_all(t.known("unique_all"))
    return UniqueAll(
        tensor(found.values),
        tensor(found.indices.astype(INT64)),
        tensor(found.inverse_indices.astype(INT64).reshape(t.shape)),
        tensor(found.counts.astype(INT64)),
    )


@strict
def unique_counts(x: Any, /) -> UniqueCounts:
    """The different values of x in order, and how many there are of each."""
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


@strict
def unique_inverse(x: Any, /) -> UniqueInverse:
    """The different values of x in order, and which of them each element is."""
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


@strict
def unique_values(x: Any, /) -> Tensor:
    """The different values of x, in order."""
    return unique_all(x).values


@strict
def isin(x1: Any, x2: Any, /, *, invert: bool = False) -> Tensor:
    """Whether each element of x1 is one of x2."""
    a = array(x1)
    b = array(x2).flatten()
    found = (a.expand_dims(-1) == b).any(axis=-1)
    return ~found if invert else found


__all__ = [
    "UniqueAll",
    "UniqueCounts",
    "UniqueInverse",
    "argmax",
    "argmin",
    "argsort",
    "isin",
    "nonzero",
    "searchsorted",
    "sort",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "where",
]
