"""Measures of a model besides its loss.

    Metric      a name, and a number per sample
    Accuracy         1 where the largest output is that of the right class
    AbsoluteError    how far predicted numbers are from their targets

A metric gives one number for each sample, so that its mean over a whole set is exact, whatever
the batches. Write your own with the members of `Metric`.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from pellucid.class_ids import check_ids
from pellucid.errors import OptionError
from pellucid.primitives.base import FLOAT32, FLOATS
from pellucid.tensor import Tensor


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
class Accuracy:
    """The fraction of samples whose class is found.

        1 if argmax(outputs) = target else 0

    Shapes: outputs (batch, classes), targets (batch,) class numbers -> (batch,) float32; for
    sequences (batch, time, classes) and (batch, time) -> (batch,), the mean over time.
    A tie counts for the first of the largest outputs. Steps of a sequence with `ignore_index` do
    not count; a sequence of nothing else has 0.
    Errors: OptionError where the targets are numbers, not classes, and for `ignore_index` without
    sequences, as a sample cannot be left out of the mean over samples; PositionError for a target
    outside the classes.

    >>> from pellucid.tensor import tensor
    >>> Accuracy()(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([1, 1])).tolist()
    [1.0, 0.0]
    """

    name: str = "accuracy"
    ignore_index: int | None = None
    higher_is_better: ClassVar[bool] = True

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
        classes = outputs.shape[-1]
        # A single output is a score of yes or no: there, targets are not ids of outputs.
        ids = check_ids("Accuracy", targets, classes) if classes > 1 else targets
        return outputs.argmax(axis=-1) == ids


@dataclass(frozen=True)
class AbsoluteError:
    """How far predicted numbers are from their targets.

        mean of |output - target| over the outputs of a sample

    Shapes: outputs and targets (batch, ...) of numbers -> (batch,).
    Units:  those of the targets.

    >>> from pellucid.tensor import tensor
    >>> AbsoluteError()(tensor([[1.0, 2.0]]), tensor([[1.5, 4.0]])).tolist()
    [1.25]
    """

    name: str = "absolute_error"
    higher_is_better: ClassVar[bool] = False

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean distance of each sample."""
        return (outputs - targets).abs().mean(axis=tuple(range(1, targets.ndim)))
