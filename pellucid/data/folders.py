"""Pictures sorted into folders: each sub-folder is a class, named by its folder.

image_folder(path, ...)    the pictures as a data set, the names, and what was skipped
read_picture(path, ...)    one picture in the form of such a data set
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.datasets import Dataset
from pellucid.data.pictures import opaque, open_picture, pillow
from pellucid.errors import DataError, FileError, OptionError, closest

FORMATS = ("PNG", "JPEG", "BMP")
BROKEN = ("refuse", "skip")
MAX_NUMBERS = 2**30  # 4 GiB as float32

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class ImageFolder:
    """What a folder of pictures holds.

    `skipped`: why each file that was left out could not be read, where the caller chose to skip
    such files.
    """

    data: Dataset
    skipped: tuple[str, ...] = ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The sub-folder of each class."""
        return self.data.class_names


def image_folder(
    path: str | os.PathLike[str],
    *,
    size: tuple[int, int] | None = None,
    grey: bool = False,
    broken: str = "refuse",
) -> ImageFolder:
    """The pictures (PNG, JPEG, BMP) of a folder with one sub-folder for each class.

    `size`: (height, width) that every picture is resized to; without, pictures of different
    sizes are refused. `broken`: "refuse" raises at the first file that is damaged, no picture,
    too large, or a link that leads out of the folder; "skip" leaves such files out and names
    them. Names that begin with a dot, and files beside the sub-folders, are not looked at.
    Classes and files are taken in the order of their names.

    Shapes: features (pictures, 3, height, width), or one channel where `grey`.
    Units:  brightness, 0 to 1; transparent places are white.
    Errors: OptionError for a size or word that is not known; FileError naming the file that
        cannot be read; DataError for fewer than two classes, a class without pictures, sizes
        that differ, or more numbers than 2^30.
    """
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise OptionError(f"image_folder: size {size}. It is (height, width), each at least 1.")
    if broken not in BROKEN:
        raise OptionError(f"image_folder: broken {broken!r}. {closest(broken, BROKEN)}")
    root = Path(path)
    names = _class_names(root)
    reader = _Reader(root, size, grey=grey, skip=broken == "skip")
    for label, name in enumerate(names):
        reader.read_class(label, name)
    features = np.stack(reader.pictures)
    features.flags.writeable = False  # so that training shares the table instead of copying it
    labels = np.array(reader.labels, np.int64)
    data = Dataset(features, labels, _real(root).name, len(names), class_names=names)
    return ImageFolder(data, tuple(reader.skipped))


def read_picture(
    path: str | os.PathLike[str], *, size: tuple[int, int] | None = None, grey: bool = False
) -> Pixels:
    """One picture as a model of an image folder takes it.

    Shapes: -> (3, height, width), or (1, height, width) where `grey`.
    Units, errors: as `image_folder`.
    """

    def decode(image: Any) -> Pixels:
        image = opaque("read_picture", image)
        image = image.convert("L") if grey else image
        if size is not None and image.size != (size[1], size[0]):
            resampling = pillow("read_picture", "Image").Resampling
            image = image.resize((size[1], size[0]), resampling.BILINEAR)
        pixels = np.asarray(image, np.float32).reshape(image.size[1], image.size[0], -1)
        return np.ascontiguousarray(pixels.transpose(2, 0, 1)) / np.float32(255)

    return open_picture("read_picture", path, decode, FORMATS)


class _Reader:
    """Reads class after class, and keeps what it read."""

    def __init__(self, root: Path, size: tuple[int, int] | None, *, grey: bool, skip: bool) -> None:
        self.root, self.size, self.grey, self.skip = root, size, grey, skip
        self.pictures: list[Pixels] = []
        self.labels: list[int] = []
        self.skipped: list[str] = []
        self._first = root

    def read_class(self, label: int, name: str) -> None:
        """All pictures of one class."""
        before = len(self.pictures)
        for path in _entries(self.root / name):
            try:
                self._check_inside(path)
                if self.size is not None:
                    self._check_room((1 if self.grey else 3, *self.size))
                pixels = read_picture(path, size=self.size, grey=self.grey)
            except FileError as error:
                if not self.skip:
                    raise
                self.skipped.append(str(error))
                continue
            self._check_size(path, pixels)
            self.pictures.append(pixels)
            self.labels.append(label)
        if len(self.pictures) == before:
            raise DataError(
                f"image_folder: {self.root / name} holds no picture that can be read. Every "
                "sub-folder is a class: put pictures into it, or remove it."
            )

    def _check_inside(self, path: Path) -> None:
        # A folder from elsewhere could otherwise show any file of this machine as a picture.
        if not _real(path).is_relative_to(_real(self.root)):
            raise FileError(
                f"image_folder: {path} leads to {_real(path)}, outside {self.root}. Links out "
                "of the folder are not followed: copy the file."
            )

    def _check_size(self, path: Path, pixels: Pixels) -> None:
        if not self.pictures:
            self._first = path
        elif pixels.shape != self.pictures[0].shape:
            here, there = pixels.shape[1:], self.pictures[0].shape[1:]
            raise DataError(
                f"image_folder: {path} is {here[0]} x {here[1]} (height x width), {self._first} is "
                f"{there[0]} x {there[1]}. All must be alike: give size=(height, width) to resize."
            )
        self._check_room(pixels.shape)

    def _check_room(self, shape: tuple[int, ...]) -> None:
        if (len(self.pictures) + 1) * math.prod(shape) > MAX_NUMBERS:
            raise DataError(
                f"image_folder: {self.root} holds more than {MAX_NUMBERS:,} numbers in pictures "
                f"of shape {shape}. Give a smaller size=(height, width)."
            )


def _real(path: Path) -> Path:
    """Where links lead; a loop of links leads nowhere, and stays as it is."""
    return Path(os.path.realpath(path))


def _class_names(root: Path) -> tuple[str, ...]:
    # Where a link cannot be followed, os.path says no; Path.is_dir raises for some.
    names = tuple(path.name for path in _entries(root) if os.path.isdir(path))
    if len(names) < 2:
        raise DataError(
            f"image_folder: {root} holds {len(names)} sub-folders ({', '.join(names) or 'none'}). "
            "Each class is a sub-folder with its pictures: at least 2 are needed."
        )
    odd = [name for name in names if not name.isprintable()]
    if odd:
        raise DataError(
            f"image_folder: {root} holds a sub-folder named {odd[0]!r}. Names of classes are "
            "printed: rename it, without control characters."
        )
    return names


def _entries(folder: Path) -> Sequence[Path]:
    """What a folder holds, by name; hidden names left out."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise FileError(
            f"image_folder: read {folder}: {error.strerror or error}. Check the path."
        ) from error
