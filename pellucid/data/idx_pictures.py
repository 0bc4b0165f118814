"""Pictures and labels in IDX files, as the numbers that a data set holds.

pixels_or_labels   the numbers of one file, and the digest of its content
spellings       the names under which such a file is found
"""

import hashlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import freeze
from pellucid.data.idx import MAX_BYTES, Header, opened_idx
from pellucid.disk import AnyPath
from pellucid.errors import FileError
from pellucid.memory import empty

AT_ONCE = 1000  # pictures that are turned together


def spellings(name: str) -> tuple[str, ...]:
    """The names under which a file is found: with dash or dot, gzip or not."""
    dotted = name.replace("-idx", ".idx")
    return (name, f"{name}.gz", dotted, f"{dotted}.gz")


def pixels_or_labels(
    where: str,
    path: AnyPath,
    shape: tuple[int, ...] | None,
    dimensions: int,
    *,
    transposed: bool = False,
) -> tuple[NDArray[Any], str]:
    """Pixels of pictures row by row, or labels, and the SHA-256 of the uncompressed content.

    A `shape` that is given must be the header's. `transposed`: pictures that the file holds so
    are turned back.

    Shapes: pictures (count, height x width) uint8, read-only; labels (count,) int64.
    Units:  ink, 0 (background) to 255.
    Errors: FileError naming the file: damaged, or of another number of dimensions.
    """
    with opened_idx(path, MAX_BYTES, shape) as (header, pieces):
        if header.dtype != np.uint8 or len(header.shape) != dimensions:
            raise FileError(
                f"{where}: {path} holds {header.dtype} of shape {header.shape}. It must hold uint8 "
                f"with {dimensions} dimensions."
            )
        is_images = dimensions > 1
        try:
            numbers = empty(math.prod(header.shape), np.uint8 if is_images else np.int64)
        except MemoryError:
            raise FileError(
                f"{where}: {path}: the header says {header.shape}, more than fits into memory."
            ) from None
        digest = _convert(header, pieces, numbers)
    if not is_images:
        return numbers, digest
    if transposed:
        _turn(numbers.reshape(header.shape))
    table = numbers.reshape(header.shape[0], math.prod(header.shape[1:]))
    freeze(numbers)
    freeze(table)  # so that training shares the table instead of copying it
    return table, digest


def _turn(pictures: NDArray[Any]) -> None:
    """Exchange rows and columns of each picture, in place: no second table is made."""
    for start in range(0, len(pictures), AT_ONCE):
        part = pictures[start : start + AT_ONCE]
        part[:] = part.transpose(0, 2, 1).copy()


def _convert(header: Header, pieces: Iterator[bytes], numbers: NDArray[Any]) -> str:
    """Fill `numbers` from bytes; the digest of the content.

    One thread unpacks the file, another goes over what is there already.
    """
    # Imported on use: it brings the logging of Python with it.
    from concurrent.futures import ThreadPoolExecutor

    digest = hashlib.sha256(header.raw)

    def convert(start: int, piece: bytes) -> None:
        digest.update(piece)
        numbers[start : start + len(piece)] = np.frombuffer(piece, np.uint8)

    start = 0
    converted = []
    with ThreadPoolExecutor(1) as following:
        for piece in pieces:
            converted.append(following.submit(convert, start, piece))
            start += len(piece)
    for each in converted:
        each.result()  # raises what went wrong there
    return digest.hexdigest()
