"""Answers to many samples in a CSV file: of tables, arrays and folders, whole or not at all."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Run, done, said
from PIL import Image

from pellucid.cli import predicted_file
from pellucid.cli.predicted_file import rows_in
from pellucid.errors import DataError, FileError

POINTS = np.array([[0.5, -0.25], [-1.0, 0.5], [1.5, 0.125]])


def written(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text("x,y\n0.5,-0.25\n-1.0, 0.5\n\n1.5,0.125\n")
    return path


def test_a_line_of_a_table_is_a_line_of_answers(
    run: Run, moons: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicted_file, "AT_ONCE", 2)  # more than one turn
    out = tmp_path / "answers.csv"
    told = done(run("predict", moons, table, "--out", out))
    assert told.startswith(f"3 answers: {out}\n")
    words = [",".join(map(str, point)) for point in POINTS.tolist()]
    expected = json.loads(done(run("predict", moons, *words, "--json")))["answers"]
    rows = written(out)
    assert [row["numbers"] for row in rows] == [f"{table}:{i}" for i in (1, 2, 3)]
    for row, answer in zip(rows, expected, strict=True):
        assert row["class"] == answer["class"]
        for name, p in answer["probabilities"].items():
            assert float(row[f"p({name})"]) == pytest.approx(p, rel=1e-5)


@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_a_row_of_an_array_is_a_sample(run: Run, moons: Path, tmp_path: Path, kind: str) -> None:
    path, out = tmp_path / f"points.{kind}", tmp_path / "answers.csv"
    np.save(path, POINTS) if kind == "npy" else np.savez(path, x=POINTS)
    done(run("predict", moons, path, "--out", out, "--quiet"))
    assert len(written(out)) == 3


def test_calibrated_probabilities_are_written(
    run: Run, moons: Path, table: Path, tmp_path: Path
) -> None:
    plain, calibrated = tmp_path / "a.csv", tmp_path / "b.csv"
    done(run("predict", moons, table, "--out", plain, "--quiet"))
    done(run("predict", moons, table, "--out", calibrated, "--calibrated", "--quiet"))
    assert written(plain) != written(calibrated)


def test_pictures_of_a_folder_are_samples(run: Run, trained: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "pictures", tmp_path / "answers.csv"
    folder.mkdir()
    for name in ("a", "b"):
        picture = Image.new("L", (8, 8), 255)
        picture.paste(0, (3, 1, 5, 7))
        picture.save(folder / f"{name}.png")
    document = json.loads(done(run("predict", trained, folder, "--out", out, "--json")))
    assert (document["answers"], document["file"]) == (2, str(out))
    assert [Path(row["picture"]).name for row in written(out)] == ["a.png", "b.png"]


def test_what_cannot_be_read_leaves_the_file_as_it_was(
    run: Run, moons: Path, tmp_path: Path
) -> None:
    path, out = tmp_path / "points.csv", tmp_path / "answers.csv"
    path.write_text("0.5,0.5\n0.5\n")
    out.write_text("as it was")
    code, shown, err = run("predict", moons, path, "--out", out)
    assert (code, shown, out.read_text()) == (1, "", "as it was")
    assert f"predict {path}:2: '0.5': this model takes" in err
    assert [each.name for each in tmp_path.iterdir() if "answers" in each.name] == ["answers.csv"]
    assert "give one of them" in said(run, "predict", str(moons), "1,2", "--csv", "--out", str(out))


def test_a_table_has_heads_or_none_and_tabs(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("1\t2\n3\t4\n")
    assert list(rows_in(path)) == [(f"{path}:1", "1,2"), (f"{path}:2", "3,4")]


CASES: dict[str, tuple[Any, type[Exception], str]] = {
    "a column": (np.zeros(3), DataError, r"an array of float64 of shape \(3,\)"),
    "texts": (np.array([["a"]]), DataError, "an array of <U1"),
    "two": ({"a": POINTS, "b": POINTS}, DataError, "holds the arrays a, b. Give a file with one"),
    "no array": (b"something", FileError, "it holds no array of numbers"),
}


@pytest.mark.parametrize("case", CASES)
def test_other_files_are_refused(case: str, tmp_path: Path) -> None:
    given, kind, told = CASES[case]
    path = tmp_path / "x.npz" if isinstance(given, dict) else tmp_path / "x.npy"
    if isinstance(given, bytes):
        path.write_bytes(given)
    elif isinstance(given, dict):
        np.savez(path, **given)
    else:
        np.save(path, given)
    with pytest.raises(kind, match=told):
        list(rows_in(path))
