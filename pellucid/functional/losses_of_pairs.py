"""Losses of embeddings: like things come to lie close to each other, unlike ones apart.

    contrastive_loss      pairs that are the same, and pairs that are not
    triplet_loss          something nearer to its own kind than to another
    batch_hard_triplet    ... the hardest of each kind, found in the batch by the classes

Options are those of all losses: see `losses`.
"""

import math
from collections.abc import Callable
from typing import Literal

from pellucid.creation import eye
from pellucid.errors import DTypeError, OptionError, ShapeError, closest, is_finite
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.functional.reduction import (
    Reduction,
    Weights,
    of_embeddings,
    recorded_by_name,
    reduce,
    spread,
)
from pellucid.functional.targets import as_numbers, check_unit
from pellucid.primitives.base import INTEGERS
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor

Distance = Literal["squared", "euclidean"]
DISTANCES = ("squared", "euclidean")


@recorded_by_name
@strict
def contrastive_loss(
    a: TensorLike,
    b: TensorLike,
    same: TensorLike,
    *,
    margin: float = 1.0,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """1/2 d^2 for a pair that is the same, 1/2 max(0, margin - d)^2 for one that is not.

    d is the distance of a and b: the same are drawn together, others pushed apart until they
    are `margin` away. The paper counts a pair that is the same as 0; here `same` is 1 for it.
    Others at the same place have a gradient of 0: no direction is better than another.
    Shapes: a and b (..., features), same (...) from 0 to 1 -> (), or (...) for "none".
    Errors: ShapeError where they do not fit; DataError for a known `same` outside 0 to 1;
    OptionError for a margin that is not above 0.
    Source: Hadsell, Chopra and LeCun 2006, Dimensionality reduction by learning an invariant
    mapping, equation 4.

    >>> a, b = [[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.5], [0.0, 0.5]]
    >>> contrastive_loss(a, b, [1, 0], reduction="none")
    tensor([0.125, 0.125], float32)
    """
    name = "contrastive_loss"
    _check_margin(name, margin)
    squares = _squares(name, as_floats(name, a), b)
    t = as_numbers(squares, same)
    if t.shape != squares.shape:
        raise ShapeError(
            f"{name}: same of shape {t.shape} for pairs of shape {squares.shape}. There is one "
            "number for each pair: 1 for the same, 0 for others."
        )
    check_unit(name, t)
    missing = (margin - _root(squares)).maximum(0.0)
    losses = (t * squares + (1.0 - t) * missing * missing) * 0.5
    return reduce(name, losses, weights, reduction)


@recorded_by_name
@strict
def triplet_loss(  # noqa: PLR0913 (options, each by name)
    anchor: TensorLike,
    positive: TensorLike,
    negative: TensorLike,
    *,
    margin: float = 0.2,
    distance: Distance = "squared",
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin).

    0 once the positive, of the same kind as the anchor, is nearer than the negative, of another
    kind, by the margin. d is the square of the distance, as in the paper, or with
    "euclidean" the distance itself, as in PyTorch, which adds 1e-6 to each difference.
    Shapes: all three (..., features) -> (), or (...) for "none".
    Errors: ShapeError where they differ; OptionError for a margin that is not above 0, or
    another distance.
    Source: Schroff, Kalenichenko and Philbin 2015 (arXiv 1503.03832), equation 3; Balntas et al.
    2016, Learning local feature descriptors with triplets, for the distance itself.

    >>> triplet_loss([[0.0]], [[0.5]], [[0.25]], margin=0.25, reduction="none")
    tensor([0.4375], float32)
    """
    name = "triplet_loss"
    _check_margin(name, margin)
    kind = _kind(name, distance)
    x = as_floats(name, anchor)
    near, far = (kind(_squares(name, x, other)) for other in (positive, negative))
    return reduce(name, (near - far + margin).maximum(0.0), weights, reduction)


@of_embeddings
@recorded_by_name
@strict
def batch_hard_triplet(
    embeddings: TensorLike,
    target: TensorLike,
    *,
    margin: float = 0.2,
    distance: Distance = "euclidean",
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """max(0, farthest of the same class - nearest of the others + margin), within the batch.

    Each sample is once an anchor; one that is alone in its class, or has no others in the
    batch, counts as with a weight of 0. It is no sum over samples: a batch in two parts has
    other triplets. Batches of few classes, with several samples each, have most. Squares, says the
    paper, make all embeddings fall into one place more easily.
    Shapes: embeddings (batch, features), target (batch,) of ids -> (), or (batch,) for "none".
    Errors: ShapeError for others; DTypeError for ids that are no integers; OptionError as of
    `triplet_loss`.
    Source: Hermans, Beyer and Leibe 2017 (arXiv 1703.07737), equation 5.

    >>> batch_hard_triplet([[0.0], [1.0], [1.5]], [0, 0, 1])
    tensor(0.35, float32)
    """
    name = "batch_hard_triplet"
    _check_margin(name, margin)
    kind = _kind(name, distance)
    x = as_floats(name, embeddings)
    ids = target if isinstance(target, Tensor) else tensor(target)
    if x.ndim != 2 or ids.shape != x.shape[:1]:
        raise ShapeError(
            f"{name}: embeddings of shape {x.shape}, target of shape {ids.shape}. They are "
            "(batch, features) and one class for each: (batch,)."
        )
    if ids.dtype not in INTEGERS:
        raise DTypeError(f"{name}: class ids of {ids.dtype}. Ids are integers.")
    apart = x.expand_dims(1) - x.expand_dims(0)
    distances = kind((apart * apart).sum(axis=2))
    alike = ids.expand_dims(1) == ids
    others = alike & ~(eye(x.shape[0]) > 0.0)
    usable = others.any(axis=1) & (~alike).any(axis=1)
    far = others.where(distances, -math.inf).max(axis=1)
    near = alike.where(math.inf, distances).min(axis=1)
    losses = (usable.where(far, 0.0) - usable.where(near, 0.0) + margin).maximum(0.0)
    counted = usable.astype(x.dtype)
    if weights is not None:
        counted = counted * spread(name, weights, losses)
    return reduce(name, losses, counted, reduction, usable)


def _squares(name: str, x: Tensor, other: TensorLike) -> Tensor:
    """Squares of distances along the last axis."""
    y = as_numbers(x, other)
    if x.shape != y.shape or x.ndim == 0:
        raise ShapeError(
            f"{name}: embeddings of shapes {x.shape} and {y.shape}. They are the same: "
            "(..., features)."
        )
    apart = x - y
    return (apart * apart).sum(axis=-1)


def _root(squares: Tensor) -> Tensor:
    """Distances from their squares; of 0 with derivatives of 0, not infinite ones."""
    nothing = squares == 0.0
    return nothing.where(0.0, nothing.where(1.0, squares).sqrt())


def _kind(name: str, distance: str) -> Callable[[Tensor], Tensor]:
    """What is taken of squares of distances."""
    if distance not in DISTANCES:
        raise OptionError(f"{name}: distance {distance!r}. {closest(distance, DISTANCES)}")
    return _root if distance == "euclidean" else lambda squares: squares


def _check_margin(name: str, margin: float) -> None:
    if not (margin > 0.0 and is_finite(margin)):
        raise OptionError(f"{name}: margin {margin}. It must be above 0, and finite.")
