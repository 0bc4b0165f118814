"""Pictures of cats and of other things, from the two HDF5 files of a well-known course."""

import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.datasets import Dataset
from pellucid.errors import DataError, FileError

TRAIN, TEST = "train_catvnoncat.h5", "test_catvnoncat.h5"
SIDE = 64
# 64 x 64 x 3 bytes each: 1.2 GB of bytes, and four times that as float32.
MAX_PICTURES = 100_000


def cats(folder: str | os.PathLike[str]) -> tuple[Dataset, Dataset]:
    """The training and the test pictures from a folder with the two HDF5 files.

    Class 1 is a cat, class 0 is not. Keys, shapes and element types are checked before memory
    is taken for what a file claims to hold.

    Shapes: features (209, 3, 64, 64) and (50, 3, 64, 64): channels first.
    Units:  brightness, 0 to 1.
    Errors: FileError naming the file that is missing, damaged or of another form; DataError
        where h5py, which reads it, is not installed.
    Source: Ng, Neural Networks and Deep Learning, Coursera 2017, week 2.
    """
    train = _read(Path(folder) / TRAIN, "train")
    test = _read(Path(folder) / TEST, "test")
    return train, test


def _read(path: Path, part: str) -> Dataset:
    try:
        # Imported on use: only this function needs it.
        h5py = importlib.import_module("h5py")
    except ImportError as error:
        raise DataError(
            f"cats: h5py, which reads HDF5 files, cannot be imported ({error}). "
            "Install it: python -m pip install h5py"
        ) from error
    if not path.is_file():
        raise FileError(f"cats: {path} is missing. Give the folder that holds {TRAIN} and {TEST}.")
    try:
        with h5py.File(path, "r") as file:
            images = _dataset(h5py, path, file, f"{part}_set_x")
            labels = _dataset(h5py, path, file, f"{part}_set_y")
            _check(path, part, images, labels)
            return _as_dataset(images[...], labels[...], f"cats {part}")
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"cats: read {path}: {error.strerror or error}. Check the path.") from error
    except (KeyError, RuntimeError, ValueError, TypeError) as error:
        # h5py reports damage inside a file by each of these.
        raise FileError(f"cats: {path} is damaged: {error}. Fetch it again.") from error


def _dataset(h5py: Any, path: Path, file: Any, key: str) -> Any:
    """The table under a key, which lies in this very file."""
    link = file.get(key, getlink=True)
    if not isinstance(link, h5py.HardLink) or not isinstance(file[key], h5py.Dataset):
        raise FileError(
            f"cats: {path} holds no table {key!r} of its own, but {', '.join(sorted(file))}. "
            "It is not a file of the cats."
        )
    table = file[key]
    if table.is_virtual or table.external:
        # Such a table would read any other file that it names.
        raise FileError(f"cats: {path}: {key!r} lies in other files. That is refused.")
    return table


def _check(path: Path, part: str, images: Any, labels: Any) -> None:
    count = labels.shape[0] if len(labels.shape) == 1 else 0
    expected = (count, SIDE, SIDE, 3)
    if count == 0 or images.shape != expected or images.dtype != np.uint8:
        raise FileError(
            f"cats: {path} holds pictures {images.dtype}{images.shape} and labels "
            f"{labels.dtype}{labels.shape}. They must be uint8 (pictures, {SIDE}, {SIDE}, 3), and "
            "one label per picture."
        )
    if labels.dtype.kind not in "iu" or labels.dtype.itemsize > 8:
        raise FileError(f"cats: {path}: {part}_set_y is {labels.dtype}. Labels are integers.")
    if count > MAX_PICTURES:
        raise FileError(f"cats: {path} claims {count:,} pictures. At most {MAX_PICTURES:,}.")


def _as_dataset(images: NDArray[np.uint8], labels: NDArray[Any], name: str) -> Dataset:
    pixels = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).astype(np.float32)
    pixels /= np.float32(255)
    pixels.flags.writeable = False  # so that training shares the table instead of copying it
    return Dataset(pixels, labels.astype(np.int64), name, 2)
