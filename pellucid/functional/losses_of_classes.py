"""Further losses of classes: margins, hard samples, distributions.

    hinge_loss           yes or no, with a margin
    multiclass_hinge     one class of several, with a margin
    focal_loss           cross-entropy that counts what is already right less
    binary_focal_loss    ... for yes or no
    kl_divergence        one distribution from another, both as log-probabilities

Options are those of all losses: see `losses`.
"""

import math

from pellucid.errors import OptionError, ShapeError, is_finite
from pellucid.functional.activations import TensorLike, as_floats, log_softmax, softplus
from pellucid.functional.reduction import (
    ClassWeights,
    Reduction,
    Weights,
    by_answer,
    by_class,
    recorded_by_name,
    reduce,
    yes_above,
)
from pellucid.functional.targets import answer_pair, check_known, check_unit, class_target, pair
from pellucid.strict import strict
from pellucid.tensor import Tensor


@yes_above(0.0)
@recorded_by_name
@strict
def hinge_loss(
    scores: TensorLike,
    target: TensorLike,
    *,
    class_weights: ClassWeights = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """max(0, 1 - s z) for a score z, with s = 1 for target 1 and s = -1 for target 0.

    0 once a sample is on its side by a margin of 1; at the margin the gradient is half.
    Shapes: scores and target the same (...), or scores (..., 1) and class ids (...) -> (), or
    (...) for "none".
    Errors: ShapeError where the shapes differ; DataError for a known target that is neither
    0 nor 1: write targets of -1 and 1 as (t + 1) / 2.
    Source: Cortes and Vapnik 1995, Support-vector networks, with the slack written out.

    >>> hinge_loss([0.5, -2.0, 2.0], [1, 0, 0], reduction="none")
    tensor([0.5, 0. , 3. ], float32)
    """
    name = "hinge_loss"
    z, t = answer_pair(name, scores, target)
    rule = "A target is 1 for yes or 0 for no; write -1 and 1 as (t + 1) / 2."
    check_known(name, t, lambda a: (a == 0.0) | (a == 1.0), rule)
    losses = (1.0 - (t * 2.0 - 1.0) * z).maximum(0.0)
    weights = by_answer(name, class_weights, t, weights)
    return reduce(name, losses, weights, reduction)


@recorded_by_name
@strict
def multiclass_hinge(
    scores: TensorLike,
    target: TensorLike,
    *,
    class_weights: ClassWeights = None,
    ignore_index: int | None = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """max(0, 1 + largest score of the other classes - score of the right one).

    This is the form of Crammer and Singer: only the strongest rival counts. That of Weston
    and Watkins, which PyTorch divides by the number of classes, sums over all rivals.
    Shapes: scores (..., classes), target (...) of ids or (..., classes), one-hot -> (), or
    (...) for "none". Errors: as cross_entropy.
    Source: Crammer and Singer 2001, On the algorithmic implementation of multiclass
    kernel-based vector machines, equation 3.

    >>> multiclass_hinge([[3.0, 2.5, 0.0], [3.0, 1.0, 0.0]], [0, 0], reduction="none")
    tensor([0.5, 0. ], float32)
    """
    name = "multiclass_hinge"
    z = as_floats(name, scores)
    wanted = class_target(name, z, target, ignore_index)
    z = wanted.counted(z)
    rivals = z + (1.0 - wanted.t.astype(z.dtype))
    losses = rivals.max(axis=-1) - wanted.expected(wanted.choose(z, 0.0))
    weights = by_class(name, class_weights, wanted, weights, losses.dtype)
    return reduce(name, losses, weights, reduction, wanted.kept)


@recorded_by_name
@strict
def focal_loss(  # noqa: PLR0913 (options, each by name)
    logits: TensorLike,
    target: TensorLike,
    *,
    gamma: float = 2.0,
    class_weights: ClassWeights = None,
    ignore_index: int | None = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """- sum of t (1 - p)^gamma log p over the classes, p = softmax(logits).

    With gamma 0 the cross-entropy; the larger gamma, the less samples count that are already
    right. The paper's alpha is `class_weights`.
    Shapes: logits (..., classes), target (...) of ids or (..., classes) -> (), or (...) for
    "none". Errors: as cross_entropy; OptionError for a gamma below 0.
    Source: Lin et al. 2017 (arXiv 1708.02002), equation 4.

    >>> round(focal_loss([[0.0, 0.0]], [1]).item(), 6) == round(math.log(2.0) / 4.0, 6)
    True
    """
    name = "focal_loss"
    _check_gamma(name, gamma)
    x = as_floats(name, logits)
    wanted = class_target(name, x, target, ignore_index)
    x = wanted.counted(x)
    log_p = wanted.choose(log_softmax(x), 0.0)
    losses = -wanted.expected(_power(-log_p.expm1(), gamma) * log_p)
    weights = by_class(name, class_weights, wanted, weights, losses.dtype)
    return reduce(name, losses, weights, reduction, wanted.kept)


@yes_above(0.0)
@recorded_by_name
@strict
def binary_focal_loss(
    logits: TensorLike,
    target: TensorLike,
    *,
    gamma: float = 2.0,
    class_weights: ClassWeights = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """-[t (1 - s)^gamma log s + (1 - t) s^gamma log(1 - s)], s = sigmoid(logits).

    Shapes: logits and target the same (...), or logits (..., 1) and class ids (...) -> (), or
    (...) for "none".
    Errors: ShapeError where the shapes differ; DataError for a known target outside 0 to 1;
    OptionError for a gamma below 0. Source: as `focal_loss`.

    >>> round(binary_focal_loss([0.0], [1.0]).item(), 6) == round(math.log(2.0) / 4.0, 6)
    True
    """
    name = "binary_focal_loss"
    _check_gamma(name, gamma)
    z, t = answer_pair(name, logits, target)
    check_unit(name, t)
    no, yes = softplus(z), softplus(-z)  # - log(1 - s) and - log s
    wrong_yes = _power((-no).exp(), gamma)
    wrong_no = _power((-yes).exp(), gamma)
    losses = t * wrong_yes * yes + (1.0 - t) * wrong_no * no
    weights = by_answer(name, class_weights, t, weights)
    return reduce(name, losses, weights, reduction)


@recorded_by_name
@strict
def kl_divergence(
    log_prediction: TensorLike,
    log_target: TensorLike,
    *,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Sum of p (log p - log q) over the last axis: how far q, the prediction, is from p.

    Both are given as log-probabilities, as `log_softmax` gives them: nothing is rounded to 0
    first. Never below 0, and 0 only where both are equal; not symmetric. Where p is 0 (-inf)
    nothing is added; where only q is 0, inf. In nats; with probabilities and a base, see
    `pellucid.measures`. "mean" is over the samples, which PyTorch calls "batchmean".
    Shapes: both the same (..., outcomes) -> (), or (...) for "none".
    Errors: ShapeError where the shapes differ.
    Source: Kullback and Leibler 1951, equation 2.4.

    >>> round(kl_divergence(log_softmax([0.0, 0.0]), [-math.inf, 0.0]).item(), 6)
    0.693147
    """
    name = "kl_divergence"
    log_q, log_p = pair(name, log_prediction, log_target)
    if log_q.ndim == 0:
        raise ShapeError(f"{name}: single numbers. It sums over the last axis: give one.")
    impossible = log_p == -math.inf
    log_p = impossible.where(0.0, log_p)
    log_q = impossible.where(0.0, log_q)
    p = impossible.where(0.0, log_p.exp())
    return reduce(name, (p * (log_p - log_q)).sum(axis=-1), weights, reduction)


def _check_gamma(name: str, gamma: float) -> None:
    if not (gamma >= 0.0 and is_finite(gamma)):
        raise OptionError(f"{name}: gamma {gamma}. It must be 0 or more, and finite.")


def _power(wrong: Tensor, gamma: float) -> Tensor:
    """wrong^gamma, with a finite slope where wrong is 0."""
    return wrong**gamma if gamma == 0.0 or gamma >= 1.0 else wrong.maximum(1e-30) ** gamma
