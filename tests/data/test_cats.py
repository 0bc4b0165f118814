"""The cats are read from HDF5 files whose form is checked first."""

import os
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from pellucid.data import cats
from pellucid.errors import DataError, FileError

NAMES = {"train": "train_catvnoncat.h5", "test": "test_catvnoncat.h5"}


def write(folder: Path, **changed: Any) -> Path:
    """Both files, with 4 and 3 pictures; `changed` replaces tables of the training file."""
    for count, (part, name) in zip((4, 3), NAMES.items(), strict=True):
        images = np.arange(count * 64 * 64 * 3, dtype=np.uint64).astype(np.uint8)
        tables: dict[str, Any] = {
            f"{part}_set_x": images.reshape(count, 64, 64, 3),
            f"{part}_set_y": np.arange(count) % 2,
        }
        with h5py.File(folder / name, "w") as file:
            for key, table in (tables | (changed if part == "train" else {})).items():
                if table is not None:
                    file[key] = table
    return folder


def test_the_cats_have_channels_first_and_lie_between_0_and_1(tmp_path: Path) -> None:
    train, test = cats(write(tmp_path))
    assert (train.name, test.name, train.classes) == ("cats train", "cats test", 2)
    assert train.features.shape == (4, 3, 64, 64)
    assert test.labels.tolist() == [0, 1, 0]
    with h5py.File(tmp_path / NAMES["train"]) as file:
        images = file["train_set_x"][...]
    np.testing.assert_allclose(train.features[2, 1], images[2, :, :, 1] / np.float32(255))


def test_the_real_cats_are_read() -> None:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("PELLUCID_TEST_DATA", beside)) / "cats"
    if not folder.is_dir():
        pytest.skip(f"no cats in {folder}")
    train, test = cats(folder)
    assert (train.class_counts.tolist(), test.class_counts.tolist()) == ([137, 72], [17, 33])


PICTURES = np.zeros((4, 64, 64, 3), np.uint8)

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "missing": ({"train_set_y": None}, "no table 'train_set_y' of its own"),
    "floats": ({"train_set_x": PICTURES.astype(float)}, r"pictures float64\(4, 64, 64, 3\)"),
    "sizes": ({"train_set_x": PICTURES[:, :32]}, r"uint8\(4, 32, 64, 3\)"),
    "lengths": ({"train_set_x": PICTURES[:3]}, r"labels int64\(4,\)"),
    "none": ({"train_set_x": PICTURES[:0], "train_set_y": []}, r"uint8\(0, 64, 64, 3\)"),
    "labels": ({"train_set_y": np.zeros(4)}, "train_set_y is float64"),
    "scalar": ({"train_set_y": 3}, r"labels int64\(\)"),
    "soft link": ({"train_set_y": h5py.SoftLink("/other")}, "no table 'train_set_y' of its own"),
    "other file": (
        {"train_set_y": h5py.ExternalLink("/etc/passwd", "/x")},
        "no table 'train_set_y' of its own",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_file_of_another_form_is_refused(tmp_path: Path, case: str) -> None:
    changed, message = WRONG[case]
    with pytest.raises(FileError, match=message):
        cats(write(tmp_path, **changed))


def test_too_many_pictures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["pellucid.data.cats"], "MAX_PICTURES", 3)
    with pytest.raises(FileError, match=r"claims 4 pictures\. At most 3"):
        cats(write(tmp_path))


def test_tables_that_lie_in_other_files_are_refused(tmp_path: Path) -> None:
    write(tmp_path, train_set_y=None)
    with h5py.File(tmp_path / NAMES["train"], "a") as file:
        file.create_dataset("train_set_y", (4,), "i8", external=[("/etc/passwd", 0, 32)])
    with pytest.raises(FileError, match="'train_set_y' lies in other files"):
        cats(tmp_path)


@pytest.mark.parametrize("kept", [0, 100, 3000])
def test_a_truncated_file_is_named(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path) / NAMES["test"]
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(FileError, match=r"test_catvnoncat\.h5"):
        cats(tmp_path)


def test_a_missing_file_and_a_missing_library_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match=r"train_catvnoncat\.h5 is missing"):
        cats(tmp_path)
    write(tmp_path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DataError, match="pip install h5py"):
        cats(tmp_path)
