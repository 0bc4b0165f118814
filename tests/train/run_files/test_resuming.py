"""Runs of earlier versions are read, and gone on with: the files, whatever the code does now."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.train import EarlyStopping, RunFolder, Saving, Trainer
from pellucid.train.run_files import resuming as module

FOLDERS = Path(__file__).parent / "folders"  # made in November 2026, before checkpoints told times
Make = Callable[..., Trainer]


def test_a_run_of_an_earlier_version_goes_on_to_the_bits_of_a_whole_one(
    make: Make,
    tmp_path: Path,
    same_bits: Callable[[Trainer, Trainer], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What a step computes may be written otherwise today.
    monkeypatch.setattr(module, "check_identity", lambda there, here, folder: None)
    shutil.copytree(FOLDERS / "trainer", tmp_path / "run")
    options = {"early_stopping": EarlyStopping(100), "keep": "best"}
    trainer = make(saving=Saving(tmp_path / "run", report=False, graph=False), **options)
    assert trainer.resume().epochs["epoch"] == [1, 2]
    assert trainer.position.step == 13
    trainer.fit(4)
    whole = make(saving=Saving(tmp_path / "whole", report=False, graph=False), **options)
    whole.fit(4)
    same_bits(whole, trainer)
    lines = [RunFolder.open(tmp_path / name).lines() for name in ("run", "whole")]
    assert lines[0] == lines[1]


def test_where_there_is_no_checkpoint_training_begins(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    for file in RunFolder.open(tmp_path / "run").checkpoint_files():
        file.unlink()
    trainer = make(saving=Saving(tmp_path / "run", report=False))
    assert len(trainer.resume()) == 0
    assert trainer.position.step == 0
