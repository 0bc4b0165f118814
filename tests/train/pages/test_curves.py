"""Learning curves: one picture for each measure, of any length, always the same bytes."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.train import EpochRecord, History, Steps, save_curves
from pellucid.train.pages.curves import curve_svgs


def history(epochs: int = 4, steps: int = 30) -> History:
    made = History()
    for epoch in range(1, epochs + 1):
        losses = np.linspace(2.0, 0.5, steps) / epoch
        columns = {"loss": losses, "accuracy": 1 - losses / 3}
        made.add_steps(Steps((epoch - 1) * steps + 1, epoch, columns))
        train, validation = ({"loss": x / epoch, "accuracy": 1 - x / 9} for x in (1.0, 2.0))
        made.add_epoch(EpochRecord(epoch * steps, epoch, train, validation))
    made.best_epoch = epochs or None
    return made


def test_curves_without_matplotlib_say_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(OptionError, match="pip install matplotlib"):
        save_curves(history(), tmp_path)


def test_the_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        save_curves(history(), tmp_path / name)
        contents.append([p.read_bytes() for p in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1]


def test_there_is_one_picture_for_each_measure() -> None:
    pictures = curve_svgs(history())
    assert list(pictures) == ["loss", "accuracy"]
    for name, text in pictures.items():
        root = ET.fromstring(text)
        assert root.attrib["aria-label"] == f"{name} by epoch"
        assert "height" not in root.attrib
        words = "".join(root.itertext())
        assert {"training", "validation", "best: epoch 4"} <= set(re.split(r"\s*\n\s*", words))


def test_many_steps_make_no_larger_picture() -> None:
    few, many = (len(curve_svgs(history(2, steps))["loss"]) for steps in (1_000, 100_000))
    assert many < 2 * few


def test_losses_that_are_not_finite_can_be_drawn() -> None:
    made = history(1, 3)
    made.steps["loss"][1] = float("nan")
    made.epochs["train_loss"][0] = float("inf")
    assert "<svg" in curve_svgs(made)["loss"]


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [(4, [1, 2, 3, 4]), (9, [2, 4, 6, 8]), (40, [5, 10, 15, 20, 25, 30, 35, 40]),
     (100, [20, 40, 60, 80, 100]), (301, [50, 100, 150, 200, 250, 300])],
)  # fmt: skip
def test_ticks_stand_under_round_epochs(epochs: int, expected: list[int]) -> None:
    loss = curve_svgs(history(epochs, steps=2))["loss"]
    texts = re.findall(r">(\d+)</text>", loss)
    ticks = [int(text) for text in texts][: len(expected)]
    assert ticks == expected
