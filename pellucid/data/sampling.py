"""Orders of samples other than a plain shuffle: equal classes, or like lengths, in a batch.

    ClassBalanced    each class as often as the others in every batch
    ByLength         sequences of like lengths in a batch, and no more steps than these need
    Sampling         the base of both

As in `batches` an order is a pure function of data, seed and epoch: nothing is remembered, so that
a run goes on in the middle of an epoch with the batches that it would have had.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pellucid.data.batches import batch_matrix, permutation, permutations
from pellucid.data.datasets import Dataset, Indices
from pellucid.errors import DataError, OptionError
from pellucid.refusals import Strict

# The letters "by l" and "bl", which the number of a class follows: they tell streams apart.
LENGTHS = int.from_bytes(b"by l", "big")
CLASSES = int.from_bytes(b"bl\0\0", "big")

MOST_BUCKETS = 8


@dataclass(frozen=True)
class Sampling(Strict):
    """Which samples make up each batch of an epoch: `matrix`, for a Trainer, or `batches`.

    `changes_samples`: whether some come twice in an epoch, and others not at all.
    """

    changes_samples: ClassVar[bool] = True

    def check(self, data: Dataset) -> None:
        """Raise DataError for data that it does not suit."""

    def matrix(
        self, data: Dataset, batch_size: int, *, seed: int, epoch: int
    ) -> tuple[Indices, Indices]:
        """The full batches of one epoch as the rows of a matrix, and the samples left over.

        Shapes: -> (samples // batch_size, batch_size), (samples % batch_size,), int64.
        """
        raise NotImplementedError(f"{type(self).__name__} must define matrix")

    def batches(
        self, data: Dataset, batch_size: int, *, seed: int, epoch: int, drop_last: bool = False
    ) -> list[Indices]:
        """The batches of one epoch, as arrays of sample numbers."""
        full, rest = self.matrix(data, batch_size, seed=seed, epoch=epoch)
        return list(full) if drop_last or not rest.size else [*full, rest]

    def steps(self, data: Dataset, rows: Indices) -> Indices | None:
        """How many steps of sequences each row of samples needs; None where all are taken."""
        return None


@dataclass(frozen=True)
class ClassBalanced(Sampling):
    """Each class as often as the others in every batch: as often, or once more.

    An epoch has as many samples as the set. A rare class comes round again before all of a common
    one have been seen; within a class each sample comes once before any comes again, in an order
    drawn anew for each round, and over the epochs all of a class are seen alike often. Classes
    without samples are left out. What is measured after an epoch is the set as it is.

    Errors: DataError where targets are numbers, or a class for each step of a sequence.

    >>> from pellucid.data.building import from_arrays
    >>> data = from_arrays([[0.0]] * 6, [0, 0, 0, 0, 0, 1])
    >>> full, rest = ClassBalanced().matrix(data, 4, seed=0, epoch=0)
    >>> data.labels[full].tolist(), data.labels[rest].tolist()
    ([[0, 1, 0, 1]], [0, 1])
    """

    def check(self, data: Dataset) -> None:
        """Raise DataError where samples have no class of their own."""
        if not data.classes or data.labels.ndim != 1:
            what = "a class for each step" if data.classes else "numbers as targets"
            raise DataError(
                f"ClassBalanced: {data.name!r} has {what}. Batches are balanced by the one class "
                "of each sample: leave the sampling out."
            )

    def matrix(
        self, data: Dataset, batch_size: int, *, seed: int, epoch: int
    ) -> tuple[Indices, Indices]:
        """The batches: place i of all epochs is of class i modulo classes, its next sample."""
        self.check(data)
        count = len(data)
        counts = data.class_counts
        present = np.flatnonzero(counts).tolist()
        by_class = np.split(np.argsort(data.labels, kind="stable"), np.cumsum(counts))
        order = np.zeros(count, np.int64)
        for i, label in enumerate(present):
            # The first place of this class in the epoch, and its turn among all of the class.
            first = (i - epoch * count) % len(present)
            turn = (epoch * count + first) // len(present)
            places = slice(first, None, len(present))
            wanted = len(order[places])
            chosen = _endless(turn, wanted, counts[label], seed, CLASSES + label)
            order[places] = by_class[label][chosen]
        cut, rest = batch_matrix(
            count,
            batch_size,
            seed=seed,
            epoch=epoch,
            shuffle=False,
        )
        return order[cut], order[rest]


def _endless(turn: int, wanted: int, count: int, seed: int, purpose: int) -> Indices:
    """So many elements of an endless sequence: permutation after permutation of 0..count-1."""
    first, skipped = divmod(turn, int(count))
    rounds = -(-(skipped + wanted) // int(count))
    drawn = permutations(int(count), seed, first, rounds, purpose=purpose)
    return drawn.reshape(-1)[skipped : skipped + wanted]


@dataclass(frozen=True)
class ByLength(Sampling):
    """Sequences of like lengths in a batch, which a Trainer cuts to the steps that these need.

    All samples are shuffled; each `pool` of so many batches is sorted by length, cut into batches,
    and these are shuffled. Every sample comes once in an epoch. A larger pool makes lengths more
    alike, a smaller one batches more random. Steps are cut at a multiple of the longest divided by
    `buckets`, so that no more than so many programs are made.

    Lengths are the further input of the data that counts steps, as `from_sequences` makes it.
    Errors: OptionError for a pool below 1, or buckets outside 1 to 8; DataError for data without
    lengths.

    >>> from pellucid.data.sequences import from_sequences
    >>> data = from_sequences([[[1.0]], [[1.0], [2.0], [3.0]], [[1.0]], [[2.0]] * 3], [0, 1, 0, 1])
    >>> full, rest = ByLength().matrix(data, 2, seed=0, epoch=0)
    >>> sorted(data.further[0][full].tolist())
    [[1, 1], [3, 3]]
    """

    changes_samples: ClassVar[bool] = False

    pool: int = 20
    buckets: int = 4

    def __post_init__(self) -> None:
        if self.pool < 1:
            raise OptionError(f"ByLength: pool is {self.pool}. It counts batches: 1 or more.")
        if not 1 <= self.buckets <= MOST_BUCKETS:
            raise OptionError(
                f"ByLength: buckets is {self.buckets}. It is from 1 to {MOST_BUCKETS}, as each "
                "makes a program of its own."
            )

    def check(self, data: Dataset) -> None:
        """Raise DataError where nothing says how long each sample is."""
        self.lengths(data)

    def lengths(self, data: Dataset) -> Indices:
        """The length of each sample."""
        most = data.form.shape[0]
        for array in data.further:
            counts = array.ndim == 1 and array.dtype == np.int64
            if counts and 0 <= array.min() <= array.max() <= most:
                return array
        raise DataError(
            f"ByLength: {data.name!r} has no lengths. They are a further input of integers, one "
            f"for each sample, from 0 to {most}, its steps: make the set with "
            "pellucid.data.from_sequences, or use data.with_inputs(lengths)."
        )

    def matrix(
        self, data: Dataset, batch_size: int, *, seed: int, epoch: int
    ) -> tuple[Indices, Indices]:
        """The batches; those left over are any, not the longest."""
        lengths = self.lengths(data)
        full, rest = batch_matrix(len(data), batch_size, seed=seed, epoch=epoch)
        order = full.reshape(-1)
        size = self.pool * batch_size
        for start in range(0, len(order), size):
            pool = order[start : start + size]
            by_length = np.argsort(lengths[pool], kind="stable")
            order[start : start + size] = pool[by_length]
        batches = order.reshape(full.shape)
        turns = permutation(len(full), seed, epoch, purpose=LENGTHS)
        return batches[turns], rest

    def steps(self, data: Dataset, rows: Indices) -> Indices:
        """The steps of each row of samples: those of its longest, and up to a bucket's end."""
        longest = data.form.shape[0]
        needed = self.lengths(data)[rows].max(axis=-1)
        parts = np.arange(1, self.buckets + 1)
        ends = -(-longest * parts // self.buckets)
        found: Indices = ends[np.searchsorted(ends, needed)]
        return found
