"""HDF5 files are read by a process of their own; what they claim is checked first."""

import sys
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from pellucid.data import hdf5
from pellucid.data.hdf5 import opened_tables
from pellucid.errors import DataError, FileError

TABLE = np.arange(6000, dtype=np.float32).reshape(1000, 3, 2)
KINDS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "chunked": {"chunks": (7, 3, 1)},
    "one chunk": {"chunks": (1000, 3, 2), "compression": "gzip"},
    "packed": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"compression": "lzf"},
    "growing": {"maxshape": (None, 3, 2)},
}


def made(path: Path, *args: Any, **options: Any) -> Path:
    """A file with a table `x`."""
    with h5py.File(path, "w") as file:
        file.create_dataset("x", *args, **options)
    return path


def read(path: Path) -> Any:
    """The table `x` of a file."""
    with opened_tables("test", path, ["x"]) as tables:
        return tables.array(tables.known[0])


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_read_whole(tmp_path: Path, kind: str) -> None:
    np.testing.assert_array_equal(read(made(tmp_path / "a.h5", data=TABLE, **KINDS[kind])), TABLE)


@pytest.mark.parametrize("data", [5, np.zeros((0, 3)), np.zeros((3, 0), np.uint8), [True], [1.5]])
def test_small_tables_are_read_too(tmp_path: Path, data: Any) -> None:
    found = read(made(tmp_path / "a.h5", data=data))
    np.testing.assert_array_equal(found, np.asarray(data))
    assert (found.dtype, found.shape) == (np.asarray(data).dtype, np.shape(data))


def test_other_byte_orders_and_several_pieces_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "PIECE_BYTES", 100)
    np.testing.assert_array_equal(read(made(tmp_path / "a.h5", data=TABLE.astype(">f4"))), TABLE)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    # The header promises; nothing, or next to nothing, is stored.
    "never written": (
        {"shape": (10**5, 64, 64, 3), "dtype": "u1"},
        "1,228,800,000 bytes, but .* 0 ",
    ),
    "chunks never written": (
        {"shape": (10**5, 64, 64, 3), "dtype": "u1", "chunks": (1, 64, 64, 3)},
        "holds 0 of it",
    ),
    "large chunks": ({"shape": (10, 2**27), "dtype": "u1", "chunks": (1, 2**27)}, "holds 0 of it"),
    "packed": ({"shape": (2**33,), "dtype": "f8", "compression": "gzip"}, "expand to at most 0 "),
    "text": ({"data": ["a", "b"]}, "Its elements must be numbers"),
    "pairs": ({"shape": (2,), "dtype": [("a", "f4"), ("b", "f4")]}, "Its elements must be numbers"),
    "nothing": ({"data": h5py.Empty("f4")}, "Its elements must be numbers"),
    "filter": ({"data": np.arange(9), "scaleoffset": 4}, r"packed by the filters \[6\]"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_table_that_its_file_cannot_hold_is_refused_at_once(tmp_path: Path, case: str) -> None:
    options, message = REFUSED[case]
    path = made(tmp_path / "a.h5", **options)
    with pytest.raises(FileError, match=rf"test: .*a\.h5 'x' .*{message}"):
        read(path)


def test_a_packed_table_of_a_few_kilobytes_cannot_be_gigabytes(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        table = file.create_dataset("x", (4000, 2**20), "u1", chunks=(1, 2**20), compression="gzip")
        table[0] = 1
    with pytest.raises(FileError, match="4,194,304,000 bytes, but the file can expand to at most"):
        read(tmp_path / "a.h5")


def test_damage_inside_is_told(tmp_path: Path) -> None:
    path = made(tmp_path / "a.h5", data=TABLE, compression="gzip", fletcher32=True)
    content = bytearray(path.read_bytes())
    content[-2000:-1900] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"a\.h5 is damaged: .*Fetch it again"):
        read(path)
    with pytest.raises(FileError, match="cannot be read"):
        read(tmp_path)


def test_reading_is_not_slow(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.h5", data=np.zeros((2000, 64, 64, 3), np.uint8), chunks=(40, 64, 64, 3)
    )
    start = time.monotonic()
    with opened_tables("test", path, ["x"]) as tables:
        total = sum(len(piece) for piece in tables.pieces(tables.known[0]))
    assert total == 2000
    assert time.monotonic() - start < 20  # seconds; 0.3 on a quiet machine


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DataError, match=r"test: h5py.*pip install h5py"):
        read(tmp_path / "a.h5")
