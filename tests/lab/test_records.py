"""Records: files that a table program and a browser read, and folders that cannot be written."""

import csv as comma_separated
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid import lab
from pellucid.errors import FileError
from pellucid.lab.records import csv, make_folder, save


def test_series_of_all_forms_are_columns():
    series = {"x": np.array([1, 2]), "y": np.float32(0.5), "w": np.arange(4.0).reshape(2, 2)}
    rows = list(comma_separated.reader(io.StringIO(csv(series))))
    assert rows == [["x", "y", "w[0]", "w[1]"], ["1", "0.5", "0.0", "1.0"], ["2", "", "2.0", "3.0"]]


def test_numbers_are_read_back_to_the_last_bit():
    values = np.random.default_rng(0).standard_normal(50)
    lines = csv({"v": values}).split()[1:]
    assert np.array_equal(np.array([float(line) for line in lines]), values)


def test_figures_in_both_themes_and_the_numbers_are_written(tmp_path):
    outcome = lab.run("zero-start", seeds=(), steps=2)
    files = save(outcome, tmp_path / "new" / "folder")
    names = ["zero-start.png", "zero-start.csv", "zero-start-dark.png"]
    assert sorted(path.name for path in files) == sorted(names)
    with Image.open(files[0]) as picture:
        assert picture.width == int(7.2 * 144)
    assert files[-1].read_text().splitlines()[0].startswith("steps,loss_zero")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match=r"make .*file.below: Not a directory"):
        make_folder(tmp_path / "file" / "below")
