"""IDX files, the format of MNIST and its relatives: read from strangers, so every size is checked.

    bytes 0-1  zero                     byte 3    number of dimensions
    byte 2     element type             then one 4-byte size per dimension, then the elements

All numbers are big-endian. Files may be compressed by gzip, which is told by content, not name.
Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", the section on formats.
"""

import gzip
import hashlib
import math
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pellucid.disk import AnyPath, expanded
from pellucid.errors import FileError, ShapeError
from pellucid.io.files import file_error
from pellucid.sizes import check_sizes
from pellucid.strict import strict

ELEMENT_TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype("u1"),
    0x09: np.dtype("i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
GZIP_MAGIC = b"\x1f\x8b"
# Deflate spends at least 2 bits on a run of 258 bytes: no honest stream grows by more.
LARGEST_RATIO = 1032
MAX_BYTES = 2**31
CHUNK = 2**20


@dataclass(frozen=True)
class Header:
    """What an IDX file says of itself; `raw` holds the bytes that said it."""

    raw: bytes
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def data_bytes(self) -> int:
        """How many bytes of elements must follow."""
        return math.prod(self.shape) * self.dtype.itemsize


@strict
def read_idx(path: AnyPath, *, max_bytes: int = MAX_BYTES) -> NDArray[Any]:
    """The array of an IDX file, compressed by gzip or not, in the byte order of this machine.

    Memory is taken only for data that are there: a header that claims more than the file can
    hold, or more than `max_bytes`, is refused first.

    Units:  max_bytes: bytes of the array.
    Errors: FileError naming the file: missing, not IDX, sizes that do not fit the content, bytes
        after the end, damaged or truncated gzip.
    """
    return read_idx_and_digest(path, max_bytes)[0]


def read_idx_and_digest(path: AnyPath, max_bytes: int = MAX_BYTES) -> tuple[NDArray[Any], str]:
    """The array of an IDX file, and the SHA-256 of its uncompressed content in hexadecimal.

    Errors: as in `read_idx`.
    """
    data = bytearray()
    with opened_idx(path, max_bytes) as (header, pieces):
        digest = hashlib.sha256(header.raw)
        for piece in pieces:
            digest.update(piece)
            data += piece  # memory grows as they arrive
    array = np.frombuffer(data, header.dtype).reshape(header.shape)
    return array.astype(header.dtype.newbyteorder("="), copy=False), digest.hexdigest()


@contextmanager
def opened_idx(
    path: AnyPath,
    max_bytes: int = MAX_BYTES,
    shape: tuple[int, ...] | None = None,
) -> Iterator[tuple[Header, Iterator[bytes]]]:
    """An open IDX file: its header, and the bytes of its elements, piece by piece.

    The pieces are there to be taken to their end: it is then that the end is checked. A `shape`
    that is given must be the header's; it is compared before the elements are read.

    Errors: as in `read_idx`, also while pieces are taken.
    """
    path = expanded(path)
    where = f"read {path}"
    try:
        # A device or a pipe would give bytes without end, or block.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise FileError(f"{where}: not a regular file. Give an IDX file.")
        with open(path, "rb") as file:
            header, stream = _begun(where, file, max_bytes, shape)
            yield header, _pieces(where, stream, header)
    except FileError:
        raise
    except (EOFError, gzip.BadGzipFile, _unpacking()[1]) as error:
        raise FileError(
            f"{where}: damaged or truncated gzip: {error}. Copy or download the file again."
        ) from error
    except OSError as error:
        raise file_error("read", path, error) from error


def _unpacking() -> tuple[Any, Any]:
    """What reads gzip, and what it raises for damaged data.

    zlib-ng, where it is installed, takes half the time of Python's own: for MNIST 0.11 seconds
    instead of 0.21, most of what reading takes.
    """
    try:
        from zlib_ng import gzip_ng, zlib_ng
    except ImportError:
        return gzip.GzipFile, zlib.error
    return gzip_ng.GzipNGFile, zlib_ng.error


def _begun(
    where: str, file: BinaryIO, max_bytes: int, shape: tuple[int, ...] | None
) -> tuple[Header, Any]:
    """The header, checked, and the stream of what follows it."""
    size = os.fstat(file.fileno()).st_size
    compressed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    stream: Any = _unpacking()[0](fileobj=file) if compressed else file
    header = _read_header(where, stream)
    if shape is not None and header.shape != shape:
        raise FileError(f"{where}: the header says {header.shape}. It must say {shape}.")
    room = size * LARGEST_RATIO if compressed else size - len(header.raw)
    _check_size(where, header, room, compressed)
    if header.data_bytes > max_bytes:
        raise FileError(
            f"{where}: {header.data_bytes:,} bytes of data are more than the limit of "
            f"{max_bytes:,}. Raise max_bytes if you trust the file."
        )
    return header, stream


def _read_header(where: str, stream: Any) -> Header:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in ELEMENT_TYPES or not magic[3]:
        known = ", ".join(f"{code:#04x}" for code in ELEMENT_TYPES)
        raise FileError(
            f"{where}: not an IDX file: it begins with {magic.hex(' ') or 'nothing'}. The first "
            f"four bytes are 00 00, an element type ({known}) and the number of dimensions."
        )
    dimensions = magic[3]
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise FileError(
            f"{where}: truncated in the header: {len(sizes)} of {4 * dimensions} bytes of sizes "
            f"for {dimensions} dimensions. Copy or download the file again."
        )
    shape = struct.unpack(f">{dimensions}I", sizes)
    return Header(magic + sizes, ELEMENT_TYPES[magic[2]], shape)


def _check_size(where: str, header: Header, room: int, compressed: bool) -> None:
    """Refuse sizes that the file cannot hold, before memory is taken for them."""
    claim = f"the header says {header.shape} of {header.dtype}, {header.data_bytes:,} bytes"
    if header.data_bytes > room:
        most = "can expand to at most" if compressed else "has only"
        raise FileError(
            f"{where}: truncated, or the header lies: {claim}, but the file {most} {room:,}. "
            "Copy or download the file again."
        )
    if not compressed and header.data_bytes < room:
        raise FileError(f"{where}: {claim}, but {room:,} follow. Nothing may stand after the data.")
    try:
        check_sizes(where, header.shape, header.dtype)
    except ShapeError as error:
        raise FileError(f"{error} Copy or download the file again.") from error


def _pieces(where: str, stream: Any, header: Header) -> Iterator[bytes]:
    """The bytes of the elements and not one more, some at a time."""
    left = header.data_bytes
    while left:
        piece = stream.read(min(CHUNK, left))
        if not piece:
            raise FileError(
                f"{where}: truncated: {header.data_bytes - left:,} of {header.data_bytes:,} bytes "
                "of data. Copy or download the file again."
            )
        left -= len(piece)
        yield piece
    # Reading on reaches the end of a gzip stream, where its checksum is compared.
    if stream.read(1):
        raise FileError(
            f"{where}: bytes follow after the {header.data_bytes:,} that the header "
            f"{header.shape} announces. Nothing may stand after the data."
        )


def find_file(folder: AnyPath, names: tuple[str, ...]) -> Path | None:
    """The first of the names that is a file in the folder, if any is."""
    # A link to a name that is too long is no file: os.path says so, Path.is_file raises.
    return next((p for name in names if os.path.isfile(p := Path(expanded(folder), name))), None)
