"""Numbers of a data set, all of them or an evenly spread part.

Sample     the rows that are looked at
sample_of  those of a data set
keys       a number for each row, the same for the same rows
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.linter.words import said

FEW = 1 << 18  # numbers: read in a millisecond
MANY = 1 << 28  # a gigabyte of them


@dataclass(frozen=True)
class Sample:
    """Rows (rows, numbers) of a data set: `rows` of them, of `count`."""

    numbers: Any
    rows: Any
    count: int

    @property
    def is_whole(self) -> bool:
        """Whether all rows are there."""
        return len(self.rows) == self.count

    @property
    def told(self) -> str:
        """What was looked at, in words."""
        if self.is_whole:
            return said("all {count:,} samples", count=self.count)
        return said(
            "{rows:,} of {count:,} samples, evenly spread", rows=len(self.rows), count=self.count
        )


def sample_of(data: Dataset, most: int) -> Sample:
    """At most so many numbers of a data set, whole rows, evenly spread, and at least one row."""
    x = data.features.reshape(len(data), -1)
    count = max(1, min(len(data), most // max(x.shape[1], 1)))
    if count == len(data):
        return Sample(x, np.arange(count), count)
    rows = np.linspace(0, len(data) - 1, count).astype(np.int64)
    return Sample(x[rows], rows, len(data))


def keys(numbers: Any) -> Any:
    """A number for each row, equal for equal rows, and hardly ever for others."""
    weights = np.random.default_rng(0).uniform(1.0, 2.0, numbers.shape[1])
    found: list[Any] = []
    for first in range(0, len(numbers), 4096):  # a float64 copy of all would take much memory
        found.append(numbers[first : first + 4096].astype(np.float64) @ weights)
    return np.concatenate(found)
