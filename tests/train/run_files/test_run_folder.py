import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import pellucid
from pellucid.errors import FileError, OptionError
from pellucid.io import read_jsonl
from pellucid.train import EarlyStopping, RunFolder, Saving, Trainer

Make = Callable[..., Trainer]


def test_a_run_is_a_folder_of_known_files(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    trainer = make(saving=Saving(folder, config={"note": "mine"}))
    trainer.fit(2)
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()) == [
        ".lock",
        "checkpoints/best-000002.safetensors",
        "checkpoints/step-0000000000.safetensors",
        "checkpoints/step-0000000010.safetensors",
        "config.json",
        "curves.png",
        "curves.svg",
        "graph.safetensors",
        "metrics.jsonl",
        "model.safetensors",
        "report.html",
        "sessions.jsonl",
    ]
    config = json.loads((folder / "config.json").read_text())
    assert config["note"] == "mine"
    assert config["trainer"]["batch_size"] == 16
    kinds = [line["kind"] for line in read_jsonl(folder / "metrics.jsonl")]
    assert kinds == (["step"] * 5 + ["epoch"]) * 2


def test_the_metrics_file_is_the_history(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run", report=False))
    history = trainer.fit(2)
    lines = RunFolder.open(tmp_path / "run").lines()
    losses = [line["loss"] for line in lines if line["kind"] == "step"]
    assert losses == history.steps["loss"]


def test_the_model_file_holds_the_weights_that_training_ended_with(
    make: Make, tmp_path: Path
) -> None:
    trainer = make(
        saving=Saving(tmp_path / "run", report=False), early_stopping=EarlyStopping(2), keep=None
    )
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    trainer.fit(30)
    arrays, weights = RunFolder.open(tmp_path / "run").load_model()
    best = trainer.history.best_epoch
    assert (
        weights
        == trainer.history.weights
        == f"weights of epoch {best}, the best by validation loss"
    )
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(array, arrays[name])


def test_a_run_that_was_cut_off_has_the_model_of_its_checkpoint(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run", report=False))
    trainer.fit(1)
    (tmp_path / "run" / "model.safetensors").unlink()
    arrays, weights = RunFolder.open(tmp_path / "run").load_model()
    assert weights == "weights of epoch 1, the last so far"
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(array, arrays[name])


def test_names_left_by_a_killed_write_are_removed(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    trainer = make(saving=Saving(folder, report=False))
    trainer.fit(1)
    left = folder / "checkpoints" / ".step-0000000009.safetensors.0123456789ab.tmp"
    left.write_bytes(b"half")
    trainer.fit(2)
    assert not left.exists()


# ---- what is no run ----------------------------------------------------------------------


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere: there is no such folder"):
        RunFolder.open(tmp_path / "nowhere")


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"it holds no config\.json"):
        RunFolder.open(tmp_path)


def test_a_run_without_any_weights_says_so(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", {})
    with pytest.raises(FileError, match=r"neither model\.safetensors nor a checkpoint"):
        run.load_model()


@pytest.mark.parametrize("options", [{"checkpoints": 0}, {"every_seconds": -1.0}])
def test_saving_outside_its_range_is_refused(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(OptionError, match=f"Saving: {next(iter(options))} is"):
        Saving(tmp_path, **options)  # type: ignore[arg-type]


# ---- disks that refuse -------------------------------------------------------------------


def test_a_folder_that_cannot_be_made_is_refused_before_training(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    trainer = make(saving=Saving(tmp_path / "file" / "run"))
    with pytest.raises(FileError, match=r"create the run folder .*/file/run: Not a directory"):
        trainer.fit(1)
    assert trainer.position.step == 0


LIMITED = """
import resource, sys, warnings
from pathlib import Path
sys.path.insert(0, {tests!r})
import conftest
from pellucid.train import RunFolder, Saving
# A checkpoint of this model has more than 2 KiB: as on a full disk, it stays unfinished.
trainer = conftest.make_trainer(saving=Saving({folder!r}, every_seconds=0.0, report=False))
trainer.fit(1)
resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    history = trainer.fit(4)
print(len(caught), len(history), history.file_error)
print(RunFolder.open({folder!r}).newest_checkpoint().position.step)
"""


def test_a_limit_of_the_system_on_files_is_survived(tmp_path: Path) -> None:
    script = LIMITED.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path / "run"))
    environment = os.environ | {"PYTHONPATH": str(Path(pellucid.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, env=environment, text=True, check=False
    )
    first, second = done.stdout.splitlines()
    assert first.startswith("1 20 "), done.stderr
    assert "File too large" in first
    assert second == "5"


def test_settings_may_be_numbers_of_numpy(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False, config={"rate": np.float32(0.5)})
    stopping = EarlyStopping(np.int64(3))  # type: ignore[arg-type]
    trainer = make(
        batch_size=np.int64(16), seed=np.uint64(3), early_stopping=stopping, saving=saving
    )
    trainer.fit(np.int64(1))  # type: ignore[arg-type]
    config = RunFolder.open(tmp_path / "run").config
    assert config["rate"] == 0.5
    assert (config["trainer"]["batch_size"], config["trainer"]["classes"]) == (16, 3)
    again = make(early_stopping=EarlyStopping(3), saving=saving)
    assert again.resume().epochs["epoch"] == [1]


def test_a_run_holds_the_settings_that_it_goes_on_with(make: Make, tmp_path: Path) -> None:
    told = {"note": "first", "other": 1}
    make(saving=Saving(tmp_path / "run", report=False, config=told), keep="best").fit(1)
    again = make(
        saving=Saving(tmp_path / "run", report=False, config={"note": "second"}), keep="last"
    )
    again.resume()
    assert RunFolder.open(tmp_path / "run").config["note"] == "first"
    again.fit(2)
    config = RunFolder.open(tmp_path / "run").config
    assert (config["note"], config["other"], config["trainer"]["keep"]) == ("second", 1, "last")
