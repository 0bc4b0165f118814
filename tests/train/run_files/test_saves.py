from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.errors import OptionError
from pellucid.train import Position, RunFolder, Saving, Trainer

Make = Callable[..., Trainer]
STEPS, EPOCHS = Position(12, 2, 2), Position(15, 3)


@pytest.mark.parametrize(
    ("options", "at", "seconds", "due"),
    [
        ({}, STEPS, 4.9, False),
        ({}, STEPS, 5.0, True),
        ({"every_steps": 5}, STEPS, 1e9, False),
        ({"every_steps": 6}, STEPS, 0.0, True),
        ({"every_epochs": 3}, EPOCHS, 0.0, True),
        ({"every_epochs": 2}, EPOCHS, 1e9, False),
        ({"every_epochs": 2}, STEPS, 1e9, False),
        ({"every_epochs": 2, "every_seconds": 60.0}, EPOCHS, 60.0, True),
    ],
)
def test_when_a_checkpoint_is_due(
    options: dict[str, float], at: Position, seconds: float, due: bool
) -> None:
    assert Saving("run", **options).is_due(at, seconds) is due  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["every_steps", "every_epochs", "best", "budget"])
def test_counts_below_1_are_refused(name: str) -> None:
    with pytest.raises(OptionError, match=f"^Saving: {name} is 0. It must be 1 or more."):
        Saving("run", **{name: 0})  # type: ignore[arg-type]


def steps(folder: Path) -> list[int]:
    files = RunFolder.open(folder).checkpoint_files()
    return [int(file.stem.removeprefix("step-")) for file in files]


def test_checkpoints_come_after_every_so_many_updates_however_many_run_at_a_time(
    make: Make, tmp_path: Path, same_bits: Callable[[Trainer, Trainer], None]
) -> None:
    trainer = make(saving=Saving(tmp_path / "run", every_steps=7, checkpoints=9, report=False))
    trainer.pace.length = 100
    trainer.pace.stop = lambda count: None  # type: ignore[method-assign]
    trainer.fit(4)
    assert steps(tmp_path / "run") == [0, 7, 14, 20]
    whole = make()
    whole.fit(4)
    same_bits(whole, trainer)
    assert whole.history.steps == trainer.history.steps


def test_checkpoints_come_after_every_so_many_epochs(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", every_epochs=2, checkpoints=9, report=False)).fit(5)
    assert steps(tmp_path / "run") == [0, 10, 20, 25]
