import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import pellucid
from pellucid.train import Callback, RunFolder, Saving, Steps, Trainer
from pellucid.train.interrupt import Interrupts

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


class Signal(Callback):
    """Sends this process a signal after a step."""

    def __init__(self, number: signal.Signals, step: int) -> None:
        self.number = number
        self.step = step

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        if trainer.position.step == self.step:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
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
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    make(callbacks=(Signal(signal.SIGINT, 5),)).fit(1)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_the_second_signal_stops_at_once() -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        assert interrupts.received is signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


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

    def interrupted(limit: int) -> Steps:
        signal.raise_signal(signal.SIGINT)
        return advance(limit)

    trainer._stepper.advance = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        next(records)
    assert trainer.position.step == 4
    assert trainer.history.steps["loss"] == whole.history.steps["loss"][:4]


CLI = [sys.executable, "-m", "pellucid"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
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
