"""Batches of sequences cut to the steps that they need.

CroppedFeed    a data set whose batches are cut at the steps that its sampling says
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.data.sampling import Sampling
from pellucid.recordings import Changes, setting
from pellucid.tensor import Tensor
from pellucid.train.stepping.feed import Feed
from pellucid.variables import Variable

STEPS = Changes()


class CroppedFeed(Feed):
    """A data set whose batches have as many steps as these need, and one program for each number.

    Cut are inputs, targets and weights whose second axis is that of the steps of the features.
    Outside of training steps they are whole.
    """

    def __init__(self, data: Dataset, weights: Any, sampling: Sampling) -> None:
        super().__init__(data, weights)
        self._sampling = sampling
        self._steps: int | None = None

    def alike(self, rows: Any) -> int:
        """How many of the first rows of samples have as many steps: they run as one program."""
        steps = self._sampling.steps(self.data, rows)
        if steps is None:
            return len(rows)
        return int(np.argmin(np.append(steps == steps[0], False)))

    @contextmanager
    def cropped(self, row: Any) -> Iterator[None]:
        """Inside, batches have the steps that this row of samples needs."""
        steps = self._sampling.steps(self.data, np.asarray(row))
        self._tell(None if steps is None else int(steps))
        try:
            yield
        finally:
            self._tell(None)

    def _taken(self, buffer: Variable, indices: Tensor) -> Tensor:
        """The rows of these samples: the steps that are needed."""
        x = super()._taken(buffer, indices)
        steps = setting(lambda: self._steps, STEPS)
        whole = self.data.form.shape[:1]
        return x[:, :steps] if steps is not None and x.shape[1:2] == whole else x

    def _tell(self, steps: int | None) -> None:
        if steps != self._steps:
            self._steps = steps
            STEPS.tell()
