"""Epochs as lines: what stands in them, and how wide they are."""

from types import SimpleNamespace

import pytest

from pellucid.train.live import epoch_lines
from pellucid.train.live.epoch_lines import EpochLines, terminal_width

VALUES = {
    "train_loss": 0.95032,
    "train_accuracy": 0.82653,
    "validation_loss": 1.23456e-7,
    "validation_accuracy": 1.0,
}

WIDE = """\
epoch  train loss  train accuracy  validation loss  validation accuracy
    7      0.9503          0.8265        1.235e-07                1.000
   60      0.9503          0.8265        1.235e-07                1.000  best
"""

NARROW = """\
epoch                   loss   accuracy
    7  train          0.9503     0.8265
       validation  1.235e-07      1.000
   60  train          0.9503     0.8265
 best  validation  1.235e-07      1.000
"""


@pytest.mark.parametrize(
    ("width", "text"), [(None, WIDE), (120, WIDE), (80, WIDE), (76, NARROW), (40, NARROW)]
)
def test_the_sets_stand_beside_or_below_each_other_as_there_is_room(width, text):
    lines = EpochLines(list(VALUES), 60, width)
    shown = [*lines.heads(), *lines.of(7, VALUES), *lines.of(60, VALUES, "best")]
    assert "".join(f"{line}\n" for line in shown) == text
    assert max(map(len, shown)) <= (width or 100)


def test_without_a_validation_set_the_mark_stands_behind():
    lines = EpochLines(["train_loss"], 10, 20)
    assert lines.of(10, {"train_loss": 0.5}, "last") == ["   10  train     0.5000  last"]


def test_names_from_elsewhere_cannot_move_the_cursor():
    lines = EpochLines(["train_\x1b[2Jloss"], 10)
    assert lines.heads() == ["epoch  train \ufffd[2Jloss"]


def test_through_a_pipe_no_width_holds(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    assert terminal_width() is None
    monkeypatch.setattr(epoch_lines.sys, "stdout", None)
    assert terminal_width() is None


def test_a_terminal_tells_its_width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "57")
    monkeypatch.setattr(epoch_lines.sys, "stdout", SimpleNamespace(isatty=lambda: True))
    assert terminal_width() == 57
