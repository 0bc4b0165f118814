"""Training where memory is short: it goes on or says so, and the folder resumes."""

import sys
from pathlib import Path

import pytest
from train import memory_limits
from train.conftest import assert_same_bits, make_trainer, weights

from pellucid.io import safetensors
from pellucid.train import Saving


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory is taken")
@pytest.mark.parametrize("kibibytes", [1024, 262_144])
def test_a_run_at_the_limit_of_memory_goes_on_or_says_so(kibibytes: int) -> None:
    said, wrong = memory_limits.outcome(kibibytes, memory_limits.uninterrupted())
    assert wrong == ""
    assert said.startswith("went on" if kibibytes > 100_000 else "MemoryError: Unable to allocate")


@pytest.mark.parametrize("error", [MemoryError("no 9 bytes"), MemoryError(), SystemError("NULL")])
def test_a_checkpoint_that_memory_is_short_for_ends_no_training(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_trainer()
    whole.fit(3)
    trainer = make_trainer(saving=Saving(tmp_path / "run", every_seconds=0.0, report=False))
    trainer.fit(1)

    def short(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(safetensors, "save", short)
        with pytest.warns(UserWarning, match="there is not enough memory.*Training goes on"):
            history = trainer.fit(3)
    assert "there is not enough memory" in history.file_error
    resumed = make_trainer(saving=Saving(tmp_path / "run", report=False))
    resumed.resume()
    resumed.fit(3)
    for other in (trainer, resumed):
        assert_same_bits(weights(other), weights(whole))


def test_names_that_a_killed_write_left_behind_go_when_the_run_goes_on(tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make_trainer(saving=saving).fit(1)
    left = [tmp_path / "run" / ".model.safetensors.0123.tmp"]
    left.append(tmp_path / "run" / "checkpoints" / ".step-9.safetensors.4567.tmp")
    for path in left:
        path.write_bytes(b"half")
    make_trainer(saving=saving).resume()
    assert not any(path.exists() for path in left)
