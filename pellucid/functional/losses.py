"""Losses: one number that says how far predictions are from targets; lower is better.

    mean_squared_error, half_squared_error      numbers
    cross_entropy                               one class of several, from logits
    cross_entropy_from_probabilities            ... from probabilities
    binary_cross_entropy                        yes or no, from logits
    binary_cross_entropy_from_probabilities     ... from probabilities

Logits are scores before softmax or sigmoid; use these forms to train, as they neither
overflow nor take the logarithm of a rounded 0. No loss broadcasts predictions against
targets: their shapes must fit. All take two options:

    reduction   "mean" (the default), "sum", or "none": one loss per sample
    weights     one number per sample, or per row of the first axis. The mean is then the
                weighted one, sum(w l) / sum(w); a weight of 0 leaves a sample out

The gradient is that of the very number returned: with "mean", cross-entropy gives
(softmax - target) / batch. Logarithms are natural ones, so losses are in nats; measures with
`base=` are in `pellucid.measures`.
"""

import functools
from collections.abc import Callable
from typing import Literal, ParamSpec

from pellucid.errors import OptionError, ShapeError
from pellucid.functional.activations import TensorLike, as_floats, softplus
from pellucid.functional.targets import check_unit, class_target, pair, reduce
from pellucid.graph import scope
from pellucid.tensor import Tensor

Reduction = Literal["mean", "sum", "none"]

P = ParamSpec("P")


def _recorded_by_name(loss: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """The loss, with its operations recorded under its name, as those of a layer are."""

    @functools.wraps(loss)
    def recorded(*arguments: P.args, **options: P.kwargs) -> Tensor:
        with scope(loss.__name__):
            return loss(*arguments, **options)

    return recorded


@_recorded_by_name
def mean_squared_error(
    prediction: TensorLike,
    target: TensorLike,
    *,
    weights: TensorLike | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Mean of (prediction - target)^2 over all elements.

    Shapes: both the same (...) -> (), or (...) for reduction "none".
    Errors: ShapeError where the shapes differ.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """
    name = "mean_squared_error"
    y, t = pair(name, prediction, target)
    distance = y - t
    return reduce(name, distance * distance, weights, reduction)


@_recorded_by_name
def half_squared_error(
    prediction: TensorLike,
    target: TensorLike,
    *,
    weights: TensorLike | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """1/2 sum of (prediction - target)^2 over the last axis: the sum of squares of textbooks.

    The half makes the gradient of a sample prediction - target. "mean" is over the samples.
    Shapes: both the same (..., outputs) -> (), or (...) for reduction "none".
    Errors: ShapeError where the shapes differ.

    >>> half_squared_error([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """
    name = "half_squared_error"
    y, t = pair(name, prediction, target)
    if y.ndim == 0:
        raise ShapeError(f"{name}: single numbers. It sums over the last axis: give one.")
    distance = y - t
    return reduce(name, (distance * distance).sum(axis=-1) * 0.5, weights, reduction)


@_recorded_by_name
def cross_entropy(
    logits: TensorLike,
    target: TensorLike,
    *,
    label_smoothing: float = 0.0,
    weights: TensorLike | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """- sum of t log softmax(logits) over the classes, the last axis.

    `target` is class ids (integers, without the class axis), or one-hot or soft targets (with
    it). With `label_smoothing` e, t becomes (1 - e) t + e / classes. For class weights, pass
    `weights=class_weights.take(ids, axis=0)`.

    Shapes: logits (..., classes), target (...) or (..., classes) -> (), or (...) for "none".
    Errors: ShapeError where they do not fit; DataError for a known id outside the classes.
    Ids that a compiled function is called with are not checked: such a sample counts as one
    with no class at all.
    Source: Szegedy et al. 2015 (arXiv 1512.00567), section 7, for the smoothing.

    >>> cross_entropy([[2.0, 0.0], [0.0, 0.0]], [0, 1], reduction="none")
    tensor([0.12692805, 0.6931472 ], float32)
    """
    name = "cross_entropy"
    x = as_floats(name, logits)
    t, ids = class_target(name, x, target)
    if not 0.0 <= label_smoothing <= 1.0:
        raise OptionError(f"{name}: label_smoothing {label_smoothing}. It lies between 0 and 1.")
    shifted = x - x.max(axis=-1, keepdims=True).stop_gradient()
    total = shifted.exp().sum(axis=-1).log()
    if ids:
        chosen, mass = t.where(shifted, 0.0).sum(axis=-1), None
    else:
        # Where t is 0, a logit of -inf must not give 0 times inf.
        chosen, mass = (t * (t == 0.0).where(0.0, shifted)).sum(axis=-1), t.sum(axis=-1)
    if label_smoothing:
        chosen = chosen * (1.0 - label_smoothing) + shifted.mean(axis=-1) * label_smoothing
        mass = None if mass is None else mass * (1.0 - label_smoothing) + label_smoothing
    losses = (total if mass is None else total * mass) - chosen
    return reduce(name, losses, weights, reduction)


@_recorded_by_name
def cross_entropy_from_probabilities(
    probabilities: TensorLike,
    target: TensorLike,
    *,
    delta: float = 0.0,
    weights: TensorLike | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """- sum of t log(p + delta) over the classes, the last axis; 0 log 0 counts as 0.

    Exact by default, so a target that was given probability 0 costs inf. Textbooks add
    `delta=1e-7`, which caps the loss at -log 1e-7 = 16.1 and biases it a little.

    Shapes: probabilities (..., classes), target (...) of ids or (..., classes) -> (), or (...)
    for "none". Errors: as cross_entropy.

    >>> round(cross_entropy_from_probabilities([0.1, 0.6, 0.3], 1).item(), 6)
    0.510826
    """
    name = "cross_entropy_from_probabilities"
    p = as_floats(name, probabilities)
    t, ids = class_target(name, p, target)
    if ids:
        losses = -t.where(p + delta, 1.0).log().sum(axis=-1)
    else:
        losses = -(t * (t == 0.0).where(1.0, p + delta).log()).sum(axis=-1)
    return reduce(name, losses, weights, reduction)


@_recorded_by_name
def binary_cross_entropy(
    logits: TensorLike,
    target: TensorLike,
    *,
    weights: TensorLike | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """-[t log s + (1 - t) log(1 - s)] with s = sigmoid(logits), from the logits themselves.

        loss = log(1 + e^z) - t z

    Shapes: logits and target the same (...) -> (), or (...) for "none".
    Errors: ShapeError where the shapes differ; DataError for a known target outside 0 to 1.

    >>> binary_cross_entropy([0.0, 100.0], [1.0, 0.0], reduction="none")
    tensor([  0.6931472, 100.       ], float32)
    """
    name = "binary_cross_entropy"
    z, t = pair(name, logits, target)
    check_unit(name, t)
    return reduce(name, softplus(z) - t * z, weights, reduction)


@_recorded_by_name
def binary_cross_entropy_from_probabilities(
    probabilities: TensorLike,
    target: TensorLike,
    *,
    delta: float = 0.0,
    weights: TensorLike | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """-[t log(p + delta) + (1 - t) log(1 - p + delta)]; 0 log 0 counts as 0.

    Exact by default, so being certain and wrong costs inf; `delta=1e-7` caps that.
    Shapes: probabilities and target the same (...) -> (), or (...) for "none".
    Errors: ShapeError where the shapes differ; DataError for a known target outside 0 to 1.

    >>> binary_cross_entropy_from_probabilities([0.5, 0.5], [1.0, 0.0], reduction="none")
    tensor([0.6931472, 0.6931472], float32)
    """
    name = "binary_cross_entropy_from_probabilities"
    p, t = pair(name, probabilities, target)
    check_unit(name, t)
    yes = (t == 0.0).where(1.0, p + delta).log() * t
    no = (t == 1.0).where(0.0, delta - p).log1p() * (1.0 - t)
    return reduce(name, -(yes + no), weights, reduction)
