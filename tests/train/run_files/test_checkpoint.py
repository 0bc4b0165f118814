"""Checkpoints: what they hold, and how a damaged one is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.errors import FileError
from pellucid.io import safetensors
from pellucid.train import Saving, Trainer

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_checkpoint_is_named_and_the_one_before_it_works(
    make: Make, same_bits: Same, tmp_path: Path, damage: bytes | None
) -> None:
    whole = make()
    whole.fit(3)
    saving = Saving(tmp_path / "run", every_epochs=2, report=False)
    make(saving=saving).fit(2)
    newest = tmp_path / "run" / "checkpoints" / "step-0000000010.safetensors"
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2] if damage is None else damage)
    again = make(saving=saving)
    with pytest.raises(FileError, match=r"step-0000000010.*before it is step-0000000000"):
        again.resume()
    newest.unlink()
    again.resume()
    again.fit(3)
    same_bits(whole, again)


@pytest.mark.parametrize(
    "entry", ["no JSON", "[]", "{}", '{"position": {"step": "x"}}', '{"position": {"pace": 1}}']
)
def test_a_checkpoint_with_a_damaged_entry_is_named(make: Make, tmp_path: Path, entry: str) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    file = tmp_path / "run" / "checkpoints" / "step-0000000005.safetensors"
    arrays, _ = safetensors.load(file)
    safetensors.save(file, arrays, {"pellucid.checkpoint": entry})
    with pytest.raises(FileError, match=r"step-0000000005.safetensors: its entry .* is damaged"):
        make(saving=saving).resume()


def test_weights_alone_are_no_checkpoint(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    trainer = make(saving=saving)
    trainer.fit(1)
    file = tmp_path / "run" / "checkpoints" / "step-0000000005.safetensors"
    safetensors.save(file, trainer.model.state_dict())
    with pytest.raises(FileError, match="is not a checkpoint of a training run"):
        make(saving=saving).resume()


def test_a_checkpoint_holds_everything_by_a_readable_name(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    (file,) = (tmp_path / "run" / "checkpoints").glob("step-*5.safetensors")
    arrays, texts = safetensors.load(file)
    assert {"model/hidden.weight", "model/dropout.draws", "optimizer/steps"} <= set(arrays)
    assert "optimizer/hidden.weight:m" in arrays
    entry = json.loads(texts["pellucid.checkpoint"])
    assert entry["position"] == {"step": 5, "epoch": 1, "step_in_epoch": 0}
