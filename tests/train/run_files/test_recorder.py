"""What a Trainer writes while it trains, where the disk has no space too."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.train import RunFolder, Saving, Trainer

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


def test_only_the_newest_checkpoints_stay(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    folder = tmp_path / "run"
    make(saving=Saving(folder, every_seconds=0.0, checkpoints=3, report=False)).fit(2)
    names = [path.name for path in RunFolder.open(folder).checkpoint_files()]
    assert names == [f"step-{step:010}.safetensors" for step in (8, 9, 10)]
    assert len(list((folder / "checkpoints").glob("best-*"))) == 1


def test_a_disk_that_fills_up_ends_no_training(
    make: Make, same_bits: Same, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make()
    whole.fit(3)
    folder = tmp_path / "run"
    trainer = make(saving=Saving(folder, every_seconds=0.0, report=False))
    trainer.fit(1)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(UserWarning, match=r"No space left on device. Free some space") as caught:
        history = trainer.fit(3)
    assert len(caught) == 1
    same_bits(whole, trainer)
    assert history.steps == whole.history.steps
    assert "No space left on device" in history.file_error
    checkpoint = RunFolder.open(folder).newest_checkpoint()
    assert checkpoint is not None
    assert checkpoint.position.step == 5
    monkeypatch.undo()
    again = make(saving=Saving(folder, report=False))
    again.resume()
    again.fit(3)
    same_bits(whole, again)


def test_what_could_not_be_written_is_written_once_there_is_space(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make(saving=Saving(tmp_path / "whole", report=False))
    whole.fit(3)
    folder = tmp_path / "run"
    trainer = make(saving=Saving(folder, report=False))
    trainer.fit(1)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.warns(UserWarning, match="No space left"):
            trainer.fit(2)
    history = trainer.fit(3)
    assert history.file_error == ""
    assert (folder / "metrics.jsonl").read_bytes() == (
        tmp_path / "whole" / "metrics.jsonl"
    ).read_bytes()
