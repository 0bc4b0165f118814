"""MNIST: 70,000 handwritten digits of 28x28 pixels, read from its four IDX files.

mnist(folder)             -> (train, test), every file checked
download_mnist(folder)    fetches the four files; nothing else in pellucid does
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.datasets import Dataset
from pellucid.data.idx import find_file
from pellucid.data.idx_pictures import pixels_or_labels, spellings
from pellucid.data.pixels import PixelDataset
from pellucid.disk import AnyPath, expanded
from pellucid.errors import FileError
from pellucid.strict import strict

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
)


@dataclass(frozen=True)
class MnistFile:
    """One of the four files: its name, what its header says, the SHA-256 of its content."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names under which the file is found."""
        return spellings(self.name)


# The digests are those of the uncompressed files. The training images have MD5
# 6bbc9ace898e44ae57da46a324031adb, the published one: they are the original data.
TRAIN_IMAGES = MnistFile(
    "train-images-idx3-ubyte",
    (60_000, 28, 28),
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
)
TRAIN_LABELS = MnistFile(
    "train-labels-idx1-ubyte",
    (60_000,),
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
)
TEST_IMAGES = MnistFile(
    "t10k-images-idx3-ubyte",
    (10_000, 28, 28),
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
)
TEST_LABELS = MnistFile(
    "t10k-labels-idx1-ubyte",
    (10_000,),
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
)
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


@strict
def mnist(folder: AnyPath, *, verify: bool = True) -> tuple[Dataset, Dataset]:
    """The training and the test digits from a folder with the four IDX files.

    The files may be compressed by gzip or not, and be spelled `train-images-idx3-ubyte` or
    `train-images.idx3-ubyte`. Their headers, sizes and SHA-256 digests are checked. With
    `verify=False` other data in the same form are taken as well; `idx_set` reads known relatives.

    Shapes: features (60000, 784) and (10000, 784), row by row; `with_shape(1, 28, 28)` makes
        images of them.
    Units:  ink, 0 (background) to 1.
    Errors: FileError naming the file that is missing, damaged, truncated or not that of MNIST;
        DataError where, without verification, images and labels do not fit together.
    Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
        recognition", 1998.
    """
    # Imported on use: it brings the logging of Python with it.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(FILES)) as reading:
        arrays = list(reading.map(lambda file: _read(folder, file, verify), FILES))
    classes = 10 if verify else max(2, *(int(labels.max(initial=1)) + 1 for labels in arrays[1::2]))
    picture = (1, *TRAIN_IMAGES.shape[1:])
    train = PixelDataset(arrays[0], arrays[1], "mnist train", classes, picture=picture)
    test = PixelDataset(arrays[2], arrays[3], "mnist test", classes, picture=picture)
    return train, test


@strict
def download_mnist(
    folder: AnyPath, *, mirrors: tuple[str, ...] = MIRRORS, timeout: float = 30
) -> tuple[Path, ...]:
    """Fetch the four files of MNIST (11.6 MB) into a folder, which is made where it is missing.

    A file that is there and right is kept. Each new file is checked by its SHA-256 before it
    appears under its name; the mirrors are tried in their order.

    Shapes: -> the paths of the four files.
    Units:  timeout: seconds without any answer, for each file and mirror.
    Errors: FileError naming file and reason, of every mirror where all fail; also where a file
        of that name is there and is another: it is never overwritten.
    """
    return tuple(_fetch(Path(expanded(folder)), file, mirrors, timeout) for file in FILES)


def _read(folder: AnyPath, file: MnistFile, verify: bool) -> NDArray[Any]:
    """The numbers of a file: pixels of images row by row, or labels."""
    path = find_file(folder, file.spellings)
    if path is None:
        raise FileError(
            f"mnist: {expanded(folder)} holds no file {file.name} (nor {file.spellings[2]}, nor "
            "either with .gz). Give the folder with the four IDX files, or fetch them with "
            "pellucid.data.download_mnist(folder)."
        )
    numbers, digest = _numbers(path, file, verify)
    if verify and digest != file.sha256:
        raise FileError(
            f"mnist: {path} is not the file of MNIST: its SHA-256 is {digest}, not "
            f"{file.sha256}. Fetch it again, or pass verify=False for other data in this form, "
            "which the command line reads as idx:FOLDER."
        )
    return numbers


def _numbers(path: Path, file: MnistFile, verify: bool) -> tuple[NDArray[Any], str]:
    """Pixels or labels, and the digest of the file."""
    return pixels_or_labels(
        "mnist",
        path,
        file.shape if verify else None,
        len(file.shape),
    )


def _fetch(
    folder: Path,
    file: MnistFile,
    mirrors: tuple[str, ...],
    timeout: float,
) -> Path:
    # Imported on use: urllib and ssl take longer to import than the rest of this package.
    from pellucid.data.download import download

    present = find_file(folder, file.spellings)
    if present is None:
        path = folder / f"{file.name}.gz"
        addresses = tuple(f"{mirror.rstrip('/')}/{path.name}" for mirror in mirrors)
        # Gzip adds some bytes to data that it cannot shrink, hence the margin.
        most = int(np.prod(file.shape)) + 2**16
        download(addresses, path, lambda new: _verify(new, file), max_bytes=most, timeout=timeout)
        return path
    try:
        _verify(present, file)
    except FileError as error:
        raise FileError(
            f"download_mnist: {present} is there, but is not the file of MNIST ({error}). Delete "
            "it, or choose another folder."
        ) from error
    return present


def _verify(path: Path, file: MnistFile) -> None:
    """Raise FileError unless the file is the one of MNIST."""
    _, digest = _numbers(path, file, verify=True)
    if digest != file.sha256:
        raise FileError(f"its SHA-256 is {digest}, not {file.sha256}")
