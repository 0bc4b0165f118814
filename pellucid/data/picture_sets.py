"""Folders of pictures that are decoded batch by batch.

picture_set    the pictures of a folder with one sub-folder for each class
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.datasets import Dataset
from pellucid.data.draws import Draws
from pellucid.data.folder_parts import check_inside, classes_in, entries, folders_in, real
from pellucid.data.folders import read_picture
from pellucid.data.streamed import StreamedDataset
from pellucid.data.transformed import Transformed
from pellucid.data.unread_rows import UnreadRows
from pellucid.disk import AnyPath, expanded
from pellucid.errors import DataError, FileError, OptionError, some
from pellucid.strict import strict

if TYPE_CHECKING:
    from pellucid.data.transformed import Transform


@strict
def picture_set(
    path: AnyPath,
    *,
    size: tuple[int, int] | None = None,
    grey: bool = False,
    classes: Sequence[str] | None = None,
    transform: "Transform | None" = None,
    workers: int = 0,
) -> Dataset:
    """The pictures of a folder with one sub-folder for each class, decoded batch by batch.

    Pictures and their order are those of `image_folder`, which decodes all at once. `classes`: the
    names of all classes in their order, for a folder that has some of them: the test pictures of
    `train` are `picture_set("pets/test", classes=train.class_names)`.

    `transform(sample, rng)` makes a sample of a picture, an array (3, height, width) of brightness
    from 0 to 1. What it draws from `rng`, a `numpy.random.Generator`, depends on the seed of the
    Trainer, the epoch and the row alone; whoever measures or looks gets the same sample each time.
    It is called by `workers` threads, 0 for one on each CPU, ahead of the steps: it must keep
    nothing between calls. The bits do not depend on the threads.

    Shapes: features (pictures, 3, height, width), or one channel where `grey`, or what `transform`
        makes, which is the same for all.
    Errors: OptionError for a size, or no transform; FileError naming the file, and the row, that
        cannot be read; DataError as `image_folder`, and naming file, row and transform where this
        fails. All but the first picture are read when they are needed.
    """
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise OptionError(f"picture_set: size {size}. It is (height, width), each at least 1.")
    root = Path(expanded(path))
    names = classes_in(root) if classes is None else tuple(classes)
    files, labels = _files(root, names)
    rows: UnreadRows = PictureRows(files, size, grey=grey)
    if transform is not None:
        rows = Transformed(rows, transform)
    ids = np.array(labels, np.int64)
    made = (rows, ids, real(root).name, len(names), 0, names)
    return StreamedDataset(*made, workers=workers)


def _files(root: Path, names: tuple[str, ...]) -> tuple[list[Path], list[int]]:
    """The pictures of all classes, and the class of each."""
    files: list[Path] = []
    labels: list[int] = []
    for folder in folders_in(root):
        if folder.name not in names:
            raise DataError(
                f"picture_set: {folder} is none of the classes: {some(names)}. Each sub-folder is "
                "a class: move it away."
            )
        found = list(entries(folder))
        if not found:
            raise DataError(
                f"picture_set: {folder} holds no picture. Every sub-folder is a class: put "
                "pictures into it, or remove it."
            )
        for file in found:
            check_inside(root, file)
        files += found
        labels += [names.index(folder.name)] * len(found)
    if not files:
        raise DataError(f"picture_set: {root} holds no sub-folders of the classes {some(names)}.")
    return files, labels


class PictureRows(UnreadRows):
    """Pictures of files, decoded when they are asked for."""

    piece = 1

    def __init__(
        self,
        files: Sequence[Path],
        size: tuple[int, int] | None,
        *,
        grey: bool,
    ) -> None:
        self._files = list(files)
        self._size = size
        self._grey = grey
        super().__init__(len(files), self.sample(0).shape)

    def sample(self, number: int) -> Any:
        """A picture, of whatever size."""
        try:
            return read_picture(
                self._files[number],
                size=self._size,
                grey=self._grey,
            )
        except FileError as error:
            raise FileError(f"row {number}: {error}") from error

    def read(self, numbers: Any, out: Any, draws: Draws) -> None:
        """Decode the pictures; nothing is drawn."""
        for i, number in enumerate(map(int, numbers)):
            pixels = self.sample(number)
            if pixels.shape != self._sample:
                here = pixels.shape[1:]
                there = self._sample[1:]
                raise DataError(
                    f"row {number} ({self.place(number)}) is {here[0]} x {here[1]} (height x "
                    f"width), {self.place(0)} is {there[0]} x {there[1]}. All must be alike: give "
                    "size=(height, width), or a transform that makes them so."
                )
            out[i] = pixels

    def place(self, number: int) -> str:
        """The file."""
        return str(self._files[number])

    def digest(self) -> str:
        """The checksum of all files, and how they are decoded."""
        total = zlib.crc32(f"{self._size} {self._grey}".encode())
        for file in self._files:
            total = zlib.crc32(file.read_bytes(), total)
        return f"{total:08x}"
