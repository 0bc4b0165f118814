"""Safetensors files: the right numbers whatever the memory layout; damaged files are refused."""

import json
import math
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pellucid.errors import DTypeError, FileError, OptionError
from pellucid.io.safetensors import DTYPES, load, save

GRID = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.safetensors"


def raw_file(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text) if length is None else length) + text + data


@pytest.mark.parametrize(
    "array",
    [
        GRID.T,
        GRID[::2],
        GRID[:, 1:3],
        GRID[::-1, ::-1],
        np.asfortranarray(GRID),
        np.broadcast_to(np.float32(3), (2, 5)),
        GRID.astype(">f4"),
        GRID.astype(">i2").T,
        np.array(7.5),
        np.float32(7.5),
        np.zeros((0, 3), np.float32),
        np.zeros((2, 0, 3)).T,
        np.array([2**32 - 1], np.uint32),
        np.array([-(2**63), 2**63 - 1]),
        np.array([[True, False]]),
        np.array([np.nan, np.inf, -0.0, 1e-45], np.float32),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_every_layout_comes_back_as_it_was(path: Path, array: NDArray[Any]) -> None:
    save(path, {"x": array})
    back = load(path)[0]["x"]
    assert back.shape == array.shape
    assert back.dtype == array.dtype.newbyteorder("=")
    assert back.dtype.isnative
    np.testing.assert_array_equal(back, array)
    assert back.flags.c_contiguous
    assert back.flags.writeable


@given(st.data())
def test_random_views_of_every_element_type_keep_their_bits(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    dtype = data.draw(st.sampled_from(list(DTYPES.values())))
    shape = data.draw(st.lists(st.integers(0, 4), max_size=3))
    size = math.prod(shape) * dtype.itemsize
    content = data.draw(st.binary(min_size=size, max_size=size))
    if dtype == np.dtype(bool):
        content = bytes(byte & 1 for byte in content)
    array = np.frombuffer(content, dtype).reshape(shape)
    axes = data.draw(st.permutations(range(array.ndim)))
    view = array.transpose(axes)[
        tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1]))) for _ in shape)
    ]
    path = tmp_path_factory.mktemp("views") / "x.safetensors"
    save(path, {"x": view})
    back = load(path)[0]["x"]
    assert (back.dtype, back.shape, back.tobytes()) == (view.dtype, view.shape, view.tobytes())


def test_many_arrays_and_texts_come_back_by_name(path: Path) -> None:
    arrays = {"b": GRID, "a.weight": GRID.T, "n": np.array(3), "é": np.zeros(3, bool)}
    texts = {"step": "17", "note": 'quotes " and é ☃ and \n'}
    save(path, arrays, texts)
    back, metadata = load(path)
    assert sorted(back) == sorted(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(back[name], array)
    assert metadata == texts


def test_no_arrays_and_no_texts_are_a_file_as_well(path: Path) -> None:
    save(path, {})
    assert load(path) == ({}, {})


def test_the_same_content_gives_the_same_bytes_in_every_process(path: Path) -> None:
    program = (
        "import sys, numpy\n"
        "from pellucid.io.safetensors import save\n"
        "texts = {name: name for name in 'abcdefgh'}\n"
        "save(sys.argv[1], {'x': numpy.ones(3), 'é': numpy.zeros(1, bool)}, texts)\n"
    )
    contents = set()
    for _ in range(3):
        subprocess.run([sys.executable, "-c", program, str(path)], check=True)
        contents.add(path.read_bytes())
    assert len(contents) == 1
    assert load(path)[1] == {name: name for name in "abcdefgh"}
    assert struct.unpack("<Q", contents.pop()[:8])[0] % 8 == 0


def test_the_loaded_arrays_do_not_refer_to_the_file(path: Path) -> None:
    save(path, {"x": GRID})
    back = load(path)[0]["x"]
    back[:] = -1
    np.testing.assert_array_equal(load(path)[0]["x"], GRID)
    with path.open("r+b") as file:
        file.truncate(0)
    assert back.sum() == -12


def test_saving_goes_over_a_temporary_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(path, {"x": GRID})
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileError, match=r"weights\.safetensors: No space left on device"):
        save(path, {"x": GRID + 1})
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    "value",
    [np.zeros(2, complex), np.array(["text"]), np.array([None]), np.zeros(2, "M8[s]"), [{}]],
    ids=str,
)
def test_an_element_type_outside_the_format_is_refused_by_name(path: Path, value: Any) -> None:
    with pytest.raises(DTypeError, match=r"array 'x' has element type .* convert it with astype"):
        save(path, {"x": value})
    assert not path.exists()


@pytest.mark.parametrize("name", ["__metadata__", 7])
def test_a_name_that_the_format_cannot_hold_is_refused(path: Path, name: Any) -> None:
    with pytest.raises(OptionError, match="cannot name an array"):
        save(path, {name: GRID})


def test_metadata_that_is_not_text_is_refused(path: Path) -> None:
    with pytest.raises(OptionError, match=r"metadata 'step': 3 is not text"):
        save(path, {}, {"step": 3})  # type: ignore[dict-item]


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
DAMAGED = {
    "empty": b"",
    "cut in the length": b"\x40\x00",
    "length beyond the file": raw_file({"x": ENTRY}, b"8 bytes!", length=2**20),
    "length of exabytes": raw_file({"x": ENTRY}, b"8 bytes!", length=2**63),
    "length too short": raw_file({"x": ENTRY}, b"8 bytes!", length=10),
    "data cut short": raw_file({"x": ENTRY}, b"7 bytes"),
    "data too long": raw_file({"x": ENTRY}, b"9 bytes!!"),
    "shape against size": raw_file({"x": ENTRY | {"shape": [3]}}, b"8 bytes!"),
    "shape of exabytes": raw_file({"x": ENTRY | {"shape": [2**40, 2**40]}}, b"8 bytes!"),
    "negative shape": raw_file({"x": ENTRY | {"shape": [-2]}}, b"8 bytes!"),
    "offsets swapped": raw_file({"x": ENTRY | {"data_offsets": [8, 0]}}, b"8 bytes!"),
    "offsets beyond": raw_file({"x": ENTRY | {"data_offsets": [8, 16]}}, b"8 bytes!"),
    "overlap": raw_file({"x": ENTRY, "y": ENTRY}, b"8 bytes!"),
    "unknown type": raw_file({"x": ENTRY | {"dtype": "F31"}}, b"8 bytes!"),
    "no object": raw_file([1, 2]),
    "no JSON": raw_file(b"hello"),
    "no text": raw_file(b"\xff\xfe\xfd"),
    "metadata of numbers": raw_file({"__metadata__": {"a": 1}}),
    "pickle": pickle.dumps({"weights": [1.0] * 20}),
    "zip": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_refused_with_its_name_and_the_reason(path: Path, damage: str) -> None:
    path.write_bytes(DAMAGED[damage])
    size = len(DAMAGED[damage])
    with pytest.raises(
        FileError, match=rf"load .*weights\.safetensors: not a whole .*\({size} bytes\): .+"
    ):
        load(path)


@given(st.data())
def test_a_file_changed_anywhere_is_loaded_or_refused_but_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x.safetensors"
    save(path, {"x": GRID, "flag": np.array([True, False])}, {"a": "b"})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        arrays, metadata = load(path)
    except FileError:
        pass
    else:
        assert all(isinstance(array, np.ndarray) for array in arrays.values())
        assert all(isinstance(text, str) for text in metadata.values())


@pytest.mark.parametrize(("dtype", "size"), [("BF16", 2), ("F8_E4M3", 1)])
def test_an_element_type_that_numpy_lacks_is_refused_by_name(
    path: Path, dtype: str, size: int
) -> None:
    entry = {"dtype": dtype, "shape": [1], "data_offsets": [0, size]}
    path.write_bytes(raw_file({"layer.weight": entry}, bytes(size)))
    with pytest.raises(FileError, match=f"array 'layer.weight' has element type {dtype}"):
        load(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.safetensors: No such file"):
        load(tmp_path / "none.safetensors")
    with pytest.raises(FileError, match="not a regular file"):
        load(tmp_path)
    with pytest.raises(FileError, match="not a regular file"):
        load("/dev/null")


# ---- as the library writes it, but array by array ---------------------------------------------


@pytest.mark.parametrize("texts", [{}, {"made_by": 'a "test"\n\x01\x7fé'}], ids=["", "a text"])
def test_the_bytes_are_those_of_the_library(path: Path, texts: dict[str, str]) -> None:
    draw = np.random.default_rng(0)
    shapes = [(3, 4), (), (0, 2), (7,)]
    arrays = {
        f"{'zé/a'[i % 4]}{i}": draw.integers(0, 2, shapes[i % 4]).astype(dtype)
        for i, dtype in enumerate([*DTYPES.values()] * 2)
    }
    specs = {
        name: safetensors.TensorSpec(
            dtype=array.dtype.name,
            shape=array.shape,
            data_ptr=array.ctypes.data,
            data_len=array.nbytes,
        )
        for name, array in arrays.items()
    }
    save(path, arrays, texts)
    assert path.read_bytes() == safetensors.serialize(specs, metadata=texts or None)


def test_half_a_character_is_refused(path: Path) -> None:
    with pytest.raises(OptionError, match="half of a surrogate pair"):
        save(path, {"x\ud800": np.zeros(1)})
    assert os.listdir(path.parent) == []


LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
import numpy as np
from pellucid.io.safetensors import load, save
arrays = {name: np.full((5, 1 << 20), 1.5, np.float32) for name in "ab"}
save(sys.argv[1], {"warm": np.zeros(9)})
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + (4 << 20),) * 2)
save(sys.argv[1], arrays)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory is taken")
def test_saving_takes_no_second_copy_of_the_arrays(path: Path) -> None:
    subprocess.run([sys.executable, "-c", LITTLE_MEMORY, str(path)], check=True)
    assert {name: array.mean() for name, array in load(path)[0].items()} == {"a": 1.5, "b": 1.5}
