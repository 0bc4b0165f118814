"""Pictures of cats and of other things, from the two HDF5 files of a well-known course."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid.arrays import freeze
from pellucid.data.datasets import Dataset
from pellucid.data.pixels import PixelDataset
from pellucid.disk import AnyPath, expanded
from pellucid.errors import FileError
from pellucid.memory import empty
from pellucid.strict import strict

if TYPE_CHECKING:
    from pellucid.data.hdf5 import Table

TRAIN = "train_catvnoncat.h5"
TEST = "test_catvnoncat.h5"
NAMES = ("not a cat", "cat")
SIDE = 64
# 64 x 64 x 3 bytes each: 1.2 GB of bytes, and four times that where all are asked for as float32.
MAX_PICTURES = 100_000


@strict
def cats(folder: AnyPath) -> tuple[Dataset, Dataset]:
    """The training and the test pictures from a folder with the two HDF5 files.

    Class 1 is a cat, class 0 is not. Keys, shapes and element types, and that the file is as
    large as they say, are checked before memory is taken.

    Shapes: features (209, 3, 64, 64) and (50, 3, 64, 64): channels first.
    Units:  brightness, 0 to 1.
    Errors: FileError naming the file that is missing, damaged or of another form; DataError
        where h5py, which reads it, is not installed.
    Source: Ng, Neural Networks and Deep Learning, Coursera 2017, week 2.
    """
    train = _read(Path(expanded(folder)) / TRAIN, "train")
    test = _read(Path(expanded(folder)) / TEST, "test")
    return train, test


def _read(path: Path, part: str) -> Dataset:
    # Imported here: what starts a process is not needed by other data sets.
    from pellucid.data.hdf5 import opened_tables

    if not os.path.isfile(path):
        raise FileError(f"cats: {path} is missing. Give the folder that holds {TRAIN} and {TEST}.")
    with opened_tables("cats", path, (f"{part}_set_x", f"{part}_set_y")) as tables:
        images, labels = tables.known
        _check(path, part, images, labels)
        # In their last order as they arrive.
        pixels = empty((images.shape[0], 3, SIDE, SIDE), np.uint8)
        first = 0
        for piece in tables.pieces(images):
            last = first + len(piece)
            pixels[first:last] = piece.transpose(0, 3, 1, 2)
            first = last
        ids = tables.array(labels)
    freeze(pixels)  # so that training shares the table instead of copying it
    return PixelDataset(
        pixels,
        ids.astype(np.int64),
        f"cats {part}",
        2,
        class_names=NAMES,
    )


def _check(path: Path, part: str, images: "Table", labels: "Table") -> None:
    count = labels.shape[0] if len(labels.shape) == 1 else 0
    expected = (count, SIDE, SIDE, 3)
    if count == 0 or images.shape != expected or images.dtype != np.uint8:
        raise FileError(
            f"cats: {path} holds pictures {images.dtype}{images.shape} and labels "
            f"{labels.dtype}{labels.shape}. They must be uint8 (pictures, {SIDE}, {SIDE}, 3), and "
            "one label per picture."
        )
    if labels.dtype.kind not in "iu":
        raise FileError(f"cats: {path}: {part}_set_y is {labels.dtype}. Labels are integers.")
    if count > MAX_PICTURES:
        raise FileError(f"cats: {path} claims {count:,} pictures. At most {MAX_PICTURES:,}.")
