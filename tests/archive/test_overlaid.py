"""The curves of several runs in one figure."""

import shutil
from pathlib import Path

import pytest
from archive.kept_runs import FORMAT_1

import pellucid as pc
from pellucid.archive import listed
from pellucid.errors import OptionError


def test_each_measure_has_a_panel_and_each_run_a_line() -> None:
    figure = listed(FORMAT_1).where("run~mlp").compare().plot()
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["validation loss", "validation accuracy", "validation absolute error"]
    first, second = figure.axes[0].lines
    assert list(first.get_xdata()) == [1, 2, 3]
    epochs = pc.load(FORMAT_1 / "sine-mlp-1").history.epochs
    assert list(second.get_ydata()) == epochs["validation_loss"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["moons-mlp-1", "sine-mlp-1"]


def test_where_nothing_was_validated_training_is_drawn_and_that_is_said() -> None:
    figure = listed(FORMAT_1).where("data!=sine", "run!=moons-killed").compare().plot()
    assert figure.axes[0].get_title() == "loss: validation, or training where there is none"
    assert [len(line.get_xdata()) for line in figure.axes[0].lines] == [3, 1]


def test_no_two_of_twelve_runs_look_alike(tmp_path: Path) -> None:
    for number in range(12):
        shutil.copytree(FORMAT_1 / "moons-mlp-1", tmp_path / f"_{number}")
    lines = listed(tmp_path).compare().plot().axes[0].lines
    looks = {(line.get_color(), line.get_marker(), line.get_linestyle()) for line in lines}
    assert len(looks) == 12


def test_runs_without_an_epoch_have_no_curves(shelf: Path) -> None:
    for name in ("pets", "moons-mlp-1"):
        (shelf / name / "metrics.jsonl").write_text("")
    with pytest.raises(OptionError, match=r"compare: none of these runs has ended an epoch"):
        listed(shelf).where("state=done", "run!=sine-mlp-1").compare().plot()
