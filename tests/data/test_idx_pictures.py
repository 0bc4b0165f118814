"""Pictures and labels in IDX files: ink from 0 to 1, upright, and the digest of what was read."""

import gzip
import hashlib

import numpy as np
import pytest
from data.mirror import idx

from pellucid.data import idx_pictures
from pellucid.data.idx_pictures import pixels_or_labels, spellings
from pellucid.errors import FileError

PIXELS = np.arange(2 * 3 * 4).reshape(2, 3, 4) * 10


@pytest.fixture
def file(tmp_path):
    (tmp_path / "images.gz").write_bytes(gzip.compress(idx(PIXELS)))
    (tmp_path / "labels").write_bytes(idx(np.array([3, 0, 255])))
    return tmp_path


def test_bytes_stay_bytes_row_by_row(file):
    table, digest = pixels_or_labels("set", file / "images.gz", None, 3)
    np.testing.assert_array_equal(table, PIXELS.reshape(2, 12))
    assert table.dtype == np.uint8
    assert digest == hashlib.sha256(idx(PIXELS)).hexdigest()  # of what was packed
    assert not table.flags.writeable


def test_labels_are_whole_numbers(file):
    labels, _ = pixels_or_labels("set", file / "labels", (3,), 1)
    assert (labels.tolist(), labels.dtype) == ([3, 0, 255], np.int64)


def test_pictures_that_lie_on_their_side_are_turned(monkeypatch, tmp_path):
    monkeypatch.setattr(idx_pictures, "AT_ONCE", 2)
    square = np.arange(3 * 4 * 4).reshape(3, 4, 4)
    (tmp_path / "x").write_bytes(idx(square))
    table, _ = pixels_or_labels("set", tmp_path / "x", None, 3, transposed=True)
    np.testing.assert_array_equal(table, square.transpose(0, 2, 1).reshape(3, 16))


def test_other_files_are_named(file):
    with pytest.raises(FileError, match=r"labels holds uint8 of shape \(3,\).* 3 dimensions"):
        pixels_or_labels("set", file / "labels", None, 3)
    with pytest.raises(FileError, match=r"the header says \(3,\)"):
        pixels_or_labels("set", file / "labels", (4,), 1)


def test_names_are_spelled_with_dash_or_dot_and_packed_or_not():
    assert spellings("t10k-images-idx3-ubyte") == (
        "t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz",
        "t10k-images.idx3-ubyte", "t10k-images.idx3-ubyte.gz",
    )  # fmt: skip
