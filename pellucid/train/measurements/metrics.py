"""Measures of a model besides its loss.

    Metric      a name, and a number per sample
    SetMetric   a name, and a number for a whole set
    Accuracy         1 where the largest output is that of the right class
    RocAuc           how often a yes scores above a no
    AbsoluteError    how far predicted numbers are from their targets
    for_loss    metrics that know what the outputs mean to the loss
    means_of    those that are means over samples

A metric gives one number for each sample, so that its mean over a whole set is exact, whatever
the batches. What is no mean over samples is a `SetMetric`, measured after epochs alone. Write
your own with the members of `Metric`, or from `SetMetric`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import numpy as np

from pellucid.class_ids import check_ids
from pellucid.data import Dataset
from pellucid.errors import DataError, OptionError
from pellucid.functional.reduction import takes_embeddings, threshold_of
from pellucid.functional.targets import pair
from pellucid.primitives.base import FLOAT32, FLOATS
from pellucid.refusals import Strict
from pellucid.strict import strict
from pellucid.tables import brief
from pellucid.tensor import Tensor
from pellucid.train.measurements.terms import LossOfOutput


class Metric(Protocol):
    """A measure whose mean over samples is reported under its name.

    Early stopping can watch a metric that tells whether higher is better: one without
    `higher_is_better` it refuses to watch, unless it is told the direction.
    """

    @property
    def name(self) -> str:
        """The word in records and tables."""
        ...

    @property
    def higher_is_better(self) -> bool:
        """Whether a higher value is a better one."""
        ...

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """One number per sample: (batch,)."""
        ...


@dataclass(frozen=True)
class Accuracy(Strict):
    """The fraction of samples whose class is found.

        1 if argmax(outputs) = target else 0

    One output a sample is a score of yes: the class is 1 above `threshold`, else 0. That is 0
    for logits and 0.5 for probabilities; a Trainer takes it from the loss, if left out.

    Shapes: outputs (batch, classes), or (batch,) or (batch, 1), targets (batch,) class numbers ->
    (batch,) float32; for sequences with (batch, time) in the place of (batch,) -> (batch,), the
    mean over time.
    A tie counts for the first of the largest outputs; outputs with a nan find no class. Steps of a
    sequence with `ignore_index` do not count; a sequence of nothing else has 0.
    Errors: OptionError where the targets are numbers, not classes, for one output a sample and no
    threshold, and for `ignore_index` without sequences, as a sample cannot be left out of the mean
    over samples; PositionError for a target outside the classes.

    >>> from pellucid.tensor import tensor
    >>> Accuracy()(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([1, 1])).tolist()
    [1.0, 0.0]
    """

    __repr__ = brief
    name: str = "accuracy"
    ignore_index: int | None = None
    threshold: float | None = None
    higher_is_better: ClassVar[bool] = True

    @strict
    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """1 where the class is found, else 0; of a sequence, the fraction of its steps."""
        if targets.dtype in FLOATS:
            raise OptionError(
                f"Accuracy: targets of {targets.dtype}. They are no classes. For numbers, give "
                "Options(metrics=(AbsoluteError(),)), or none: metrics=()."
            )
        if self.ignore_index is not None:
            return self._of_kept(outputs, targets)
        found = self._found(outputs, targets).astype(FLOAT32)
        return found if found.ndim == 1 else found.mean(axis=tuple(range(1, found.ndim)))

    def _of_kept(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The same without the steps that are to be ignored."""
        if targets.ndim < 2:
            raise OptionError(
                f"Accuracy: ignore_index {self.ignore_index} with one target a sample. Steps of a "
                "sequence can be ignored; leave samples out of the data instead."
            )
        steps = tuple(range(1, targets.ndim))
        kept = targets != self.ignore_index
        found = self._found(outputs, kept.where(targets, 0)) & kept
        count = kept.astype(FLOAT32).sum(axis=steps).maximum(1.0)
        return found.astype(FLOAT32).sum(axis=steps) / count

    def _found(self, outputs: Tensor, targets: Tensor) -> Tensor:
        if outputs.shape not in (targets.shape, (*targets.shape, 1)):
            wanted = check_ids("Accuracy", targets, outputs.shape[-1])
            return (outputs.argmax(axis=-1) == wanted) & _is_number(outputs.max(axis=-1))
        if self.threshold is None:
            raise OptionError(
                f"Accuracy: outputs of shape {outputs.shape}, one a sample, and a loss that does "
                "not say what they are. Write Accuracy(threshold=0.0) where they are logits, "
                "Accuracy(threshold=0.5) where they are probabilities."
            )
        scores = outputs.reshape(targets.shape)
        said = (scores > self.threshold).astype(targets.dtype)
        return (said == check_ids("Accuracy", targets, 2)) & _is_number(scores)


class SetMetric(Strict, ABC):
    """A measure of a whole set that is no mean over its samples; measured after epochs alone."""

    name: str
    higher_is_better: bool

    def check(self, data: Dataset) -> None:
        """Refuse data that it cannot measure, before training."""

    @abstractmethod
    def over_set(self, outputs: Any, targets: Any) -> float:
        """The number for all outputs and targets of a set, as NumPy arrays."""


@dataclass(frozen=True)
class RocAuc(SetMetric):
    """The area under the ROC curve: how often a random yes scores above a random no.

        AUC = (sum of the ranks of yes - n (n + 1) / 2) / (n m),  n of yes, m of no

    Ranks count from 1, the lowest score first; equal scores share their mean. 0.5 is chance, 1 a
    perfect order. It asks for no threshold: logits and probabilities have the same.

    Shapes: outputs (samples,), (samples, 1), or (samples, 2), of which the second less the first
    is the score of yes; targets (samples,) of classes 0 and 1.
    Errors: DataError for other shapes, and where one of the classes does not occur.
    Source: Hanley and McNeil, "The meaning and use of the area under a ROC curve", 1982.

    >>> RocAuc().over_set(np.array([[0.9], [0.4], [0.6], [0.1]]), np.array([1, 1, 0, 0]))
    0.75
    """

    name: str = "roc_auc"
    higher_is_better: bool = True

    def check(self, data: Dataset) -> None:
        """Refuse data that are not of two classes, both of which occur."""
        _yes(data.labels, f"the classes of {data.name!r}")

    def over_set(self, outputs: Any, targets: Any) -> float:
        """The area; nan where a score is nan."""
        columns = outputs.reshape(len(outputs), -1).astype(np.float64)
        if columns.shape[1] > 2:
            raise DataError(
                f"RocAuc: outputs of shape {outputs.shape}. It is for one output a sample, or two."
            )
        yes = _yes(targets, "the targets")
        scores = columns[:, -1] - (columns[:, 0] if columns.shape[1] == 2 else 0.0)
        if np.isnan(scores).any():
            return float("nan")
        _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
        ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[places]
        n = int(yes.sum())
        m = int((~yes).sum())
        return float((ranks[yes].sum() - n * (n + 1) / 2) / (n * m))


@dataclass(frozen=True)
class AbsoluteError(Strict):
    """How far predicted numbers are from their targets.

        mean of |output - target| over the outputs of a sample

    Shapes: outputs and targets both the same (batch, ...), of numbers -> (batch,).
    Units:  those of the targets.
    Errors: ShapeError where the shapes differ.

    >>> from pellucid.tensor import tensor
    >>> AbsoluteError()(tensor([[1.0, 2.0]]), tensor([[1.5, 4.0]])).tolist()
    [1.25]
    """

    name: str = "absolute_error"
    higher_is_better: ClassVar[bool] = False

    @strict
    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean distance of each sample."""
        y, t = pair("AbsoluteError", outputs, targets)
        return (y - t).abs().mean(axis=tuple(range(1, t.ndim)))


def _is_number(scores: Tensor) -> Tensor:
    """False where a score is nan: nothing is said there, which must not be the first class."""
    return scores == scores  # noqa: PLR0124 (nan alone differs from itself)


def _yes(targets: Any, what: str) -> Any:
    """Whether each sample is of class 1, the others being of class 0; some of each."""
    yes = targets == 1
    no = targets == 0
    if targets.ndim != 1 or not (yes | no).all() or not (yes.any() and no.any()):
        counts = ", ".join(f"{n} of {value}" for value, n in _counted(targets))
        raise DataError(
            f"RocAuc: {what}, shape {targets.shape}, are {counts}. It compares samples of class "
            "1 with samples of class 0, one target a sample: at least one of each is needed, and "
            "no other."
        )
    return yes


def _counted(targets: Any) -> list[tuple[Any, int]]:
    """The first different values, and how often each occurs."""
    values, counts = np.unique(targets, return_counts=True)
    return list(zip(values.tolist(), counts.tolist(), strict=True))[:4]


def means_of(metrics: Sequence[Any]) -> list[Metric]:
    """The metrics that give a number for each sample."""
    return [metric for metric in metrics if not isinstance(metric, SetMetric | LossOfOutput)]


def for_loss(
    metrics: Sequence[Metric | SetMetric], loss: Callable[..., Tensor]
) -> tuple[Metric | SetMetric, ...]:
    """The metrics; an accuracy without a threshold with that of the loss.

    Errors: OptionError for an accuracy of what are no scores.
    """
    if takes_embeddings(loss) and any(isinstance(m, Accuracy) for m in metrics):
        raise OptionError(
            "Accuracy: the outputs are embeddings, places in a space, and no scores of classes. "
            "Leave it out: Options(metrics=())."
        )
    threshold = threshold_of(loss)
    return tuple(
        replace(m, threshold=threshold) if isinstance(m, Accuracy) and m.threshold is None else m
        for m in metrics
    )
