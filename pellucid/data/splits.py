"""Splitting a data set into parts to learn from, to choose by, and to judge with.

    split(dataset, ...)       the parts, and a report that prints as a table
    split_fractions(...)      how large the parts should be, by the size of the data set

All parts are labelled, and only the labels of the first one teach. Every sample lands in
exactly one part. Stratified parts have the classes in the proportions of
the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.batches import SPLIT, permutation
from pellucid.data.datasets import Dataset, Indices
from pellucid.errors import DataError, OptionError
from pellucid.strict import strict

NAMES = {2: ("train", "test"), 3: ("train", "validation", "test")}


@strict
def split_fractions(samples: int, parts: int = 3) -> tuple[float, ...]:
    """The usual fractions for train, validation and test; or for train and test.

        two parts                   70 / 30
        up to 100,000 samples       60 / 20 / 20
        up to 1,000,000 samples     98 / 1 / 1
        more                        99.5 / 0.25 / 0.25

    Usual advice names 100 to 10,000 samples, one million, and more than a million. Between
    10,000 and one million the border lies at their geometric mean, 100,000: from there on one
    per cent is 1,000 samples, which fix an accuracy near 90 % to within one per cent
    (sqrt(0.9 * 0.1 / 1000) = 0.0095), and more are better used for training. Fewer than 100
    samples are split like 100.

    Errors: OptionError for other than 2 or 3 parts, or fewer than 1 sample.

    >>> split_fractions(1797), split_fractions(1_000_000)
    ((0.6, 0.2, 0.2), (0.98, 0.01, 0.01))
    >>> split_fractions(1797, parts=2)
    (0.7, 0.3)
    """
    if parts not in NAMES:
        raise OptionError(f"split_fractions: {parts} parts. A data set is split into 2 or 3.")
    if samples < 1:
        raise OptionError(f"split_fractions: {samples} samples. There must be at least one.")
    if parts == 2:
        return (0.7, 0.3)
    if samples <= 100_000:
        return (0.6, 0.2, 0.2)
    if samples <= 1_000_000:
        return (0.98, 0.01, 0.01)
    return (0.995, 0.0025, 0.0025)


@strict
@dataclass(frozen=True)
class SplitReport:
    """What a split did: printed, a table of the parts with their sizes and classes.

    Shapes: indices, one array of sample numbers per part; class_counts (parts, classes).
    """

    name: str
    parts: tuple[str, ...]
    sizes: tuple[int, ...]
    class_counts: tuple[tuple[int, ...], ...]
    indices: tuple[Indices, ...]
    seed: int
    stratified: bool
    class_names: tuple[str, ...] = ()

    def __str__(self) -> str:
        from pellucid.tables import aligned

        return "\n".join([self._title(), *aligned(self._rows(), texts=1)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from pellucid import displays

        heads, *rows = self._rows()
        return displays.table(self._title(), heads, rows)

    def _rows(self) -> list[list[str]]:
        """What the columns are, then a row for each part."""
        total = sum(self.sizes)
        names = self.class_names or [f"class {i}" for i in range(self.classes)]
        heads = ["part", "samples", "share", *names]
        rows = [heads]
        for part, size, counts in zip(self.parts, self.sizes, self.class_counts, strict=True):
            of_classes = [f"{count:,}" for count in counts]
            rows.append([part, f"{size:,}", f"{size / total:.2%}", *of_classes])
        return rows

    def _title(self) -> str:
        total = sum(self.sizes)
        manner = "stratified by class" if self.stratified else "not stratified"
        return f"Split of {self.name!r}: {total:,} samples, {manner}, seed {self.seed}"

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.class_counts[0])


@strict
def split(
    dataset: Dataset,
    fractions: Sequence[float] | None = None,
    *,
    seed: int,
    stratified: bool = True,
) -> tuple[tuple[Dataset, ...], SplitReport]:
    """The data set in 2 or 3 parts, chosen at random, and the report of how it was done.

    The sizes are the fractions of the whole, rounded by largest remainder; stratified, so is
    each class, to within one sample. Fractions left out are those of `split_fractions`, in three
    parts. A pure function of the data set's labels, the fractions and the seed; the samples of
    a part keep the order that they had.

    Errors: OptionError for fractions that are not 2 or 3 positive numbers with sum 1; DataError
        where a part would be empty or, stratified, would miss a class, and for targets that are
        not one class per sample: these are split with `stratified=False`.
    Source: largest remainder: Hamilton's method of apportionment.

    >>> from pellucid.data.building import from_arrays
    >>> whole = from_arrays(np.zeros((10, 1)), [0, 1] * 5, name="ten")
    >>> (train, test), report = split(whole, (0.6, 0.4), seed=0)
    >>> print(report)
    Split of 'ten': 10 samples, stratified by class, seed 0
    part   samples   share  class 0  class 1
    train        6  60.00%        3        3
    test         4  40.00%        2        2
    """
    _check_dataset(dataset)
    if fractions is None:
        fractions = split_fractions(len(dataset))
    shares = _shares(fractions)
    names = NAMES[len(shares)]
    sizes = _largest_remainder(len(dataset), shares)
    _check_sizes(dataset, names, sizes)
    order = permutation(len(dataset), seed, 0, purpose=SPLIT)
    table = np.array([sizes])
    if stratified:
        _check_classified(dataset)
        # A stable sort keeps the random order within each class.
        order = order[np.argsort(dataset.labels[order], kind="stable")]
        table = _stratified_counts(dataset.class_counts, shares, sizes)
        _check_classes(dataset, names, table)
    rows = _deal(order, table)
    parts = tuple(
        dataset.subset(part, f"{dataset.name} {name}")
        for part, name in zip(rows, names, strict=True)
    )
    counts = tuple(tuple(part.class_counts.tolist()) for part in parts)
    report = SplitReport(
        dataset.name, names, tuple(sizes), counts, rows, seed, stratified, dataset.class_names
    )
    return parts, report


def _check_dataset(dataset: Any) -> None:
    if not isinstance(dataset, Dataset):
        raise DataError(
            f"split: a {type(dataset).__name__}. It splits a Dataset: "
            "pellucid.data.from_arrays(features, labels) makes one of arrays and tables."
        )


def _shares(fractions: Sequence[float]) -> list[Fraction]:
    """The fractions as exact numbers of sum 1: 0.6 is 6/10, not the float nearest to it."""
    rule = "Give 2 or 3 positive numbers with sum 1, such as (0.6, 0.2, 0.2)."
    try:
        shares = [Fraction(str(fraction)) for fraction in fractions]
    except (TypeError, ValueError) as error:
        raise OptionError(f"split: fractions are {fractions}: {error}. {rule}") from error
    total = sum(shares, Fraction(0))
    if len(shares) not in NAMES or min(shares) <= 0 or abs(total - 1) > Fraction(1, 10**9):
        raise OptionError(
            f"split: fractions are {tuple(fractions)}, with sum {float(total):g}. {rule}"
        )
    return [share / total for share in shares]


def _largest_remainder(count: int, shares: Sequence[Fraction]) -> list[int]:
    """Whole numbers of sum `count`, each share rounded down, or up where most was cut off."""
    exact = [count * share for share in shares]
    sizes = [int(value) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda part: sizes[part] - exact[part])
    for part in by_remainder[: count - sum(sizes)]:
        sizes[part] += 1
    return sizes


def _stratified_counts(
    class_counts: Indices, shares: Sequence[Fraction], sizes: Sequence[int]
) -> NDArray[np.int64]:
    """How many samples of each class (row) go to each part (column).

    Each class gives every part its share rounded down. Its samples left over go, one each, to
    the parts that still lack most of their size, the larger remainder first among equals.
    """
    table = np.array([[int(n * share) for share in shares] for n in class_counts.tolist()])
    lacking = np.array(sizes) - table.sum(axis=0)
    for row, count in zip(table, class_counts.tolist(), strict=True):
        remainder = [float(count * share % 1) for share in shares]
        first = sorted(range(len(shares)), key=lambda part: (-lacking[part], -remainder[part]))
        for part in first[: count - int(row.sum())]:
            row[part] += 1
            lacking[part] -= 1
    return table


def _deal(order: Indices, table: NDArray[np.int64]) -> tuple[Indices, ...]:
    """The order, cut into runs of the lengths in the table row by row; one part a column."""
    runs = np.split(order, np.cumsum(table)[:-1])
    parts = table.shape[1]
    return tuple(np.sort(np.concatenate(runs[part::parts])) for part in range(parts))


def _check_sizes(dataset: Dataset, names: Sequence[str], sizes: Sequence[int]) -> None:
    if 0 in sizes:
        raise DataError(
            f"split: {len(dataset)} samples leave none for the part "
            f"{names[sizes.index(0)]!r}. Give that part a larger fraction, or more samples."
        )


def _check_classified(dataset: Dataset) -> None:
    if dataset.form.target_shape or not dataset.classes:
        raise DataError(
            f"split: {dataset.name!r} has targets of shape {dataset.form.target_shape}. Only one "
            "class per sample can be stratified: pass stratified=False."
        )


def _check_classes(dataset: Dataset, names: Sequence[str], table: NDArray[np.int64]) -> None:
    """Every class that occurs must occur in every part: elsewhere it could not be judged."""
    missing = np.argwhere((table == 0) & (dataset.class_counts[:, None] > 0))
    if missing.size:
        label, part = (int(index) for index in missing[0])
        count = int(dataset.class_counts[label])
        raise DataError(
            f"split: class {dataset.name_of(label)} of {dataset.name!r} has {count} samples, which "
            f"leave none for the part {names[part]!r}. Stratified, every class must reach every "
            "part: use larger fractions or more samples, merge small classes, or pass "
            "stratified=False."
        )
