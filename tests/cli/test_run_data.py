"""Data that have moved since a run: found again, and refused where they are others."""

import shutil
from pathlib import Path

from cli.conftest import Run, done
from PIL import Image

ONCE = ("--executor", "reference", "--epochs", 1)


def test_a_run_finds_its_data_where_they_have_moved(run: Run, tmp_path: Path, pets: Path) -> None:
    folder, moved = tmp_path / "run", tmp_path / "elsewhere" / "animals"
    words = ("train", f"folder:{pets}", "--model", "mlp", "--batch-size", 4, *ONCE)
    done(run(*words, "--out", folder))
    before = done(run("evaluate", folder))
    shutil.copytree(pets, moved)
    shutil.rmtree(pets)
    for command in ("evaluate", "resume"):
        code, _, err = run(command, folder)
        assert code == 1
        assert "Where the data have moved, say where they are: --data-dir PATH" in err
    assert done(run("evaluate", folder, "--data-dir", moved)) == before
    assert "epoch" in done(run("resume", folder, "--epochs", 2, "--data-dir", moved))
    Image.new("RGB", (12, 12)).save(moved / "dark" / "new.png")
    code, _, err = run("resume", folder, "--epochs", 3, "--data-dir", moved)
    assert code == 2
    assert "A run goes on with what it began with" in err
    (moved / "dark").rename(moved / "night")
    code, _, err = run("evaluate", folder, "--data-dir", moved)
    assert code == 1
    assert "the data have the classes light, night; the run has learned from dark, light" in err


def test_data_of_no_folder_have_not_moved(run: Run, tmp_path: Path) -> None:
    done(run("train", "moons", *ONCE, "--out", tmp_path / "run"))
    code, _, err = run("evaluate", tmp_path / "run", "--data-dir", tmp_path)
    assert code == 2
    assert "--data-dir: moons comes from no folder or file. Leave it out." in err


def test_a_text_that_has_moved_is_given_likewise(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("to be or not to be " * 40)
    words = ("train", f"text:{text}", "--model", "char-lstm", "--length", 8, *ONCE)
    done(run(*words, "--out", tmp_path / "run"))
    text.rename(tmp_path / "b.txt")
    done(run("evaluate", tmp_path / "run", "--data-dir", tmp_path / "b.txt"))


def test_a_run_does_not_go_on_with_other_pictures(run: Run, tmp_path: Path, pets: Path) -> None:
    options = ("--model", "mlp", "--batch-size", 4, *ONCE, "--out", tmp_path / "run")
    done(run("train", f"folder:{pets}", *options))
    Image.new("RGB", (12, 12)).save(pets / "dark" / "new.png")
    code, _, err = run("resume", tmp_path / "run", "--epochs", 2)
    assert code == 2
    assert "A run goes on with what it began with" in err
