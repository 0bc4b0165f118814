"""Relatives of MNIST and other IDX files on the command line."""

from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run
from data.mirror import idx
from data.small_sets import small_set
from PIL import Image


def done(result: tuple[int, str, str]) -> str:
    """The standard output of a command that did its work."""
    code, out, err = result
    assert code == 0, err
    return out


ONCE = ("--epochs", 1, "--executor", "reference", "--model", "mlp", "--hidden", 8)


@pytest.mark.parametrize("name", ["fashion-mnist", "emnist-letters"])
def test_a_relative_of_mnist_is_trained_on_and_predicts_with_names(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = small_set(name, tmp_path / name, monkeypatch)
    # The small set has the same pictures for training and test.
    words = ("train", name, "--data-dir", folder, "--batch-size", 10, "--no-lint", *ONCE)
    assert "test accuracy" in done(run(*words, "--out", tmp_path / "run"))
    picture = np.full((60, 50), 255, np.uint8)
    picture[20:40, 24:27] = 0
    Image.fromarray(picture).save(tmp_path / "p.png")
    out = done(run("predict", tmp_path / "run", tmp_path / "p.png"))
    assert out.splitlines()[0].split()[:2] == ["picture", "class"]
    assert ("p(Ankle boot)" if name == "fashion-mnist" else "p(z)") in out


def test_any_idx_files_are_trained_on(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "shapes"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte").write_bytes(idx(np.zeros((30, 5, 7))))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(np.arange(30) % 3))
    done(run("train", f"idx:{folder}", *ONCE, "--out", tmp_path / "run"))
    Image.new("L", (14, 10)).save(tmp_path / "p.gif")
    out = done(run("predict", tmp_path / "run", tmp_path / "p.gif"))
    assert "p(2)" in out


def test_what_is_fetched_is_said_in_the_help(run: Run) -> None:
    assert "Fetch the files into the folder first (562 MB)." in done(
        run("train", "emnist-letters", "--help")
    )
    assert "--download" not in done(run("train", "idx", "--help"))
    out = done(run("data"))
    assert "emnist-balanced  131,600 pictures, 28x28 pixels, 47 classes: handwritten digits" in out
