"""Embedding: a learned vector for each of some ids."""

from pellucid.class_ids import check_ids
from pellucid.errors import OptionError
from pellucid.nn.init import Normal
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.tensor import Tensor


class Embedding(Module):
    """A table of vectors, one for each id from 0 to count - 1.

        y = W[ids]

    Shapes: ids (...) integers, W (count, features) -> y (..., features).
    Start:  W ~ N(0, 1).
    Errors: DTypeError for ids that are not integers; PositionError for one outside the table.
    Source: Bengio, Ducharme, Vincent, Jauvin, "A neural probabilistic language model", 2003.

    >>> import numpy as np
    >>> Embedding(10, 4)(np.array([[1, 2, 1]])).shape
    (1, 3, 4)
    """

    formula = "y = W[ids]"
    takes = "ids, ..."

    def __init__(self, count: int, features: int, *, rng: Generator | None = None) -> None:
        if count < 1 or features < 1:
            raise OptionError(f"Embedding: {count} ids, {features} features. At least 1.")
        self.weight = Normal(1.0).parameter((count, features), rng)
        self.weight.is_table = True

    def forward(self, ids: Tensor) -> Tensor:
        """The vector of each id."""
        return self.weight.take(check_ids("Embedding", ids, self.weight.shape[0]), axis=0)

    @property
    def features(self) -> int:
        """The size of the last axis of y."""
        return self.weight.shape[1]

    def describe(self) -> str:
        """Its sizes."""
        return f"{self.weight.shape[0]}, {self.weight.shape[1]}"
