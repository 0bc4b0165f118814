"""Clipping: gradients made no larger than a limit, before anything else uses them.

ByValue         each number on its own
ByNorm          each parameter's gradient, keeping its direction
ByGlobalNorm    all gradients together, keeping their common direction
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pellucid.optim.schedules import check
from pellucid.tensor import Tensor

Gradients = dict[str, Tensor]


@dataclass(frozen=True)
class Clipping:
    """The base: a limit above 0, and a rule for the gradients of all parameters."""

    limit: float

    def __post_init__(self) -> None:
        check(type(self).__name__, "limit", self.limit)

    def __call__(self, gradients: Mapping[str, Tensor]) -> Gradients:
        """The clipped gradients, by the same names."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__")


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
        return {name: g * shrink((g * g).sum(), self.limit) for name, g in gradients.items()}


@dataclass(frozen=True)
class ByGlobalNorm(Clipping):
    """All gradients scaled by min(1, limit / the Euclidean norm of all numbers together).

    Source: Pascanu et al. 2012 (arXiv 1211.5063), algorithm 1.
    """

    def __call__(self, gradients: Mapping[str, Tensor]) -> Gradients:
        """The clipped gradients, by the same names."""
        total: Tensor | None = None
        for g in gradients.values():
            squares = (g * g).sum()
            total = squares if total is None else total + squares.astype(total.dtype)
        if total is None:
            return {}
        scale = shrink(total, self.limit)
        return {name: g * scale.astype(g.dtype) for name, g in gradients.items()}


def shrink(squares: Tensor, limit: float) -> Tensor:
    """min(1, limit / norm), exactly 1 where the norm is within the limit."""
    return limit / squares.sqrt().maximum(limit)
