"""IDX files: the right numbers, and a clear refusal of every file that is not what it says."""

import gzip
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import idx
from pellucid.data.idx import ELEMENT_TYPES, opened_idx, read_idx, read_idx_and_digest
from pellucid.errors import FileError

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
CONTENT = b"\0\0\x08\x03" + struct.pack(">3I", 2, 3, 4) + IMAGES.tobytes()


def header(*sizes: int, code: int = 0x08) -> bytes:
    return bytes([0, 0, code, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train-images-idx3-ubyte"


@pytest.fixture(params=["zlib-ng", "zlib"], autouse=True)
def _library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is read with both libraries that unpack gzip."""
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "zlib_ng", None)
    assert idx._unpacking()[1].__module__ == request.param.replace("-", "_")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_plain_and_compressed_files_are_told_apart_by_content(
    path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(pack(CONTENT))
    array = read_idx(path)
    np.testing.assert_array_equal(array, IMAGES)
    assert array.dtype == np.uint8


@pytest.mark.parametrize("code", ELEMENT_TYPES)
def test_every_element_type_is_read_in_the_byte_order_of_the_machine(path: Path, code: int) -> None:
    dtype = ELEMENT_TYPES[code]
    values = np.array([[1, 2, 3], [100, 0, 5]])
    path.write_bytes(header(2, 3, code=code) + values.astype(dtype).tobytes())
    array = read_idx(path)
    np.testing.assert_array_equal(array, values)
    assert array.dtype == dtype.newbyteorder("=")
    assert array.dtype.isnative


def test_the_digest_is_that_of_the_uncompressed_file(path: Path) -> None:
    path.write_bytes(gzip.compress(CONTENT))
    _, digest = read_idx_and_digest(path)
    # By sha256sum, of the 40 bytes of CONTENT.
    assert digest == "a51c98759421959402851916f9b92885907c60a39b5a4ffeb856ea22cd940c51"


def test_a_size_of_zero_gives_an_empty_array(path: Path) -> None:
    path.write_bytes(header(0, 28, 28))
    assert read_idx(path).shape == (0, 28, 28)


DAMAGED = {
    "empty": (b"", "not an IDX file: it begins with nothing"),
    "three bytes": (CONTENT[:3], "not an IDX file: it begins with 00 00 08"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), "not an IDX file: it begins with 89 50 4e 47"),
    "element type": (b"\0\0\x07\x01" + bytes(8), "not an IDX file: it begins with 00 00 07 01"),
    "no dimensions": (b"\0\0\x08\x00" + bytes(8), "not an IDX file"),
    "sizes": (CONTENT[:13], "truncated in the header: 9 of 12 bytes of sizes for 3 dimensions"),
    "255 dimensions": (b"\0\0\x08\xff" + bytes(100), "truncated in the header: 100 of 1020"),
    "one byte short": (
        CONTENT[:-1],
        r"the header says \(2, 3, 4\) of uint8, 24 bytes, but the file (has only|can expand)|"
        "truncated: 23 of 24 bytes of data",
    ),
    "one byte more": (CONTENT + b"x", "Nothing may stand after the data"),
    "4 billion images": (header(2**32 - 1, 28, 28) + bytes(99), "the header lies"),
    "more axes than arrays have": (header(*[1] * 65) + b"x", "65 axes"),
    "nothing, of far too many": (header(0, *[2**32 - 1] * 4), "No array has more than"),
    "exabytes": (header(*[2**32 - 1] * 8) + bytes(99), "the header lies"),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_refused_with_its_name(
    path: Path, damage: str, pack: Callable[[bytes], bytes]
) -> None:
    content, text = DAMAGED[damage]
    path.write_bytes(pack(content))
    with pytest.raises(FileError, match=rf"read .*train-images-idx3-ubyte: .*({text})"):
        read_idx(path)


def flip(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 0xFF
    return bytes(changed)


PACKED = gzip.compress(CONTENT)


@pytest.mark.parametrize(
    "content",
    [
        PACKED[:-1],
        PACKED[:-8],
        PACKED[:30],
        PACKED[:12],
        PACKED[:5],
        flip(PACKED, -5),
        flip(PACKED, -1),
        flip(PACKED, 2),
        flip(PACKED, 25),
    ],
    ids=[
        "end",
        "checksum",
        "data",
        "first data",
        "header",
        "wrong checksum",
        "wrong length",
        "method",
        "bits",
    ],
)
def test_damaged_gzip_is_refused_with_the_name(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"train-images-idx3-ubyte: damaged or truncated gzip: "):
        read_idx(path)


@given(st.data())
def test_a_file_changed_anywhere_is_read_or_refused_by_file_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x"
    content = bytearray(data.draw(st.sampled_from([CONTENT, PACKED])))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        array = read_idx(path)
    except FileError:
        return
    assert array.nbytes <= len(CONTENT)


def test_an_array_above_the_limit_is_refused(path: Path) -> None:
    path.write_bytes(CONTENT)
    assert read_idx(path, max_bytes=24).nbytes == 24
    with pytest.raises(FileError, match=r"24 bytes of data are more than the limit of 23\. Raise"):
        read_idx(path, max_bytes=23)


def test_another_shape_than_asked_for_is_refused_before_the_data_are_read(path: Path) -> None:
    path.write_bytes(CONTENT[:16])
    with (
        pytest.raises(FileError, match=r"the header says \(2, 3, 4\)\. It must say \(9, 3, 4\)"),
        opened_idx(path, shape=(9, 3, 4)),
    ):
        pass


BOMBS: dict[str, tuple[bytes, bytes]] = {
    "bytes after the data": (header(2, 28, 28), bytes(2**29)),
    "a header that lies": (header(2**32 - 1, 28, 28), bytes(2**20)),
    "both": (header(2**18, 28, 28), bytes(2**27)),
}


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory through Linux's /proc")
@pytest.mark.parametrize("bomb", BOMBS)
def test_memory_is_not_taken_for_what_a_file_only_claims(path: Path, bomb: str) -> None:
    """Read in a process that may have 200 MB more than NumPy needs, far less than is claimed."""
    head, zeros = BOMBS[bomb]
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(head)
        file.write(zeros)
    program = (
        "import resource, sys\n"
        "from pellucid.data.idx import read_idx\n"
        "from pellucid.errors import FileError\n"
        "with open('/proc/self/statm') as file:\n"
        "    used = int(file.read().split()[0]) * resource.getpagesize()\n"
        "limit = used + 200_000_000\n"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "try:\n"
        "    read_idx(sys.argv[1])\n"
        "except FileError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert path.name in run.stdout


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none: No such file or directory\. Check the path"):
        read_idx(tmp_path / "none")
    with pytest.raises(FileError, match="not a regular file"):
        read_idx(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="not a regular file"):
        read_idx(tmp_path / "pipe")
