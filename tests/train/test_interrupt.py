import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pellucid
from pellucid.train import Callback, RunFolder, Saving, Steps, Trainer
from pellucid.train.interrupt import SIGNALS, Interrupts

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """No signal is ignored, as SIGHUP is where tests run under nohup, which children inherit."""
    ignored = [number for number in SIGNALS if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


class Signal(Callback):
    """Sends this process a signal after a step."""

    def __init__(self, number: signal.Signals, step: int) -> None:
        self.number = number
        self.step = step

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        if trainer.position.step == self.step:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_training_cleanly_with_what_was_learned(
    make: Make, same_bits: Same, tmp_path: Path, number: signal.Signals
) -> None:
    whole = make()
    whole.fit(3)
    trainer = make(saving=Saving(tmp_path / "run"), callbacks=(Signal(number, 7),))
    trainer.pace.length = 1
    trainer.pace.stop = lambda steps: None  # type: ignore[method-assign]
    history = trainer.fit(3)
    assert history.stopped == f"stopped by {number.name}"
    assert history.steps["step"] == list(range(1, 8))
    assert (tmp_path / "run" / "curves.png").exists()
    checkpoint = RunFolder.open(tmp_path / "run").newest_checkpoint()
    assert checkpoint is not None
    assert checkpoint.position.step == 7
    again = make(saving=Saving(tmp_path / "run", report=False))
    again.resume()
    again.fit(3)
    same_bits(whole, again)


def test_handlers_are_put_back(make: Make) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    make(callbacks=(Signal(signal.SIGINT, 5),)).fit(1)
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS)
def test_ctrl_c_after_a_signal_stops_at_once(number: signal.Signals) -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(number)
        assert interrupts.received is number
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("number", SIGNALS[1:])
def test_a_signal_that_a_cluster_or_a_terminal_sends_twice_is_one(number: signal.Signals) -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(number)
        signal.raise_signal(number)
    assert interrupts.received is signal.SIGTERM


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")
def test_what_nohup_ignores_stays_ignored(make: Make) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        history = make(callbacks=(Signal(signal.SIGHUP, 3),)).fit(1)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert history.stopped == "all 1 epochs done"


def test_a_handler_in_c_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: given.append(number))
    with Interrupts():
        pass
    assert given == []


def test_training_works_in_a_thread_where_no_signal_can_be_caught(make: Make) -> None:
    histories = []
    thread = threading.Thread(target=lambda: histories.append(make().fit(1)))
    thread.start()
    thread.join()
    assert len(histories[0]) == 5


def test_an_interrupt_while_iterating_comes_between_two_steps(make: Make) -> None:
    trainer = make()
    whole = make()
    whole.fit(1)
    advance = trainer._stepper.advance
    records = iter(trainer)
    assert [next(records).step for _ in range(3)] == [1, 2, 3]

    def interrupted(limit: int, *others: Any) -> Steps:
        signal.raise_signal(signal.SIGINT)
        return advance(limit, *others)

    trainer._stepper.advance = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        next(records)
    assert trainer.position.step == 4
    assert trainer.history.steps["loss"] == whole.history.steps["loss"][:4]


CLI = [sys.executable, "-m", "pellucid"]


CODES = [(number, 128 + number) for number in SIGNALS]


@pytest.mark.parametrize(("number", "code"), CODES)
def test_the_command_line_ends_cleanly_too(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    folder = tmp_path / "run"
    command = [*CLI, "train", "digits", "--epochs", "100000", "--executor", "reference"]
    environment = os.environ | {"PYTHONPATH": str(Path(pellucid.__file__).parents[1])}
    with subprocess.Popen(
        [*command, "--out", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        metrics = folder / "metrics.jsonl"
        while not (metrics.exists() and metrics.stat().st_size > 5000):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate()
    assert process.returncode == code
    assert f"ended: stopped by {number.name}" in out
    assert "test accuracy: 0." in out
    assert "Traceback" not in err
    assert (folder / "report.html").exists()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no such terminals here")
def test_a_terminal_that_is_closed_ends_training_cleanly(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = [*CLI, "train", "moons", "--epochs", "100000", "--executor", "reference"]
    environment = os.environ | {"PYTHONPATH": str(Path(pellucid.__file__).parents[1])}
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", IN_TERMINAL, *command, "--out", str(folder)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | {"TERM": "xterm"},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        metrics = folder / "metrics.jsonl"
        while not (metrics.exists() and metrics.stat().st_size > 5000):
            assert process.poll() is None
            assert os.read(ours, 100_000)
        os.close(ours)  # the kernel then sends SIGHUP to those in the foreground
        assert process.wait() == 129
    assert (folder / "report.html").exists()
    lines = RunFolder.open(folder).lines()
    checkpoint = RunFolder.open(folder).newest_checkpoint()
    assert checkpoint is not None
    assert (checkpoint.lines, checkpoint.position.step) == (len(lines), lines[-1]["step"])


# The terminal that standard input is becomes that of the session, as in a shell.
IN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
