from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.errors import OptionError
from pellucid.train import Callback, Options, RunFolder, Saving, Steps, Trainer
from pellucid.train.run_files import clock as module
from pellucid.train.run_files.clock import Clock

Make = Callable[..., Trainer]


class Time:
    """A clock that goes on by hand."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    hand = Time()
    monkeypatch.setattr(module, "time", hand)
    return hand


class Takes(Callback):
    """Lets each step take a second."""

    def __init__(self, time: Time) -> None:
        self.time = time

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        self.time.now += len(steps)


def one_by_one(trainer: Trainer) -> Trainer:
    trainer.pace.length = 1
    trainer.pace.stop = lambda steps: None  # type: ignore[method-assign]
    return trainer


def test_only_what_is_inside_counts(time: Time) -> None:
    clock = Clock(10.0)
    clock.resumed(4.0)
    time.now += 100
    with clock:
        time.now += 3
        assert (clock.seconds, clock.ended) == (7.0, "")
    time.now += 100
    with clock:
        time.now += 3
    assert (clock.seconds, clock.ended) == (10.0, "time limit of 10 s reached")


def test_training_ends_after_the_step_at_hand_and_counts_over_resumes(
    make: Make, tmp_path: Path, time: Time, same_bits: Callable[[Trainer, Trainer], None]
) -> None:
    def trainer(limit: float | None) -> Trainer:
        saving = Saving(tmp_path / "run", report=False)
        return one_by_one(make(saving=saving, max_seconds=limit, callbacks=(Takes(time),)))

    history = trainer(6.5).fit(4)
    assert history.stopped == "time limit of 6.5 s reached"
    assert history.steps["step"][-1] == 7
    checkpoint = RunFolder.open(tmp_path / "run").newest_checkpoint()
    assert checkpoint is not None
    assert (checkpoint.position.step, checkpoint.seconds) == (7, 7.0)
    again = trainer(9.0)
    again.resume()
    assert again.fit(4).steps["step"][-1] == 9
    last = trainer(None)
    last.resume()
    assert last.fit(4).stopped == "all 4 epochs done"
    whole = make()
    whole.fit(4)
    same_bits(whole, last)


def test_a_time_that_is_up_is_told_with_the_remedy(make: Make, time: Time) -> None:
    trainer = one_by_one(make(max_seconds=3, callbacks=(Takes(time),)))
    trainer.fit(2)
    with pytest.warns(UserWarning, match="nothing was trained, as time limit of 3.0 s reached. A"):
        trainer.fit(2)


def test_a_run_whose_last_epoch_ends_with_its_time_is_done(make: Make, time: Time) -> None:
    trainer = one_by_one(make(max_seconds=5, callbacks=(Takes(time),)))
    assert trainer.fit(1).stopped == "all 1 epochs done"


@pytest.mark.parametrize("seconds", [0, -1.0, float("nan")])
def test_a_time_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(OptionError, match=rf"max_seconds is {seconds}. It must be more than 0."):
        Options(max_seconds=seconds)
