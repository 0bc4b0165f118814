"""Measures of a model besides its loss.

    Metric      a name, and a number per sample
    Accuracy    1 where the largest output is that of the right class

A metric gives one number for each sample, so that its mean over a whole set is exact, whatever
the batches. Write your own with the two members of `Metric`.
"""

from dataclasses import dataclass
from typing import Protocol

from pellucid.primitives.base import FLOAT32
from pellucid.tensor import Tensor


class Metric(Protocol):
    """A measure whose mean over samples is reported under its name.

    A name that ends in "loss" or "error" says that lower is better.
    """

    @property
    def name(self) -> str:
        """The word in records and tables."""
        ...

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """One number per sample: (batch,)."""
        ...


@dataclass(frozen=True)
class Accuracy:
    """The fraction of samples whose class is found.

        1 if argmax(outputs) = target else 0

    Shapes: outputs (batch, classes), targets (batch,) class numbers -> (batch,) float32.
    A tie counts for the first of the largest outputs.

    >>> from pellucid.tensor import tensor
    >>> Accuracy()(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([1, 1])).tolist()
    [1.0, 0.0]
    """

    name: str = "accuracy"

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """1 where the class is found, else 0."""
        return (outputs.argmax(axis=-1) == targets).astype(FLOAT32)
