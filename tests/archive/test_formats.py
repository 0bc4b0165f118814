"""Runs of earlier formats are read by this version: opened, asked, evaluated, gone on with."""

import json
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid.archive import listed
from pellucid.cli import main
from pellucid.train import RunFolder


def test_runs_of_format_1_open_with_model_history_and_data(shelf: Path) -> None:
    moons = pc.load(shelf / "moons-mlp-1")
    assert moons.weights == "weights of epoch 3, the best by validation loss"
    kept = moons.history.epochs["validation_loss"][2]
    assert moons.evaluate(moons.data.validation)["loss"] == pytest.approx(kept, rel=1e-6)
    killed = pc.load(shelf / "moons-killed")
    x = np.array([[0.5, -0.25]], np.float32)
    assert np.array_equal(killed.predict(x).numpy(), moons.predict(x).numpy())
    own = pc.load(shelf / "pets")
    assert own.predict(np.array([[1, 2, -3, 4]], np.float32)).shape == (1, 3)


def test_runs_of_format_1_are_gone_on_with_and_are_of_the_present_format_then(
    tmp_path: Path,
) -> None:
    words = ["train", "moons", "--epochs", "1", "--executor", "reference", "--quiet"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    config = json.loads((tmp_path / "config.json").read_text())
    assert config.pop("format") == 2
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "sessions.jsonl").unlink()
    assert main(["resume", str(tmp_path), "--more", "1", "--quiet"]) == 0
    assert RunFolder.open(tmp_path).config["format"] == 2
    (found,) = listed(tmp_path)
    assert (found.epochs, found.state, len(found.sessions)) == (2, "done", 1)
    assert found.values["seconds"] > 0
    assert "test accuracy" in found.measures
