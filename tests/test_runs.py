"""Runs of the command line, opened in Python."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.cli import main
from pellucid.data import from_arrays
from pellucid.errors import DataError, FileError, OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import SGD
from pellucid.tables import significant
from pellucid.train import Options, Saving, Trainer


def run(*words: Any) -> None:
    assert main([str(word) for word in words]) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "moons"
    run("train", "moons", "--epochs", 3, "--executor", "reference", "--out", path)
    return path


def test_a_run_of_the_command_line_has_model_data_history_and_settings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = pc.load(folder)
    assert opened.settings["recipe"]["data"] == "moons"
    assert opened.history.epochs["epoch"] == [1, 2, 3]
    assert opened.weights.startswith("weights of epoch ")
    run("evaluate", folder)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    for row, data in zip(rows[1:4], (opened.data.train, opened.data.validation, None), strict=True):
        values = opened.evaluate(data)
        assert [significant(values[name]) for name in ("loss", "accuracy")] == row[2:4]
    assert " ".join(rows[4]) == opened.weights == opened.history.weights
    scores = opened.predict(opened.data.test.features)
    right = (scores.numpy().argmax(axis=1) == opened.data.test.labels).mean()
    assert right == pytest.approx(opened.evaluate()["accuracy"])
    assert repr(opened).startswith(f"Run {folder}: MLP on 'moons train', 3 epochs; weights of ")


def test_a_trainer_of_a_run_goes_on_to_the_bits_of_one_run(folder: Path, tmp_path: Path) -> None:
    words = ("train", "moons", "--executor", "reference", "--out")
    run(*words, tmp_path / "whole", "--epochs", 4)
    run(*words, tmp_path / "part", "--epochs", 2)
    trainer = pc.load(tmp_path / "part").trainer()
    trainer.fit(more=2)
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (tmp_path / "part" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()
    model = pc.load(folder).model
    taken = pc.load(tmp_path / "whole", model=model)
    assert taken.model is model
    expected = pc.load(tmp_path / "whole").model.state_dict()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, expected[name])


@pytest.mark.parametrize(
    "damage", [lambda p: p.write_text("{"), lambda p: p.unlink()], ids=["", "no"]
)
def test_a_damaged_run_is_named(
    folder: Path, tmp_path: Path, damage: Callable[[Path], Any]
) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    damage(copy / "config.json")
    with pytest.raises(FileError, match="config"):
        pc.load(copy)


def test_data_that_have_moved_are_found_where_they_are_now(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("to be or not to be " * 40)
    words = ["train", f"text:{text}", "--model", "char-lstm", "--length", "8", "--epochs", "1"]
    assert main([*words, "--executor", "reference", "--out", str(tmp_path / "run")]) == 0
    text.rename(tmp_path / "b.txt")
    with pytest.raises(FileError, match=r"data_dir=PATH in pellucid\.load"):
        _ = pc.load(tmp_path / "run").data
    run = pc.load(tmp_path / "run", data_dir=tmp_path / "b.txt")
    assert run.evaluate()["loss"] > 0
    text.write_text("something else, of other characters" * 40)
    with pytest.raises(DataError, match=r"the data have (so many classes|the characters)"):
        _ = pc.load(tmp_path / "run", data_dir=text).data


def test_data_of_a_trainer_in_python_have_no_place(tmp_path: Path) -> None:
    model = nn.Linear(2, 2, rng=pc.Generator(0))
    data = from_arrays(np.eye(2), ["no", "yes"], name="answers")
    options = Options(saving=Saving(tmp_path / "run", report=False), executor="reference")
    Trainer(model, cross_entropy, SGD(model.parameters(), 0.1), data, None, options).fit(1)
    with pytest.raises(OptionError, match=r"data_dir 'b', for data that were given to a Trainer"):
        pc.load(tmp_path / "run", data_dir="b")


def test_a_file_in_the_home_folder_is_told_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    nn.Linear(2, 2).save("~/weights.safetensors")
    with pytest.raises(FileError, match=r"this is a file\. Give the folder of a run"):
        pc.load("~/weights.safetensors")
