"""Arrays in `.npy` files: views that nobody can write, and files that are told to be none."""

from pathlib import Path

import numpy as np
import pytest

from pellucid.arrays import is_frozen
from pellucid.data.npy_files import opened
from pellucid.errors import FileError


def test_an_array_in_a_file_is_read_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.arange(12, dtype=np.float32).reshape(3, 4))
    held = opened("here", path)
    assert type(held) is np.ndarray
    assert held.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert is_frozen(held)
    with pytest.raises(ValueError, match="read-only"):
        held[0] = 1
    again = np.load(path, mmap_mode="r+")
    assert not is_frozen(again)
    again[0, 0] = 5.0
    assert held[0, 0] == 5.0  # it is the file


def test_what_is_no_such_file_is_named(tmp_path: Path) -> None:
    cut, text, several = (tmp_path / name for name in ("cut.npy", "text.npy", "several.npz"))
    np.save(cut, np.zeros((100, 10)))
    cut.write_bytes(cut.read_bytes()[:-1])
    np.save(text, np.array(["a", "b"]))
    np.savez(several, a=np.zeros(3))
    (tmp_path / "bare.npy").write_bytes(b"\x93NUMPY\x01")
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "lines.npy").write_text("1, 2, 3")
    np.save(tmp_path / "objects.npy", np.array([{}, []], object), allow_pickle=True)
    for name, said in (
        ("missing.npy", "there is no such file"),
        ("cut.npy", r"is no whole \.npy file of numbers.*np\.save"),
        ("text.npy", "holds <U1. It is a .npy file of numbers"),
        ("several.npz", "holds several arrays"),
        ("bare.npy", "is no whole"),
        ("empty.npy", "is no whole"),
        ("lines.npy", "is no whole"),
        ("objects.npy", "is no whole"),
        (".", "Give the name of a file inside the folder"),
    ):
        with pytest.raises(FileError, match=rf"^here: .*{name}.* {said}"):
            opened("here", tmp_path / name)
    assert opened("here", text, "U").tolist() == ["a", "b"]
