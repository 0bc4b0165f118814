"""What losses share: which targets fit which predictions, and how losses are reduced.

recorded_by_name    a loss whose operations are recorded under its name
pair                a prediction and a target of the same shape
class_target        a target for the classes on the last axis
on_target           numbers of the classes that a target names, another one elsewhere
expected            the mean of numbers of classes, by the target
check_unit          a target between 0 and 1
check_known         a target that fits a rule
by_class            weights of samples, from weights of their classes
by_answer           ... of no and of yes
reduce              the losses of all samples, weighted, as one number
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal, ParamSpec

import numpy as np

from pellucid.creation import check_ids, is_class, stack
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError, closest
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.graph import is_symbolic, scope
from pellucid.primitives.base import FLOATS, DType
from pellucid.tensor import Tensor, tensor

Reduction = Literal["mean", "sum", "none"]
REDUCTIONS = ("mean", "sum", "none")

P = ParamSpec("P")


def recorded_by_name(loss: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """The loss, with its operations recorded under its name, as those of a layer are."""

    @functools.wraps(loss)
    def recorded(*arguments: P.args, **options: P.kwargs) -> Tensor:
        with scope(loss.__name__):
            return loss(*arguments, **options)

    return recorded


def pair(name: str, prediction: TensorLike, target: TensorLike) -> tuple[Tensor, Tensor]:
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


def class_target(name: str, x: Tensor, target: TensorLike) -> tuple[Tensor, bool]:
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


def on_target(t: Tensor, ids: bool, x: Tensor, other: float) -> Tensor:
    """x for classes that have a part in the target, `other` for the rest; t as class_target's.

    What is then multiplied with the target must be finite where the target is 0.
    """
    return t.where(x, other) if ids else (t == 0.0).where(other, x)


def expected(t: Tensor, ids: bool, x: Tensor) -> Tensor:
    """Sum of t x over the classes, for an x that is 0 off a target of ids."""
    return (x if ids else t * x).sum(axis=-1)


def check_unit(name: str, t: Tensor) -> None:
    """Refuse a known target outside 0 to 1."""
    rule = "A target lies between 0 and 1: 1 for yes, 0 for no."
    check_known(name, t, lambda a: (a >= 0.0) & (a <= 1.0), rule)


def check_known(name: str, t: Tensor, fits: Callable[[Any], Any], rule: str) -> None:
    """Refuse a known target with a number that does not fit; symbols are not looked at."""
    if is_symbolic(t):
        return
    wrong = ~fits(t.array)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise DataError(f"{name}: target {t.array[place]} at {place}. {rule}")


def by_class(
    name: str,
    of_class: TensorLike | Sequence[float] | None,
    target: tuple[Tensor, bool],
    weights: TensorLike | None,
    dtype: DType,
) -> TensorLike | None:
    """Weights of samples: sum of t times the weight of the class, times their own weights."""
    if of_class is None:
        return weights
    t, ids = target
    wanted = of_class if isinstance(of_class, Tensor) else tensor(of_class)
    if wanted.shape != t.shape[-1:]:
        raise ShapeError(
            f"{name}: class_weights of shape {wanted.shape} for {t.shape[-1]} classes. Give one "
            f"weight per class: shape {t.shape[-1:]}."
        )
    spread = wanted.astype(dtype).broadcast_to(t.shape)
    of_sample = expected(t, ids, on_target(t, ids, spread, 0.0))
    if weights is None:
        return of_sample
    return of_sample * _spread(name, _target(of_sample, weights), of_sample)


def by_answer(
    name: str,
    of_answer: TensorLike | Sequence[float] | None,
    t: Tensor,
    weights: TensorLike | None,
) -> TensorLike | None:
    """Weights of samples from those of no and of yes, for a target from 0 (no) to 1 (yes)."""
    if of_answer is None:
        return weights
    both = stack([1.0 - t, t], axis=-1)
    return by_class(name, of_answer, (both, False), weights, t.dtype)


def reduce(name: str, losses: Tensor, weights: TensorLike | None, reduction: str) -> Tensor:
    """The losses of all samples, weighted, as the reduction says."""
    if reduction not in REDUCTIONS:
        raise OptionError(f"{name}: reduction {reduction!r}. {closest(reduction, REDUCTIONS)}")
    if weights is None:
        if reduction == "none":
            return losses
        return losses.mean() if reduction == "mean" else losses.sum()
    w = _spread(name, _target(losses, weights), losses)
    weighted = w * losses
    if reduction == "none":
        return weighted
    total = weighted.sum()
    return total if reduction == "sum" else total / (w.sum() * (losses.size / w.size))


def _spread(name: str, w: Tensor, losses: Tensor) -> Tensor:
    """Weights with the axes of the losses: one per loss, or one per row."""
    if w.shape == losses.shape:
        return w
    if w.shape != losses.shape[:1]:
        raise ShapeError(
            f"{name}: weights of shape {w.shape} for losses of shape {losses.shape}. Give "
            f"one weight per loss, or one per row: shape {losses.shape[:1]}."
        )
    return w.reshape(*w.shape, *(1,) * (losses.ndim - 1))
