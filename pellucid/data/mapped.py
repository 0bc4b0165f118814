"""Data sets whose arrays stay in `.npy` files, as large as the disk has room for.

mapped_set    features and labels, each from a file or several
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.datasets import Dataset
from pellucid.data.npy_files import NUMBERS, TEXTS, opened
from pellucid.data.streamed import StreamedDataset
from pellucid.data.unread_rows import joined
from pellucid.disk import AnyPath
from pellucid.errors import DataError
from pellucid.strict import strict

if TYPE_CHECKING:
    from pellucid.data.labels import Classes

    Files = AnyPath | Sequence[AnyPath]


@strict
def mapped_set(
    features: "Files",
    labels: "Files",
    *,
    name: str | None = None,
    classes: "Classes" = None,
    vocabulary: int = 0,
    workers: int = 0,
) -> Dataset:
    """A data set whose features stay in a `.npy` file: the system reads the pages that are used.

    It is shuffled, trained on and measured like one in memory, with the same bits; the pages that
    were read are given back where memory is short. All files must stay as they are meanwhile.
    Features of float32 (or ids of int64, with a `vocabulary`) are read where they lie. Other
    numbers, and several files, given as a list of paths, are read batch by batch, by `workers`
    threads ahead of the steps, 0 for one on each CPU, and are float32 or ids then.
    Labels, names and `classes` are as in `from_arrays`; labels that are class numbers of int64, or
    numbers to be predicted of float32, stay in their file too, all others come into memory.

    Shapes: features (samples, ...).
    Errors: FileError naming the file that is missing, cut off or no `.npy` file of numbers;
        DataError for files of other shapes, and as in `Dataset`: where features are read batch by
        batch, for these when they are read.
    """
    paths = _paths(features)
    where = f"mapped_set {paths[0]}" if paths else "mapped_set"
    parts = [opened("mapped_set", path) for path in paths]
    rows: Any = joined(where, parts, [str(path) for path in paths], vocabulary)
    if len(parts) == 1 and parts[0].dtype == rows.dtype and parts[0].flags.c_contiguous:
        rows = parts[0]
    known = _known(where, [opened("mapped_set", path, NUMBERS + TEXTS) for path in _paths(labels)])
    called = Path(paths[0]).stem if name is None else name
    if isinstance(classes, int | np.integer) and classes == 0:
        return _made(rows, workers, _targets(where, known), called, 0, vocabulary)
    ids, names = _numbers(where, known, classes)
    count = len(names) or max(2, int(ids.max(initial=0)) + 1)
    count = int(classes) if isinstance(classes, int | np.integer) else count
    return _made(rows, workers, ids, called, count, vocabulary, names)


def _paths(files: "Files") -> list[AnyPath]:
    return [files] if isinstance(files, str | os.PathLike) else list(files)


def _made(rows: Any, workers: int, *fields: Any) -> Dataset:
    """The data set, of an array or of rows that are read."""
    if isinstance(rows, np.ndarray):
        return Dataset(rows, *fields)
    return replace(StreamedDataset(rows, *fields), workers=workers)


def _known(where: str, parts: list[Any]) -> Any:
    """The labels of one file, where they lie, or of several together."""
    if not parts:
        raise DataError(f"{where}: no files of labels. Give at least one.")
    if len({part.shape[1:] for part in parts}) > 1:
        shapes = ", ".join(str(part.shape) for part in parts)
        raise DataError(f"{where}: labels of shapes {shapes}. Those of all files must be alike.")
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _targets(where: str, known: Any) -> Any:
    from pellucid.data.tables import target_numbers

    is_ready = known.dtype == np.float32 and known.ndim > 1 and known.flags.c_contiguous
    return known if is_ready else target_numbers(where, known)


def _numbers(where: str, known: Any, classes: "Classes") -> tuple[Any, tuple[str, ...]]:
    """Class numbers, in their file where they are such, and the names of the classes."""
    from pellucid.data.labels import class_numbers

    names = () if classes is None or isinstance(classes, int | np.integer) else tuple(classes)
    is_ready = known.dtype == np.int64 and known.flags.c_contiguous
    if is_ready and all(isinstance(name, str) for name in names):
        return known, names
    return class_numbers(where, known, classes)
