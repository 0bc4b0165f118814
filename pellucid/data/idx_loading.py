"""Reading and fetching the sets of `IDX_SETS`, and other sets of pictures in IDX files.

idx_set(name, folder)            -> (train, test), every file checked
download_idx_set(name, folder)   fetches the files of a set
idx_folder(folder)               pictures and labels of a folder, whatever they show
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pellucid import disk
from pellucid.data.datasets import Dataset
from pellucid.data.idx import GZIP_MAGIC, find_file, opened_idx
from pellucid.data.idx_pictures import pixels_or_labels, spellings
from pellucid.data.idx_sets import IDX_SETS, SIDE, IdxSet
from pellucid.data.pixels import PixelDataset
from pellucid.disk import AnyPath
from pellucid.errors import DataError, FileError, OptionError, closest
from pellucid.io.files import file_error, write_atomic
from pellucid.strict import strict

NAMED = re.compile(r"(.*?)[-_.]?(images|labels)[-_.]idx[13]-ubyte(\.gz)?", re.IGNORECASE)
TESTS = ("t10k", "test")  # in the names of files to test on


@strict
def idx_set(name: str, folder: AnyPath) -> tuple[Dataset, Dataset]:
    """The training and the test pictures of a set from a folder with its four files.

    The files may be compressed by gzip or not; those of EMNIST may lie in a folder `gzip`, as
    their archive has it. EMNIST's pictures are turned upright, and its letters count from 0.

    Shapes: features (pictures, 784), row by row; `with_shape(1, 28, 28)` makes images of them.
    Units:  ink, 0 (background) to 1.
    Errors: OptionError for a name that is not known; FileError naming the file that is missing,
        damaged, of other sizes or with another digest; DataError where its labels do not fit.
    """
    found = _known(name)
    where = Path(disk.expanded(folder))
    arrays = [_read(name, found, place, where) for place in range(len(found.files))]
    pixels, labels, test_pixels, test_labels = arrays
    train = _dataset(found, pixels, labels, f"{name} train")
    return train, _dataset(found, test_pixels, test_labels, f"{name} test")


def _dataset(found: IdxSet, pixels: Any, labels: Any, title: str) -> Dataset:
    names = found.class_names
    return PixelDataset(
        pixels,
        labels - found.first,
        title,
        len(names),
        class_names=names,
        picture=(1, SIDE, SIDE),
    )


@strict
def download_idx_set(
    name: str,
    folder: AnyPath,
    *,
    mirrors: tuple[str, ...] | None = None,
    timeout: float = 30,
) -> tuple[Path, ...]:
    """Fetch the files of a set into a folder, which is made where it is missing.

    Files that are there and right are kept. EMNIST comes as one archive of 562 MB, which stays
    for its other sets. Everything is checked by its digest before it appears under its name.

    Shapes: -> the paths of the four files.
    Units:  timeout: seconds without any answer, for each file and mirror.
    Errors: OptionError for a name that is not known; FileError as in `download_mnist`.
    """
    found = _known(name)
    where = Path(disk.expanded(folder))
    mirrors = found.mirrors if mirrors is None else mirrors
    if found.archive is not None:
        return _unpacked(name, found, where, mirrors, timeout)
    paths = []
    for place, (file, digest) in enumerate(found.files):
        present = _find(found, file, where)
        if present is not None:
            _check(name, present, digest)
            paths.append(present)
            continue
        path = where / f"{file}.gz"
        size = 2**16 + SIDE * SIDE * found.counts[place // 2]
        _fetch(name, mirrors, path, digest, size, timeout)
        paths.append(path)
    return tuple(paths)


def _known(name: str) -> IdxSet:
    if name not in IDX_SETS:
        raise OptionError(f"idx_set: {name!r} is not known. {closest(name, IDX_SETS)}")
    return IDX_SETS[name]


def _find(found: IdxSet, file: str, folder: Path) -> Path | None:
    here = find_file(folder, spellings(file))
    inner = None if found.archive is None else folder / Path(found.archive[0]).stem
    return here or (inner and find_file(inner, spellings(file)))


def _check(name: str, path: Path, digest: str) -> None:
    """Raise FileError for a packed file with another digest; that of an unpacked one is unknown."""
    with _readable(name, path) as file:
        packed = file.read(2) == GZIP_MAGIC
    if packed:
        _check_digest(name, path, digest)


@contextmanager
def _readable(name: str, path: Path) -> Iterator[BufferedReader]:
    """A file to read; what the system says of it, as it may of a link to a device, is told."""
    try:
        with open(path, "rb") as file:
            yield file
    except OSError as error:
        raise file_error(f"{name}: read", path, error) from error


def _check_digest(name: str, path: Path, digest: str) -> None:
    """Raise FileError for a file with another digest."""
    kind, _, value = digest.partition(":")
    with _readable(name, path) as file:
        # MD5 where nothing else is published: it tells a damaged file, not a forged one.
        found = hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False))
    if found.hexdigest() != value:
        raise FileError(
            f"{name}: {path} is another file: its {kind} is {found.hexdigest()}, not {value}. "
            "Fetch it again, or read other data in this form as idx:FOLDER "
            "(pellucid.data.idx_folder)."
        )


def _read(name: str, found: IdxSet, place: int, folder: Path) -> NDArray[Any]:
    """The numbers of a file: pixels of images row by row, or labels."""
    file, digest = found.files[place]
    path = _find(found, file, folder)
    if path is None:
        raise FileError(
            f"{name}: {folder} holds no file {file} (nor {spellings(file)[2]}, nor either with "
            ".gz). Give the folder with the four IDX files, or fetch them: --download, or "
            f"pellucid.data.download_idx_set({name!r}, folder)."
        )
    _check(name, path, digest)
    shape = found.shape(place)
    return pixels_or_labels(name, path, shape, len(shape), transposed=found.transposed)[0]


def _fetch(
    name: str, mirrors: tuple[str, ...], path: Path, digest: str, size: int, timeout: float
) -> None:
    # Imported on use: urllib and ssl take longer to import than the rest of this package.
    from pellucid.data.download import download

    def verify(new: Path) -> None:
        _check_digest(name, new, digest)

    addresses = tuple(f"{mirror.rstrip('/')}/{path.name}" for mirror in mirrors)
    download(addresses, path, verify, max_bytes=size, timeout=timeout)


def _unpacked(
    name: str, found: IdxSet, folder: Path, mirrors: tuple[str, ...], timeout: float
) -> tuple[Path, ...]:
    """The files of a set out of its archive, which is fetched where one is missing."""
    assert found.archive is not None, name
    packed = folder / found.archive[0]
    digest = found.archive[1]
    paths = [_find(found, file, folder) for file, _ in found.files]
    if None in paths and packed.is_file():
        _check_digest(name, packed, digest)
    elif None in paths:
        _fetch(
            name,
            mirrors,
            packed,
            digest,
            (found.megabytes + 1) * 10**6,
            timeout,
        )
    whole = []
    for path, (file, digest) in zip(paths, found.files, strict=True):
        there = path or _unpack(packed, f"{packed.stem}/{file}.gz", folder / f"{file}.gz")
        _check(name, there, digest)
        whole.append(there)
    return tuple(whole)


def _unpack(packed: Path, member: str, path: Path) -> Path:
    """One file out of an archive whose digest is right; whole, or not there at all."""
    # Imported on use: the sets that are fetched file by file do not need it.
    import zipfile

    try:
        with zipfile.ZipFile(packed) as held, held.open(member) as source:
            write_atomic(path, lambda file: shutil.copyfileobj(source, file))
    except FileError:
        raise
    except OSError as error:
        raise file_error(f"unpack {member} of", packed, error) from error
    except (KeyError, zipfile.BadZipFile) as error:
        raise FileError(f"unpack {member} of {packed}: {error}. Fetch it again.") from error
    return path


# ---- any set -----------------------------------------------------------------------------


@strict
def idx_folder(folder: AnyPath) -> tuple[Dataset, Dataset | None]:
    """Pictures and labels of a folder to train on and, where there are such, to test on.

    Files are told by their names: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, with
    `t10k` or `test` instead of `train`, with something in front, with dots, and with `.gz`.

    Shapes: features (pictures, 1, height, width); labels are class numbers from 0.
    Units:  brightness, 0 to 1.
    Errors: FileError where there are no such files, or they are damaged; DataError where there are
        those of several sets, or pictures and labels do not fit together.
    """
    root = Path(disk.expanded(folder))
    pairs = _pairs(root)
    tests = [stem for stem in pairs if any(word in stem.lower() for word in TESTS)]
    trains = [stem for stem in pairs if stem not in tests]
    if len(trains) != 1 or len(tests) > 1:
        several = f"{len(trains)} to train on ({', '.join(trains) or 'none'})"
        raise DataError(
            f"idx_folder: {root} holds sets {several} and {len(tests)} to test on. There must be "
            "one, and at most one: pictures and labels in a folder of their own."
        )
    arrays = {stem: _images_and_labels(*pairs[stem]) for stem in (*trains, *tests)}
    classes = max(2, 1 + max(int(labels.max(initial=0)) for _, labels in arrays.values()))
    name = root.resolve().name
    train, *others = arrays.values()
    test = PixelDataset(*others[0], f"{name} test", classes) if tests else None
    return PixelDataset(*train, f"{name} train", classes), test


def _pairs(root: Path) -> dict[str, tuple[Path, Path]]:
    """Pictures and labels by what stands before these words in their names."""
    try:
        names = sorted(os.listdir(root))
    except OSError as error:
        raise file_error("idx_folder: read", root, error) from error
    held: dict[str, dict[str, Path]] = {}
    for name in names:
        match = NAMED.fullmatch(name)
        if match and os.path.isfile(root / name):
            held.setdefault(match[1], {}).setdefault(match[2].lower(), root / name)
    pairs = {s: (p["images"], p["labels"]) for s, p in held.items() if len(p) == 2}
    if not pairs:
        raise FileError(
            f"idx_folder: {root} holds no pictures with labels. They are called as those of MNIST: "
            "train-images-idx3-ubyte and train-labels-idx1-ubyte, gzipped or not."
        )
    return pairs


def _images_and_labels(images: Path, labels: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    with opened_idx(images) as (header, _):
        shape = header.shape
    table, _ = pixels_or_labels("idx_folder", images, None, 3)
    ids, _ = pixels_or_labels("idx_folder", labels, None, 1)
    return table.reshape(shape[0], 1, *shape[1:]), ids
