"""What `pellucid resume` is told holds from then on, also after it was interrupted."""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Run
from PIL import Image

from pellucid.train import Callback, ProgressBar, Trainer
from pellucid.train.measurements.history import EpochRecord

WORDS = ("train", "moons", "--executor", "reference", "--epochs", 2)


def stopping(trainer: Trainer) -> None:
    """As Ctrl-C does."""
    trainer.stop("stopped by SIGINT")


def killed(trainer: Trainer) -> None:
    """As a kill does: nothing more is written."""
    raise SystemExit(137)


def interrupt(monkeypatch: pytest.MonkeyPatch, how: Any) -> None:
    """Have the next epoch that ends be the last one of that run."""

    def after_epoch(bar: ProgressBar, trainer: Trainer, record: EpochRecord) -> None:
        monkeypatch.setattr(ProgressBar, "after_epoch", Callback.after_epoch)
        how(trainer)

    monkeypatch.setattr(ProgressBar, "after_epoch", after_epoch)


@pytest.mark.parametrize("how", [stopping, killed])
@pytest.mark.parametrize("words", [("--more", 3), ("--epochs", 5)], ids=["more", "epochs"])
def test_a_resume_that_was_interrupted_goes_on_to_the_end_it_was_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Any, words: tuple[Any, ...]
) -> None:
    run(*WORDS, "--out", tmp_path / "run")
    interrupt(monkeypatch, how)
    with suppress(SystemExit):
        assert run("resume", tmp_path / "run", *words)[0] == 130
    assert json.loads((tmp_path / "run" / "config.json").read_text())["recipe"]["epochs"] == 5
    code, out, _ = run("resume", tmp_path / "run")
    assert code == 0
    assert "ended: all 5 epochs done" in out
    run(*WORDS[:-1], 5, "--out", tmp_path / "whole")
    for file in ("metrics.jsonl", "model.safetensors", "config.json"):
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "run" / file).read_bytes()


def test_a_run_remembers_where_a_resume_found_its_data(run: Run, tmp_path: Path) -> None:
    for kind, shade in (("dark", 30), ("light", 220)):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for i in range(6):
            Image.new("L", (8, 8), shade + i).save(tmp_path / "pets" / kind / f"{i}.png")
    words = ("--model", "mlp", "--size", "8,8", "--batch-size", 4, "--executor", "reference")
    run("train", f"folder:{tmp_path / 'pets'}", *words, "--epochs", 1, "--out", tmp_path / "run")
    shutil.move(tmp_path / "pets", tmp_path / "moved")
    assert run("evaluate", tmp_path / "run")[0] == 1
    told = ("--more", 1, "--data-dir", tmp_path / "moved")
    assert run("resume", tmp_path / "run", *told)[0] == 0
    assert run("evaluate", tmp_path / "run")[0] == 0
    assert run("resume", tmp_path / "run", "--more", 1)[0] == 0


@pytest.mark.filterwarnings("default")
def test_a_resume_that_is_refused_changes_no_setting(run: Run, tmp_path: Path) -> None:
    run(*WORDS, "--out", tmp_path / "run")
    before = (tmp_path / "run" / "config.json").read_bytes()
    assert run("resume", tmp_path / "run", "--more", 3, "--data-dir", tmp_path)[0] == 2
    assert run("resume", tmp_path / "run")[0] == 0
    assert (tmp_path / "run" / "config.json").read_bytes() == before
