import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from train.conftest import assert_same_bits, weights

from pellucid.errors import OptionError, ShapeError
from pellucid.tensor import Tensor
from pellucid.train import DryRun, Saving, Trainer, dry_run

Make = Callable[..., Trainer]


def size(folder: Path, *patterns: str) -> int:
    return sum(file.stat().st_size for each in patterns for file in folder.glob(each))


def test_it_tells_what_the_run_then_takes_and_leaves_nothing(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "run"
    saving = Saving(folder, every_steps=3, checkpoints=4, best=2, report=False)
    trainer = make(saving=saving)
    before = {name: array.copy() for name, array in weights(trainer).items()}
    found = dry_run(trainer, 6)
    assert os.listdir(tmp_path) == []
    assert_same_bits(before, weights(trainer))
    assert (found.epochs, found.steps, found.batch) == (6, 30, 16)
    trainer.fit(6)
    told = found.disk
    kept = size(folder, "checkpoints/*")
    assert told["checkpoints and best weights"] == pytest.approx(kept, rel=0.02)
    assert told["metrics"] == pytest.approx(size(folder, "metrics.jsonl"), rel=0.35)
    model = size(folder, "*.safetensors", "config.json", "sessions.jsonl")
    assert told["model, curves and report"] == pytest.approx(model, rel=0.02)
    arrays = [variable.present() for variable in trainer.variables().values()]
    part = "weights, and what the optimizer keeps"
    assert found.memory[part] == sum(array.nbytes for array in arrays)
    assert all(value > 0 for value in found.seconds.values())
    whole = make()
    whole.fit(6)
    assert_same_bits(weights(whole), weights(trainer))


def test_what_would_fail_at_the_end_of_an_epoch_fails_now(make: Make) -> None:
    trainer = make()

    def evaluated(x: Tensor) -> Tensor:
        return forward(x) if trainer.model.training else forward(x).reshape(-1)

    forward = trainer.model.forward
    trainer.model.forward = evaluated
    with pytest.raises(ShapeError):
        dry_run(trainer, 3)


def test_a_budget_bounds_what_is_told(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run", checkpoints=1000, every_steps=1, budget=70_000))
    assert dry_run(trainer, 50).disk["checkpoints and best weights"] == 70_000


def test_it_reads_as_a_table() -> None:
    parts: Any = {"a part": 1500.0, "another": 500.0}
    lines = str(DryRun(2, 10, 5, parts, parts, parts)).splitlines()
    assert lines[0].startswith("dry run: 5 samples went through training, evaluation and saving")
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["time", "of"],
        ["a", "part"],
        ["another", "8"],
    ]
    assert "time of 2 epochs, 10 updates" in lines[1]
    assert lines[7].split()[-3:] == ["about", "2.0", "kB"]


def test_epochs_are_counted(make: Make) -> None:
    with pytest.raises(OptionError, match="epochs is 0"):
        dry_run(make(), 0)
