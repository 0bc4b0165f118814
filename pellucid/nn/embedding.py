"""Embedding: a learned vector for each of some ids."""

import numpy as np

from pellucid.errors import DataError, DTypeError, OptionError
from pellucid.graph import is_symbolic
from pellucid.nn.init import Normal
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.variables import Parameter


class Embedding(Module):
    """A table of vectors, one for each id from 0 to count - 1.

        y = W[ids]

    Shapes: ids (...) integers, W (count, features) -> y (..., features).
    Start:  W ~ N(0, 1).
    Errors: DTypeError for ids that are not integers; DataError for one outside the table,
    PositionError where the table is read in a compiled function.
    Source: Bengio, Ducharme, Vincent, Jauvin, "A neural probabilistic language model", 2003.

    >>> import numpy as np
    >>> Embedding(10, 4, rng=Generator(seed=0))(np.array([[1, 2, 1]])).shape
    (1, 3, 4)
    """

    def __init__(self, count: int, features: int, *, rng: Generator) -> None:
        if count < 1 or features < 1:
            raise OptionError(f"Embedding: {count} ids, {features} features. At least 1.")
        self.weight = Parameter(Normal(1.0)((count, features), rng))

    def forward(self, ids: Tensor) -> Tensor:
        """The vector of each id."""
        if ids.dtype.kind not in "iu":
            raise DTypeError(f"ids of {ids.dtype}. They number the rows of a table: integers.")
        self._check(ids)
        return self.weight.take(ids, axis=0)

    def _check(self, ids: Tensor) -> None:
        """Refuse ids outside the table, where they are known already."""
        if is_symbolic(ids):
            return
        count = self.weight.shape[0]
        wrong = (ids.array < 0) | (ids.array >= count)
        if wrong.any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise DataError(
                f"Embedding: id {ids.array[place]} at {place} in a table of {count}. Ids lie "
                f"between 0 and {count - 1}."
            )

    def describe(self) -> str:
        """Its sizes."""
        return f"{self.weight.shape[0]}, {self.weight.shape[1]}"
