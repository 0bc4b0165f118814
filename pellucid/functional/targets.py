"""What losses share: which targets fit which predictions, and how losses are reduced.

pair            a prediction and a target of the same shape
class_target    a target for the classes on the last axis
check_unit      a target between 0 and 1
reduce          the losses of all samples, weighted, as one number
"""

import numpy as np

from pellucid.creation import check_ids, is_class
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError, closest
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.graph import is_symbolic
from pellucid.primitives.base import FLOATS
from pellucid.tensor import Tensor, tensor

REDUCTIONS = ("mean", "sum", "none")


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


def check_unit(name: str, t: Tensor) -> None:
    """Refuse a known target outside 0 to 1."""
    if is_symbolic(t):
        return
    wrong = ~((t.array >= 0.0) & (t.array <= 1.0))
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise DataError(
            f"{name}: target {t.array[place]} at {place}. A target lies between 0 and 1: "
            "1 for yes, 0 for no."
        )


def reduce(name: str, losses: Tensor, weights: TensorLike | None, reduction: str) -> Tensor:
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
