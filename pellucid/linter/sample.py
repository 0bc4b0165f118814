"""Numbers of a data set, all of them or an evenly spread part.

Sample        the rows that are looked at
sample_of     those of a data set
alike         the rows that two of them have
column_keys   a number for each column, the same for the same columns
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.languages import said

FEW = 1 << 18  # numbers, where there is little time: they are read in a millisecond
MANY = 1 << 28  # a gigabyte of them
COLUMNS = 32  # that are looked at first
PIECE = 1024  # rows at a time: a copy of all would take much memory


@dataclass(eq=False, repr=False)
class Sample:
    """Some rows of the features of a data set, each as a row of numbers."""

    whole: Any
    rows: Any

    @cached_property
    def numbers(self) -> Any:
        """These rows: (rows, numbers)."""
        return np.asarray(self.whole) if self.is_whole else self.whole[self.rows]

    @property
    def is_whole(self) -> bool:
        """Whether all rows are there."""
        return len(self.rows) == len(self.whole)

    @property
    def told(self) -> str:
        """What was looked at, in words."""
        count = len(self.whole)
        if self.is_whole:
            return said("all {count:,} samples", count=count)
        return said(
            "{rows:,} of {count:,} samples, evenly spread", rows=len(self.rows), count=count
        )


def sample_of(data: Dataset, most: int) -> Sample:
    """At most so many numbers of a data set, whole rows, evenly spread, and at least one row.

    Of one that is read from files, few: to read all may take as long as an epoch.
    """
    x = data.rows.reshape(len(data), -1)
    most = most if isinstance(data.held, np.ndarray) else min(most, FEW)
    count = max(1, min(len(data), most // max(x.shape[1], 1)))
    return Sample(x, np.linspace(0, len(data) - 1, count).astype(np.int64))


def alike(ours: Sample, theirs: Sample) -> tuple[list[tuple[int, int]], float]:
    """Rows that both have, in pairs; and the share of ours that are another of ours again."""
    width = ours.whole.shape[1]
    columns = np.linspace(0, width - 1, min(width, COLUMNS)).astype(np.int64)
    known = _some_keys(ours, columns)
    found = _some_keys(theirs, columns)
    order = np.argsort(known, kind="stable")
    again = _repeated(known[order])
    # Few rows agree in some columns and not in all: of these all is compared.
    near = np.flatnonzero(_first(known[order], found) < len(known))
    if not near.size:
        return [], again
    a = ours.numbers
    b = theirs.numbers[near]
    whole = _keys(a)
    order = np.argsort(whole, kind="stable")
    again = _repeated(whole[order])
    at = _first(whole[order], _keys(b))
    pairs = [(int(order[i]), j) for j, i in enumerate(at) if i < len(whole)]
    return [(i, int(near[j])) for i, j in pairs if np.array_equal(a[i], b[j])], again


def _some_keys(sample: Sample, columns: Any) -> Any:
    """A number for each row, by some of its columns."""
    return _keys(sample.whole[sample.rows[:, None], columns])


def _repeated(known: Any) -> float:
    """The share of sorted numbers that are the same as the one before."""
    same = known[1:] == known[:-1]
    return np.count_nonzero(same) / len(known)


def _first(known: Any, wanted: Any) -> Any:
    """The first place of each number in sorted ones; their count for a number that is not there."""
    at = np.searchsorted(known, wanted)
    there = known[np.minimum(at, len(known) - 1)] == wanted
    return np.where(there, at, len(known))


def _keys(numbers: Any) -> Any:
    """A number for each row, equal for equal rows, and hardly ever for others."""
    weights = _odd(numbers.shape[1])
    pieces = range(0, len(numbers), PIECE)
    keys = [(_bits(numbers[i : i + PIECE]) * weights).sum(axis=1) for i in pieces]
    return np.concatenate(keys)


def column_keys(numbers: Any) -> Any:
    """A number for each column, likewise."""
    weights = _odd(len(numbers))
    total = np.zeros(numbers.shape[1], np.uint64)
    for i in range(0, len(numbers), PIECE):
        piece = slice(i, i + PIECE)
        total += (_bits(numbers[piece]) * weights[piece, None]).sum(axis=0)
    return total


def _bits(numbers: Any) -> Any:
    """The bits of numbers, both zeros alike: sums of these are exact in whatever order."""
    plain = numbers + numbers.dtype.type(0)
    return plain.view(f"u{numbers.itemsize}").astype(np.uint64)


def _odd(count: int) -> Any:
    """Odd weights, far apart: multiples of 2^64 by the golden ratio."""
    multiples = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return multiples | np.uint64(1)
