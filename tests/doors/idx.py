"""The door of IDX files, packed or not."""

import gzip
import math
import random
import struct
from pathlib import Path

import numpy as np

from doors.case import Case, Door
from doors.damage import damaged
from pellucid.data.idx import ELEMENT_TYPES, read_idx

SIZES = [0, 1, 2, 28, 60_000, 2**16, 2**24, 2**31 - 1, 2**31, 2**32 - 1]


def begin() -> None:
    """Load what is loaded on use."""
    gzip.decompress(gzip.compress(b"x"))


def make(rng: random.Random, folder: Path) -> Case:
    """A file of a few numbers: damaged, with a header that lies, packed, or all of it."""
    content, holds = _whole(rng)
    lies = rng.random() < 0.3
    if lies:
        content = _with_other_sizes(rng, content)
    if rng.random() < 0.4:
        content = gzip.compress(content, mtime=0)
        if rng.random() < 0.1:
            content += rng.choice((content, b"\0" * 99, b"x"))
    if rng.random() < (0.3 if lies else 0.95):
        content = damaged(rng, content)
    path = folder / "numbers"
    path.write_bytes(content)
    return Case(lambda: read_idx(path), 2 * holds, repr(content[:64]))


def _whole(rng: random.Random) -> tuple[bytes, int]:
    """A file, and the bytes of its elements."""
    kind = rng.choice(list(ELEMENT_TYPES))
    shape = tuple(rng.randint(0, 9) for _ in range(rng.randint(1, 4)))
    if rng.random() < 0.05:
        shape = (rng.choice((1000, 1_000_000)),)
    dtype = ELEMENT_TYPES[kind]
    size = math.prod(shape) * dtype.itemsize
    data = np.zeros(size, np.uint8).tobytes() if rng.random() < 0.5 else rng.randbytes(size)
    head = bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    return head + data, size


def _with_other_sizes(rng: random.Random, content: bytes) -> bytes:
    """The same elements, under a header that promises others."""
    count = rng.choice((1, 2, 3, 4, 33, 64, 65, 255))
    sizes = [rng.choice(SIZES) for _ in range(count)]
    if rng.random() < 0.3:
        sizes = [1] * count
    kind = rng.choice(list(ELEMENT_TYPES))
    return bytes([0, 0, kind, count]) + struct.pack(f">{count}I", *sizes) + content[8:]


DOOR = Door("idx", make, begin)
