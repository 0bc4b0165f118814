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
"""

from typing import Literal

import numpy as np

from pellucid.creation import check_ids, is_class
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError, closest
from pellucid.functional.activations import TensorLike, as_floats, softplus
from pellucid.graph import is_symbolic
from pellucid.primitives.base import FLOATS
from pellucid.tensor import Tensor, tensor

Reduction = Literal["mean", "sum", "none"]
REDUCTIONS = ("mean", "sum", "none")


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
    y, t = _pair(name, prediction, target)
    distance = y - t
    return _reduce(name, distance * distance, weights, reduction)


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
    y, t = _pair(name, prediction, target)
    if y.ndim == 0:
        raise ShapeError(f"{name}: single numbers. It sums over the last axis: give one.")
    distance = y - t
    return _reduce(name, (distance * distance).sum(axis=-1) * 0.5, weights, reduction)


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
    t, ids = _class_target(name, x, target)
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
    return _reduce(name, losses, weights, reduction)


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
    t, ids = _class_target(name, p, target)
    if ids:
        losses = -t.where(p + delta, 1.0).log().sum(axis=-1)
    else:
        losses = -(t * (t == 0.0).where(1.0, p + delta).log()).sum(axis=-1)
    return _reduce(name, losses, weights, reduction)


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
    z, t = _pair(name, logits, target)
    _check_unit(name, t)
    return _reduce(name, softplus(z) - t * z, weights, reduction)


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
    p, t = _pair(name, probabilities, target)
    _check_unit(name, t)
    yes = (t == 0.0).where(1.0, p + delta).log() * t
    no = (t == 1.0).where(0.0, delta - p).log1p() * (1.0 - t)
    return _reduce(name, -(yes + no), weights, reduction)


# ---- what fits what ----------------------------------------------------------------------


def _pair(name: str, prediction: TensorLike, target: TensorLike) -> tuple[Tensor, Tensor]:
    """Prediction and target of the same shape and dtype, or an error that explains."""
    y = as_floats(name, prediction)
    t = _target(y, target)
    if y.shape != t.shape:
        raise ShapeError(
            f"{name}: prediction of shape {y.shape}, target of shape {t.shape}. "
            f"They must be the same.{_remedy(y.shape, t.shape)}"
        )
    return y, t


def _target(y: Tensor, target: TensorLike) -> Tensor:
    """The target as a tensor; integers and booleans become floats like the prediction's."""
    t = target if isinstance(target, Tensor) else tensor(target)
    return t if t.dtype in FLOATS else t.astype(y.dtype)


def _remedy(prediction: tuple[int, ...], target: tuple[int, ...]) -> str:
    """What to do where the shapes differ only by an axis of size 1."""
    if tuple(n for n in prediction if n != 1) != tuple(n for n in target if n != 1):
        return ""
    return (
        " Subtracting them would broadcast: every prediction would be compared with every "
        f"target. Use target.reshape{prediction}, or prediction.reshape{target}."
    )


def _class_target(name: str, x: Tensor, target: TensorLike) -> tuple[Tensor, bool]:
    """The target with the class axis: a bool mask for ids (then True), else numbers."""
    if x.ndim == 0:
        raise ShapeError(f"{name}: a single number. Its last axis is the classes: give one.")
    t = target if isinstance(target, Tensor) else tensor(target)
    if t.shape == x.shape:
        return _target(x, t), False
    if t.shape != x.shape[:-1]:
        remedy = f" Use target.reshape{x.shape[:-1]}." if t.shape == (*x.shape[:-1], 1) else ""
        raise ShapeError(
            f"{name}: logits or probabilities of shape {x.shape}, target of shape {t.shape}. "
            f"The target has shape {x.shape[:-1]} for class ids, or {x.shape} for one number "
            f"per class.{remedy}"
        )
    if t.dtype in FLOATS:
        raise DTypeError(
            f"{name}: class ids of {t.dtype}. Ids are integers: use target.astype('int64')."
        )
    check_ids(name, t, x.shape[-1])
    return is_class(t, x.shape[-1]), True


def _check_unit(name: str, t: Tensor) -> None:
    if is_symbolic(t):
        return
    wrong = ~((t.array >= 0.0) & (t.array <= 1.0))
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise DataError(
            f"{name}: target {t.array[place]} at {place}. A target lies between 0 and 1: "
            "1 for yes, 0 for no."
        )


def _reduce(name: str, losses: Tensor, weights: TensorLike | None, reduction: str) -> Tensor:
    """The losses of all samples, weighted, as the reduction says."""
    if reduction not in REDUCTIONS:
        raise OptionError(f"{name}: reduction {reduction!r}. {closest(reduction, REDUCTIONS)}")
    if weights is None:
        if reduction == "none":
            return losses
        return losses.mean() if reduction == "mean" else losses.sum()
    w = _target(losses, weights)
    if w.shape != losses.shape:
        if w.shape != losses.shape[:1]:
            raise ShapeError(
                f"{name}: weights of shape {w.shape} for losses of shape {losses.shape}. Give "
                f"one weight per loss, or one per row: shape {losses.shape[:1]}."
            )
        w = w.reshape(*w.shape, *(1,) * (losses.ndim - 1))
    weighted = w * losses
    if reduction == "none":
        return weighted
    total = weighted.sum()
    return total if reduction == "sum" else total / (w.sum() * (losses.size / w.size))
