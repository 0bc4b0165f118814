"""Pictures sorted into folders: each sub-folder is a class, named by its folder.

image_folder(path, ...)    the pictures as a data set, the names, and what was skipped
image_parts(path, ...)     those of a folder that is split already, into train, test, ...
read_picture(path, ...)    one picture in the form of such a data set
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import freeze
from pellucid.data.datasets import Dataset
from pellucid.data.folder_parts import (
    check_inside,
    classes_in,
    entries,
    folders_in,
    parts_in,
    real,
)
from pellucid.data.pictures import LIGHTEST, opaque, open_picture, pillow
from pellucid.data.pixels import PixelDataset
from pellucid.disk import AnyPath, expanded
from pellucid.errors import DataError, FileError, OptionError, closest, some
from pellucid.strict import strict

BROKEN = ("refuse", "skip")
MAX_NUMBERS = 2**30  # 4 GiB as float32

Pixels = NDArray[np.float32]


@strict
@dataclass(frozen=True)
class ImageParts:
    """What a folder of pictures holds that is split already; None for a part that is not there.

    `skipped`: as in `ImageFolder`.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    skipped: tuple[str, ...] = ()


@strict
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


@strict
def image_folder(
    path: AnyPath,
    *,
    size: tuple[int, int] | None = None,
    grey: bool = False,
    broken: str = "refuse",
) -> ImageFolder:
    """The pictures of a folder with one sub-folder for each class.

    Pictures are PNG, JPEG, BMP, GIF (the first of several) or WebP. `size`: (height, width) that
    every picture is resized to; without, pictures of different sizes are refused. `broken`:
    "refuse" raises at the first file that is damaged, no picture, too large, or a link that leads
    out of the folder; "skip" leaves such files out and names them. Not looked at are files beside
    the sub-folders, hidden ones, texts, and what archives and systems leave behind, such as
    __MACOSX and Thumbs.db. Classes and files are taken in the order of their names.

    Shapes: features (pictures, 3, height, width), or one channel where `grey`.
    Units:  brightness, 0 to 1; transparent places are white.
    Errors: OptionError for a size or word that is not known; FileError naming the file that
        cannot be read; DataError for fewer than two classes, a class without pictures, sizes
        that differ, more numbers than 2^30, or a folder that is split already.
    """
    root, reader = _begin(path, size, grey=grey, broken=broken)
    parts = parts_in(root)
    if parts:
        raise DataError(
            f"image_folder: {root} is split already: {', '.join(p.name for p in parts.values())}. "
            "Read it with image_parts, or give one of these folders."
        )
    names = classes_in(root)
    data = reader.read(root, names, names, real(root).name)
    return ImageFolder(data, tuple(reader.skipped))


@strict
def image_parts(
    path: AnyPath,
    *,
    size: tuple[int, int] | None = None,
    grey: bool = False,
    broken: str = "refuse",
) -> ImageParts:
    """The pictures of a folder that is split already: train/ with a sub-folder for each class.

    Beside it stand val/ (or valid/, validation/), test/, or both, with the same classes or some of
    them. All else is as in `image_folder`.

    Errors: as `image_folder`; DataError where there are no such parts, or a part has a class that
        train/ has not.
    """
    root, reader = _begin(path, size, grey=grey, broken=broken)
    parts = parts_in(root)
    if not parts:
        raise DataError(
            f"image_parts: {root} holds no train/ with classes beside val/ or test/. Folders of "
            "classes are read with image_folder, and split with split."
        )
    names = classes_in(parts["train"])
    found: dict[str, Dataset] = {}
    for part, folder in parts.items():
        here = names if part == "train" else _some_of(names, folder)
        found[part] = reader.read(folder, here, names, f"{real(root).name} {part}")
    rest = found.get("validation"), found.get("test")
    return ImageParts(found["train"], *rest, tuple(reader.skipped))


def _some_of(names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """The classes in a folder, which are among the names."""
    here = tuple(path.name for path in folders_in(folder))
    odd = [name for name in here if name not in names]
    if odd or not here:
        what = f"a class {odd[0]!r}, which train has not" if odd else "no class"
        raise DataError(
            f"image_parts: {folder} holds {what}. Each part has sub-folders for the same classes: "
            f"{some(names)}."
        )
    return here


def _begin(
    path: AnyPath, size: tuple[int, int] | None, *, grey: bool, broken: str
) -> tuple[Path, "_Reader"]:
    """The folder, and what reads its pictures. Errors: OptionError."""
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise OptionError(f"image_folder: size {size}. It is (height, width), each at least 1.")
    if broken not in BROKEN:
        raise OptionError(f"image_folder: broken {broken!r}. {closest(broken, BROKEN)}")
    root = Path(expanded(path))
    return root, _Reader(root, size, grey=grey, skip=broken == "skip")


@strict
def read_picture(
    path: AnyPath, *, size: tuple[int, int] | None = None, grey: bool = False
) -> Pixels:
    """One picture as a model of an image folder takes it.

    Shapes: -> (3, height, width), or (1, height, width) where `grey`.
    Units, errors: as `image_folder`.
    """
    return _brightness(_decoded(path, size, grey=grey))


def _decoded(path: AnyPath, size: tuple[int, int] | None, *, grey: bool) -> NDArray[Any]:
    """The numbers of a picture, channels first: bytes, or up to 65535 where it has 16 bits."""

    def decode(image: Any) -> NDArray[Any]:
        image = opaque("read_picture", image)
        deep = image.mode == "F"
        image = image.convert("L") if grey and not deep else image
        if size is not None and image.size != (size[1], size[0]):
            resampling = pillow("read_picture", "Image").Resampling
            image = image.resize((size[1], size[0]), resampling.BILINEAR)
        pixels = np.asarray(image, np.float32 if deep else np.uint8)
        pixels = pixels.reshape(image.size[1], image.size[0], -1).transpose(2, 0, 1)
        return np.repeat(pixels, 3 if deep and not grey else 1, axis=0)

    return open_picture("read_picture", path, decode)


def _brightness(pixels: NDArray[Any]) -> Pixels:
    """Numbers from 0 to 1, of bytes or of numbers up to 65535."""
    lightest = LIGHTEST[pixels.dtype != np.uint8]
    numbers: Pixels = np.divide(pixels, lightest, dtype=np.float32)
    return numbers


class _Reader:
    """Reads class after class, and keeps what it read."""

    def __init__(
        self,
        root: Path,
        size: tuple[int, int] | None,
        *,
        grey: bool,
        skip: bool,
    ) -> None:
        self.root = root
        self.size = size
        self.grey = grey
        self.skip = skip
        self.pictures: list[NDArray[Any]] = []
        self.labels: list[int] = []
        self.skipped: list[str] = []
        self._numbers = 0  # of all pictures so far
        self._first: tuple[Path, tuple[int, ...]] | None = None

    def read(
        self, folder: Path, here: tuple[str, ...], names: tuple[str, ...], name: str
    ) -> Dataset:
        """The pictures of the classes that are here; `names` are those of all classes."""
        self.pictures = []
        self.labels = []
        for each in here:
            self._read_class(names.index(each), folder / each)
        deep = any(picture.dtype != np.uint8 for picture in self.pictures)
        pictures = map(_brightness, self.pictures) if deep else self.pictures
        features = np.stack(list(pictures))
        self.pictures = []
        freeze(features)  # so that training shares the table, without a copy
        labels = np.array(self.labels, np.int64)
        kind = Dataset if deep else PixelDataset
        return kind(features, labels, name, len(names), class_names=names)

    def _read_class(self, label: int, folder: Path) -> None:
        """All pictures of one class."""
        before = len(self.pictures)
        for path in entries(folder):
            try:
                check_inside(self.root, path)
                if self.size is not None:
                    self._check_room((1 if self.grey else 3, *self.size))
                pixels = _decoded(path, self.size, grey=self.grey)
            except FileError as error:
                if not self.skip:
                    raise FileError(
                        f'{error} Or leave such files out: broken="skip" (--broken skip).'
                    ) from error
                self.skipped.append(str(error))
                continue
            self._check_size(path, pixels)
            self.pictures.append(pixels)
            self.labels.append(label)
            self._numbers += pixels.size
        if len(self.pictures) == before:
            raise DataError(
                f"image_folder: {folder} holds no picture that can be read. Every sub-folder is "
                "a class: put pictures into it, or remove it."
            )

    def _check_size(self, path: Path, pixels: NDArray[Any]) -> None:
        self._first = first, shape = self._first or (path, pixels.shape)
        if pixels.shape != shape:
            here = pixels.shape[1:]
            there = shape[1:]
            raise DataError(
                f"image_folder: {path} is {here[0]} x {here[1]} (height x width), {first} is "
                f"{there[0]} x {there[1]}. All must be alike: give size=(height, width) to resize."
            )
        self._check_room(shape)

    def _check_room(self, shape: tuple[int, ...]) -> None:
        if self._numbers + math.prod(shape) > MAX_NUMBERS:
            raise DataError(
                f"image_folder: {self.root} holds more than {MAX_NUMBERS:,} numbers in pictures "
                f"of shape {shape}. Give a smaller size=(height, width)."
            )
