"""Clipping: gradients made no larger than a limit, before anything else uses them.

ByValue         each number on its own
ByNorm          each parameter's gradient, keeping its direction
ByGlobalNorm    all gradients together, keeping their common direction
widest, dot     float64 where one is; the product of vectors that stand in several arrays
"""

import functools
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.operators import Axis
from pellucid.optim.schedules import check
from pellucid.primitives.base import FLOAT32, FLOAT64, DType
from pellucid.refusals import KINDS, Kind, Strict
from pellucid.tensor import Tensor, ones_like

Gradients = dict[str, Tensor]


@dataclass(frozen=True)
class Clipping(Strict):
    """The base: a limit above 0, and a rule for the gradients of all parameters."""

    limit: float

    def __post_init__(self) -> None:
        check(type(self).__name__, "limit", self.limit)

    def __call__(self, gradients: Mapping[str, Tensor]) -> Gradients:
        """The clipped gradients, by the same names."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__")


KINDS[Clipping] = Kind("It is a rule: pellucid.optim.ByGlobalNorm(1.0)")


@dataclass(frozen=True)
class ByValue(Clipping):
    """Each number between -limit and limit; the direction changes."""

    def __call__(self, gradients: Mapping[str, Tensor]) -> Gradients:
        """The clipped gradients, by the same names."""
        limit = self.limit
        return {name: g.maximum(-limit).minimum(limit) for name, g in gradients.items()}


@dataclass(frozen=True)
class ByNorm(Clipping):
    """Each gradient scaled by min(1, limit / its Euclidean norm)."""

    def __call__(self, gradients: Mapping[str, Tensor]) -> Gradients:
        """The clipped gradients, by the same names."""
        return {name: shrunk([g], self.limit)[0] for name, g in gradients.items()}


@dataclass(frozen=True)
class ByGlobalNorm(Clipping):
    """All gradients scaled by min(1, limit / the Euclidean norm of all numbers together).

    Source: Pascanu et al. 2012 (arXiv 1211.5063), algorithm 1.
    """

    def __call__(self, gradients: Mapping[str, Tensor]) -> Gradients:
        """The clipped gradients, by the same names."""
        return dict(zip(gradients, shrunk(list(gradients.values()), self.limit), strict=True))


def shrunk(parts: Sequence[Tensor], limit: float, axis: Axis = None) -> list[Tensor]:
    """All parts times min(1, limit / the norm of all), over `axis`; as they are within the limit.

    Norms are right up to the largest number, though squares overflow at its root: where their
    sum does, it is taken of numbers 2^-80 (float32) or 2^-600 times as large.
    """
    if not parts:
        return []
    dtype = widest(parts)
    less = 2.0**-600 if dtype == FLOAT64 else 2.0**-80
    with np.errstate(over="ignore"):  # of squares, for which the smaller ones are there
        squares = _squares(parts, dtype, 1.0, axis)
        smaller = _squares(parts, dtype, less, axis)
    far = squares == math.inf
    first = far.where(less, ones_like(squares))
    norm = far.where(smaller, squares).sqrt()
    most = first * limit
    then = limit / norm.maximum(most)
    return [x * first.astype(x.dtype) * then.astype(x.dtype) for x in parts]


def widest(parts: Iterable[Any]) -> DType:
    """The type of numbers that those of all arrays, of floats, fit into."""
    return FLOAT64 if any(x.dtype == FLOAT64 for x in parts) else FLOAT32


def dot(a: Gradients, b: Gradients, dtype: DType) -> Tensor:
    """The sum of all products, by the names of `b`, in a type of their own."""
    parts = [(a[path] * b[path]).sum().astype(dtype) for path in b]
    return functools.reduce(operator.add, parts)


def _squares(parts: Sequence[Tensor], dtype: DType, factor: float, axis: Axis) -> Tensor:
    """The sum of the squares of all parts, each times a factor."""
    scaled = [x.astype(dtype) if factor == 1.0 else x.astype(dtype) * factor for x in parts]
    sums = [(x * x).sum(axis=axis, keepdims=axis is not None) for x in scaled]
    return functools.reduce(operator.add, sums)
