"""Training in a terminal, through a pipe and into a file: lines, and a bar that goes."""

import re
import sys
from typing import Any

import pytest
from train.conftest import Open, Saying, Stream, fit, make_trainer

from pellucid.train import Callback, EpochRecord, Trainer
from pellucid.train.measurements.history import Steps

HEAD = "epoch  train loss  validation loss"


def lines_of(text: str) -> list[str]:
    """The lines of epochs and their head, whatever else a terminal saw."""
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r", "\n")
    rows = [line.rstrip() for line in plain.splitlines()]
    return [line for line in rows if line == HEAD or re.fullmatch(r" +\d+(  +[\d.e-]+){2}", line)]


def test_through_a_pipe_each_epoch_is_a_line_at_once(
    streams: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out, err = streams(out=False, err=False)
    trainer = fit(3)
    lines = out.getvalue().splitlines()
    assert lines[0] == HEAD
    for line, epoch, loss in zip(
        lines[1:], (1, 2, 3), trainer.history.epochs["validation_loss"], strict=True
    ):
        assert line.split()[0] == str(epoch)
        assert float(line.split()[2]) == pytest.approx(loss, rel=1e-3)
    assert out.flushed == ["".join(f"{line}\n" for line in lines[:n]) for n in (1, 2, 3, 4)]
    assert err.getvalue() == ""


def test_a_terminal_shows_the_same_lines_above_a_bar_that_goes(streams: Open) -> None:
    piped, _ = streams(out=False, err=False)
    fit(3)
    out, err = streams(out=True, err=True)
    fit(3)
    screen = err.getvalue()
    assert out.getvalue() == ""  # both are one screen, on which the bar makes room
    assert lines_of(screen) == piped.getvalue().splitlines()
    assert "epoch 3/3" in screen
    assert screen.rstrip("\r\n").endswith("\x1b[1A\x1b[2K")  # up, and the bar is wiped out
    assert sys.stdout is out
    assert sys.stderr is err


def test_lines_go_into_a_file_while_the_bar_is_on_the_screen(streams: Open) -> None:
    out, err = streams(out=False, err=True)
    fit(2, Saying())
    text = out.getvalue()
    assert [line.split()[0] for line in text.splitlines()] == ["epoch", "1", "said", "2", "said"]
    assert "\x1b" not in text
    assert "epoch 2/2" in err.getvalue()
    assert "said" not in err.getvalue()


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 120])
def test_the_bar_is_one_line_of_any_terminal(
    streams: Open, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    _, err = streams(out=False, err=True)
    monkeypatch.setenv("COLUMNS", str(columns))
    trainer = fit(12)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", err.getvalue())
    bars = [line for line in re.split(r"[\r\n]+", plain) if line.strip()]
    assert all(bar.startswith("epoch ") for bar in bars)
    assert max(map(len, bars)) <= columns - len("^C")  # which the terminal shows behind it
    assert ("loss" in bars[-1]) == (columns >= 60)
    assert ("step 60/60" in bars[-1]) == (columns >= 110)
    assert trainer.position.step == 60


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_a_terminal_that_cannot_draw_anew_shows_lines_alone(
    streams: Open, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    out, err = streams(out=True, err=True)
    monkeypatch.setenv("TERM", kind)
    fit(2)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["epoch", "1", "2"]
    assert err.getvalue() == ""


class Broken(Stream):
    """A pipe whose reader has gone, or a disk that is full."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("closed", [False, True])
def test_training_goes_on_where_its_lines_are_lost(
    monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    out = Broken(terminal=False)
    monkeypatch.setattr(sys, "stdout", None if closed else out)
    assert fit(3).position.epoch == 3


def test_of_many_epochs_each_tenth_is_a_line_and_the_last(streams: Open) -> None:
    from pellucid.train.live.terminal import Terminal

    out, _ = streams(out=False, err=False)
    shown = Terminal(make_trainer(), 1001, lines=True)
    trainer: Any = None
    for epoch in range(1, 36):
        shown.after_epoch(trainer, EpochRecord(epoch, epoch, {"loss": 1.0}, {"loss": 1.0}))
    shown.end(trainer)
    assert [line.split()[0] for line in out.getvalue().splitlines()[1:]] == ["10", "20", "30", "35"]


class Failing(Callback):
    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        raise RuntimeError("a mistake")


def test_after_a_failure_the_screen_is_as_before(streams: Open) -> None:
    out, err = streams(out=True, err=True)
    with pytest.raises(RuntimeError):
        fit(1, Failing())
    assert (sys.stdout, sys.stderr) == (out, err)
    assert err.getvalue().rfind("\x1b[?25h") > err.getvalue().rfind("\x1b[?25l") > -1
