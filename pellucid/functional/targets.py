"""Targets: which of them fit which predictions, and what losses ask of them.

pair            a prediction and a target of the same shape
answer_pair     ... where the target may be the class, no or yes, of one score each
ClassTarget     a target for the classes on the last axis: ids, or a number for each class
class_target    make one
nothing_of      where 0 times something counts as 0, whatever it is
check_unit      a target between 0 and 1
check_known     a target that fits a rule
as_numbers      a target in the dtype of what it is compared with
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.class_ids import check_ids, is_class
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.graph import is_symbolic
from pellucid.primitives.base import FLOATS, INTEGERS, holds
from pellucid.tensor import Tensor, tensor

Usable = Callable[[Tensor], Tensor]


def pair(name: str, prediction: TensorLike, target: TensorLike) -> tuple[Tensor, Tensor]:
    """Prediction and target of the same shape and dtype, or an error that explains."""
    y = as_floats(name, prediction)
    t = as_numbers(y, target)
    if y.shape != t.shape:
        raise ShapeError(
            f"{name}: prediction of shape {y.shape}, target of shape {t.shape}. "
            f"They must be the same.{_remedy(y.shape, t.shape)}"
        )
    return y, t


def answer_pair(name: str, prediction: TensorLike, target: TensorLike) -> tuple[Tensor, Tensor]:
    """As `pair`; class ids, 0 or 1, may lack the last axis of a network with one output."""
    y = as_floats(name, prediction)
    t = target if isinstance(target, Tensor) else tensor(target)
    if t.dtype not in FLOATS and y.shape == (*t.shape, 1):
        y = y.reshape(t.shape)
    return pair(name, y, t)


def as_numbers(y: Tensor, target: TensorLike) -> Tensor:
    """The target as a tensor of the prediction's dtype, whatever kind of number it holds.

    Data are float64 where NumPy, pandas or scikit-learn made them, and models float32.
    """
    t = target if isinstance(target, Tensor) else tensor(target)
    return t if t.dtype == y.dtype else t.astype(y.dtype)


def _remedy(prediction: tuple[int, ...], target: tuple[int, ...]) -> str:
    """What to do where the shapes differ only by an axis of size 1."""
    if tuple(n for n in prediction if n != 1) != tuple(n for n in target if n != 1):
        return ""
    return (
        " Subtracting them would broadcast: every prediction would be compared with every "
        f"target. Use target.reshape{prediction}, or prediction.reshape{target}."
    )


def is_finite(x: Tensor) -> Tensor:
    """Whether each number is neither infinite nor nan."""
    return x.abs() < math.inf


def nothing_of(part: Tensor, usable: Tensor) -> Tensor:
    """Where 0 times something that is infinite or nan is to count as 0."""
    return (part == 0.0) & ~usable


@dataclass(frozen=True, eq=False)
class ClassTarget:
    """A target with the class axis: a bool mask where it was given as ids, else numbers.

    `kept`: the samples that count, where others are to be ignored.
    """

    t: Tensor
    ids: bool
    kept: Tensor | None = None

    def counted(self, x: Tensor) -> Tensor:
        """x, and 1 for samples to be ignored: not even nan there leaves a trace in slopes."""
        return x if self.kept is None else self.kept.expand_dims(-1).where(x, 1.0)

    def choose(self, x: Tensor, other: float, usable: Usable = is_finite) -> Tensor:
        """x for classes that have a part in the target, and `other` for the rest.

        A number of 0 has a part as well: the derivative by it is x. There `other` stands only
        where x is not usable, as 0 times inf must be 0.
        """
        if self.ids:
            return self.t.where(x, other)
        return nothing_of(self.t, usable(x)).where(other, x)

    def expected(self, x: Tensor) -> Tensor:
        """Sum of t x over the classes, for an x that is 0 off a target of ids."""
        return (x if self.ids else self.t * x).sum(axis=-1)


def class_target(
    name: str, x: Tensor, target: TensorLike, ignore_index: int | None = None
) -> ClassTarget:
    """The target for x, whose last axis is the classes."""
    if x.ndim == 0:
        raise ShapeError(f"{name}: a single number. Its last axis is the classes: give one.")
    if x.shape[-1] == 1:
        raise ShapeError(
            f"{name}: logits or probabilities of shape {x.shape}, of one class. Nothing else could "
            "be predicted, so that nothing would be learned: give an output for each class, or "
            "use binary_cross_entropy, whose one output says yes or no."
        )
    t = target if isinstance(target, Tensor) else tensor(target)
    if t.shape == x.shape:
        _refuse_ignoring(name, ignore_index)
        return ClassTarget(as_numbers(x, t), ids=False)
    if t.shape != x.shape[:-1]:
        remedy = f" Use target.reshape{x.shape[:-1]}." if t.shape == (*x.shape[:-1], 1) else ""
        raise ShapeError(
            f"{name}: logits or probabilities of shape {x.shape}, target of shape {t.shape}. "
            f"The target has shape {x.shape[:-1]} for class ids, or {x.shape} for one number "
            f"per class.{remedy}"
        )
    if t.dtype not in INTEGERS:
        raise DTypeError(
            f"{name}: class ids of {t.dtype}. Ids are integers: use target.astype('int64')."
        )
    kept = None if ignore_index is None else _kept(name, t, ignore_index)
    t = check_ids(name, t if kept is None else kept.where(t, 0), x.shape[-1])
    return ClassTarget(is_class(t, x.shape[-1]), True, kept)


def _kept(name: str, ids: Tensor, ignore_index: int) -> Tensor:
    """Whether each id is another than the one to be ignored."""
    if not holds(ids.dtype, ignore_index):
        raise OptionError(
            f"{name}: ignore_index {ignore_index!r} with ids of {ids.dtype}, which cannot be it. "
            "It is an integer that ids may be: use target.astype('int64') for one below 0."
        )
    return ids != int(ignore_index)


def _refuse_ignoring(name: str, ignore_index: int | None) -> None:
    if ignore_index is not None:
        raise OptionError(
            f"{name}: ignore_index {ignore_index} with a target of numbers for each class. Only "
            "an id can be ignored: leave samples out with `weights` of 0 instead."
        )


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
