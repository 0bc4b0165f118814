"""Runs listed and compared at the command line, for people and for programs."""

import csv
import io
import json
from pathlib import Path

import pytest
from archive.kept_runs import FORMAT_1, shelf
from cli.conftest import Run, done, said

from pellucid.cli import listing_runs

__all__ = ["shelf"]  # a fixture


def words(lines: str) -> list[list[str]]:
    return [line.split() for line in lines.splitlines()]


def test_runs_are_rows_with_what_they_reached(run: Run) -> None:
    head, *rows = words(done(run("runs", FORMAT_1)))
    assert head[:4] == ["run", "state", "kept", "epoch"]
    assert [row[0] for row in rows] == ["moons-killed", "moons-mlp-1", "pets", "sine-mlp-1"]
    assert rows[0][1:4] == ["cut", "off", "3"]


def test_columns_are_chosen_and_runs_too(run: Run) -> None:
    shown = ("--show", "run,learning-rate,validation_loss", "--where", "validation_loss > 0")
    head, *rows = words(done(run("runs", FORMAT_1, *shown, "--sort", "validation_loss")))
    assert head == ["run", "learning", "rate", "validation", "loss"]
    assert rows[0] == ["sine-mlp-1", "0.01", "0.4432"]
    assert len(rows) == 3
    assert "no run here has such a value" in said(run, "runs", str(FORMAT_1), "--show", "loos")
    assert done(run("runs", FORMAT_1, "--where", "data=xor")) == "no run here fits\n"


def test_a_narrow_terminal_shows_what_it_has_room_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_runs, "terminal_width", lambda: 80)
    *rows, told = done(run("runs", FORMAT_1)).splitlines()
    assert max(map(len, rows)) <= 80
    assert "validation loss" in rows[0]
    assert told.startswith("no room for ")
    assert "train loss" in told
    compared = done(run("runs", "compare", FORMAT_1))
    assert max(map(len, compared.splitlines())) <= 80
    assert compared.count("kept epoch") == 2


def test_damaged_runs_are_told_and_the_rest_is_listed(run: Run, shelf: Path) -> None:
    (shelf / "pets/config.json").write_text("{")
    code, out, err = run("runs", shelf)
    assert (code, len(out.splitlines()), err.count("\n")) == (0, 4, 1)
    assert err.startswith(f"pellucid: read {shelf}/pets/config.json: not JSON")
    code, out, _ = run("runs", shelf, "--json")
    assert [("fault" in each) for each in json.loads(out)] == [False, False, True, False]


def test_programs_read_json_and_csv_in_which_no_number_is_rounded(run: Run) -> None:
    (found,) = json.loads(done(run("runs", FORMAT_1 / "moons-mlp-1", "--json")))
    assert found["measures"]["validation_loss"] == 0.9773014783859253
    rows = list(csv.DictReader(io.StringIO(done(run("runs", FORMAT_1, "--csv")))))
    assert [row["validation_loss"] for row in rows][1] == "0.9773014783859253"
    assert rows[3]["l2"] == "0.01"
    shown = done(run("runs", FORMAT_1, "--csv", "--show", "run,l2"))
    assert shown.splitlines()[-1] == "sine-mlp-1,0.01"


def test_compared_are_settings_that_differ_and_curves_are_drawn(run: Run, tmp_path: Path) -> None:
    pair = (FORMAT_1 / "moons-mlp-1", FORMAT_1 / "sine-mlp-1")
    out = done(run("runs", "compare", *pair, "--out", tmp_path / "both.png"))
    assert words(out)[0] == ["moons-mlp-1", "sine-mlp-1"]
    assert ["l2", "-", "0.01"] in words(out)
    assert out.splitlines()[-1] == f"curves: {tmp_path / 'both.png'}"
    assert (tmp_path / "both.png").read_bytes()[:4] == b"\x89PNG"
    found = json.loads(done(run("runs", "compare", *pair, "--json")))
    assert found["settings"]["l2"] == [None, 0.01]
    rows = list(csv.DictReader(io.StringIO(done(run("runs", "compare", *pair, "--csv")))))
    assert [row["run"] for row in rows] == ["moons-mlp-1", "sine-mlp-1"]


def test_what_cannot_be_compared_is_refused(run: Run, tmp_path: Path) -> None:
    one = str(FORMAT_1 / "pets")
    assert said(run, "runs", "compare", one) == (
        "compare: 1 run that can be read. Give two or more."
    )
    assert "jpg" not in said(run, "runs", "compare", str(FORMAT_1), "--out", "x.tif")
    code, _, err = run("runs", "compare", tmp_path, one)
    assert code == 1
    assert "no run is below it" in err
