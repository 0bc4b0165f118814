"""What is shown while training goes on: in a terminal, through a pipe, in a notebook."""

import io
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from train.conftest import make_trainer

from pellucid.errors import CallError, OptionError
from pellucid.train import Callback, EpochRecord, ProgressBar, Trainer
from pellucid.train import notebook as cells
from pellucid.train.history import Steps

HEAD = "epoch  train loss  validation loss"


class Stream(io.StringIO):
    """Where text goes, and how much of it had come after each flush."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal
        self.flushed: list[str] = []

    def isatty(self) -> bool:
        return self.terminal

    def flush(self) -> None:
        self.flushed.append(self.getvalue())


Open = Callable[..., tuple[Stream, Stream]]


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Standard output and error; each a terminal, or a pipe."""

    def opened(out: bool, err: bool) -> tuple[Stream, Stream]:
        pair = Stream(terminal=out), Stream(terminal=err)
        monkeypatch.setattr(sys, "stdout", pair[0])
        monkeypatch.setattr(sys, "stderr", pair[1])
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("TERM", "xterm")
        return pair

    return opened


def fit(epochs: int, *callbacks: Callback, bar: ProgressBar | None = None) -> Trainer:
    trainer = make_trainer(metrics=(), callbacks=(bar or ProgressBar(), *callbacks))
    trainer.fit(epochs)
    return trainer


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


class Saying(Callback):
    """Prints, as a user's callback may."""

    def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
        print("said", record.epoch)


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


def test_no_lines_are_shown_where_none_are_wanted(streams: Open) -> None:
    out, err = streams(out=False, err=True)
    fit(2, bar=ProgressBar(lines=False))
    assert out.getvalue() == ""
    assert "epoch 2/2" in err.getvalue()


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


def test_a_second_fit_goes_on_with_lines_of_its_own(streams: Open) -> None:
    out, _ = streams(out=False, err=False)
    trainer = fit(2)
    trainer.fit(more=1)
    firsts = [line.split()[0] for line in out.getvalue().splitlines()]
    assert firsts == ["epoch", "1", "2", "epoch", "3"]


def test_of_many_epochs_each_tenth_is_a_line_and_the_last(streams: Open) -> None:
    from pellucid.train.terminal import Terminal

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


# ---- whether it is shown -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("terminal", "show", "shown"),
    [
        (True, None, True), (False, None, False), (False, True, True), (True, False, False),
        (False, 1, True), (True, 0, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("given", [False, True])
def test_fit_shows_itself_where_somebody_looks_on_or_as_it_is_told(
    streams: Open, terminal: bool, show: Any, shown: bool, given: bool
) -> None:
    out, _ = streams(out=terminal, err=False)
    bars = (ProgressBar(),) if given else ()
    trainer = make_trainer(metrics=(), callbacks=bars)
    trainer.fit(2, show=show)
    is_shown = shown or (given and show is None)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == (
        ["epoch", "1", "2"] if is_shown else []
    )


def test_whatever_else_is_called_is_called_whether_it_is_shown_or_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trainer = make_trainer(metrics=(), callbacks=(Saying(),))
    trainer.fit(1, show=False)
    next(iter(trainer))
    trainer.fit(more=1)
    assert capsys.readouterr().out.splitlines() == ["said 1", "said 2"]


def test_a_notebook_shows_it_unless_told_otherwise(request: pytest.FixtureRequest) -> None:
    handles = request.getfixturevalue("shown")
    make_trainer(metrics=()).fit(1)
    make_trainer(metrics=()).fit(1, show=False)
    assert len(handles) == 1


def test_show_is_true_or_false() -> None:
    with pytest.raises(OptionError, match=r"fit: show is 'auto'. It is True or False; left out"):
        make_trainer().fit(1, show="auto")  # type: ignore[arg-type]
    with pytest.raises(CallError, match=r"'verbose'.*fit\(epochs=5, show=True\)"):
        make_trainer().fit(1, verbose=0)  # type: ignore[call-arg]


# ---- notebooks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (65, "1:05"), (3599.6, "1:00:00"), (90_000, "25:00:00")]
)
def test_times_are_told_in_minutes(seconds: float, text: str) -> None:
    assert cells._minutes(seconds) == text
