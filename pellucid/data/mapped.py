"""Data sets whose arrays stay in `.npy` files, as large as the disk has room for.

mapped_set    features and labels, each from a file
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.datasets import Dataset
from pellucid.data.npy_files import NUMBERS, TEXTS, opened
from pellucid.errors import DataError
from pellucid.strict import strict

if TYPE_CHECKING:
    from pellucid.data.labels import Classes


@strict
def mapped_set(
    features: str | os.PathLike[str],
    labels: str | os.PathLike[str],
    *,
    name: str | None = None,
    classes: "Classes" = None,
    vocabulary: int = 0,
) -> Dataset:
    """A data set whose features stay in a `.npy` file: the system reads the pages that are used.

    It is shuffled, trained on and measured like one in memory, with the same bits; the pages that
    were read are given back where memory is short. Both files must stay as they are meanwhile.
    Labels, names and `classes` are as in `from_arrays`; labels that are class numbers of int64, or
    numbers to be predicted of float32, stay in their file too, all others come into memory.

    Shapes: features (samples, ...) float32, or int64 with a `vocabulary`, row by row.
    Errors: FileError naming the file that is missing, cut off or no `.npy` file of numbers;
        DataError for features of another dtype or order, and as in `Dataset`: all is read once.
    """
    path = Path(features)
    where = f"mapped_set {path}"
    table = opened("mapped_set", path)
    _check(where, table, np.dtype(np.int64 if vocabulary else np.float32))
    known = opened("mapped_set", labels, NUMBERS + TEXTS)
    called = path.stem if name is None else name
    if isinstance(classes, int | np.integer) and classes == 0:
        return Dataset(table, _targets(where, known), called, 0, vocabulary)
    ids, names = _numbers(where, known, classes)
    count = len(names) or max(2, int(ids.max(initial=0)) + 1)
    count = int(classes) if isinstance(classes, int | np.integer) else count
    return Dataset(table, ids, called, count, vocabulary, names)


def _check(where: str, table: Any, wanted: "np.dtype[Any]") -> None:
    if table.dtype != wanted or not table.flags.c_contiguous:
        order = "" if table.flags.c_contiguous else ", column by column"
        raise DataError(
            f"{where}: {table.dtype}{order}. A file that is read where it lies holds {wanted}, row "
            f"by row: np.save(path, np.ascontiguousarray(x, np.{wanted}))."
        )


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
