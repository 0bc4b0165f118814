"""Samples of an iterable as blocks of some megabytes, checked as data sets are.

blocks_of    blocks from a Dataset, from Datasets, or from pairs of a sample and its target
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.building import from_arrays
from pellucid.data.datasets import Dataset
from pellucid.errors import DataError, OptionError, some

if TYPE_CHECKING:
    from pellucid.data.labels import Classes

BLOCK_BYTES = 2**24


def blocks_of(
    samples: Iterable[Any], name: str, classes: "Classes", vocabulary: int
) -> Iterator[Dataset]:
    """The blocks, all of one form; the last one has the number of classes of all.

    `name`: of a set that is made of pairs.
    Errors: DataError naming the samples that are wrong; OptionError for `classes` that Datasets
    have already.
    """
    items = iter([samples] if isinstance(samples, Dataset) else samples)
    for first in items:
        whole = chain([first], items)
        if not isinstance(first, Dataset):
            return _of_pairs(whole, name, classes, vocabulary)
        if classes is not None or vocabulary:
            raise OptionError(
                "write_shards: classes or a vocabulary, and Datasets, which have theirs. Leave "
                "them out."
            )
        return _of_sets(whole)
    return iter(())


def _of_sets(parts: Iterable[Any]) -> Iterator[Dataset]:
    known: Dataset | None = None
    for part in parts:
        if not isinstance(part, Dataset):
            raise DataError(f"write_shards: a {type(part).__name__} among Datasets.")
        known = known or part[:1]
        _check_alike(known, part)
        known = replace(known, classes=max(known.classes, part.classes))
        rows = max(1, BLOCK_BYTES // max(1, part.form.features * 4))
        for start in range(0, len(part), rows):
            yield replace(part[start : start + rows], classes=known.classes)


def _check_alike(known: Dataset, part: Dataset) -> None:
    """Refuse parts that are not of one set."""
    for ours, theirs in zip(_kind(known), _kind(part), strict=True):
        if ours != theirs:
            raise DataError(
                f"write_shards: some samples have {theirs}, others {ours}. All samples of a data "
                "set are alike."
            )


def _kind(data: Dataset) -> tuple[str, ...]:
    """What all parts of a set have in common."""
    form = data.form
    names = some(data.class_names) if data.class_names else "without names"
    return (
        f"features of shape {form.shape}",
        f"targets of shape {form.target_shape}",
        f"a vocabulary of {form.vocabulary}",
        f"classes, {names}" if data.classes else "no classes",
        f"further inputs of shape {[array.shape[1:] for array in data.further]}",
    )


def _of_pairs(
    pairs: Iterable[Any], name: str, classes: "Classes", vocabulary: int
) -> Iterator[Dataset]:
    done, known = 0, 2
    first: Dataset | None = None
    for pending in _gathered(pairs):
        block = _block(pending, done, name, classes, vocabulary)
        first = first or block[:1]
        _check_alike(first, block)
        known = max(known, block.classes)
        yield block if classes is not None else replace(block, classes=known)
        done += len(pending)


def _gathered(pairs: Iterable[Any]) -> Iterator[list[Any]]:
    """As many pairs together as fill a block."""
    pending: list[Any] = []
    room = 0
    for i, pair in enumerate(pairs):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise DataError(
                f"write_shards: sample {i} is a {type(pair).__name__}. Give pairs, (sample, "
                "target), or Datasets."
            )
        pending.append(pair)
        room += max(1, np.asarray(pair[0]).size * 4)
        if room >= BLOCK_BYTES:
            yield pending
            pending = []
            room = 0
    if pending:
        yield pending


def _block(
    pairs: list[Any],
    done: int,
    name: str,
    classes: "Classes",
    vocabulary: int,
) -> Dataset:
    """Some pairs as a set. `done`: how many came before."""
    features, labels = map(list, zip(*pairs, strict=True))
    try:
        shapes = sorted({np.shape(x) for x in features})
        if len(shapes) > 1:
            raise DataError(f"they have shapes {shapes[0]} and {shapes[1]}. All must be alike.")
        if classes is None and any(isinstance(label, str | bytes) for label in labels):
            raise DataError("targets are names. Give all of them in their order: classes=(...).")
        kind: dict[str, Any] = {"classes": classes, "vocabulary": vocabulary}
        return from_arrays(features, labels, name=name, **kind)
    except DataError as error:
        last = done + len(pairs) - 1
        raise DataError(f"write_shards: samples {done:,} to {last:,}: {error}") from error
