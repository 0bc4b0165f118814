"""Several runs by one command: seeds, folds, and going on after a stop."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Run, done, said

from pellucid.cli.recipe import Recipe
from pellucid.cli.repeating import RunGroup
from pellucid.cli.training import OneRun

WORDS = ("train", "moons", "--epochs", "2", "--executor", "reference", "--no-lint")


def test_the_members_are_seeds_folds_or_both() -> None:
    recipe = Recipe("moons", seed=4)
    assert [name for name, _ in RunGroup(recipe, 2, None).members()] == ["seed-4", "seed-5"]
    assert [name for name, _ in RunGroup(recipe, None, 2).members()] == ["fold-1", "fold-2"]
    both = dict(RunGroup(recipe, 2, 2).members())
    assert list(both) == ["seed-4-fold-1", "seed-4-fold-2", "seed-5-fold-1", "seed-5-fold-2"]
    last = both["seed-5-fold-2"]
    assert (last.seed, last.folds, last.fold) == (5, 2, 2)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A group of two seeds, made once: no test changes it."""
    from pellucid.cli import main

    folder = tmp_path_factory.mktemp("runs") / "two"
    assert main([*WORDS, "--seeds", "2", "--quiet", "--out", str(folder)]) == 0
    return folder


def test_a_member_has_the_bits_of_a_run_of_its_seed(run: Run, group: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    done(run(*WORDS, "--seed", "1", "--quiet", "--out", alone))
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (alone / file).read_bytes() == (group / "seed-1" / file).read_bytes()
    assert (group / "curves.png").exists()


def test_mean_and_spread_are_told(run: Run, group: Path) -> None:
    document = json.loads(done(run("resume", group, "--json")))
    assert document["runs"] == ["seed-0", "seed-1"]
    told = document["measures"]["validation_accuracy"]
    assert told["mean"] == pytest.approx(np.mean(told["values"]))
    assert told["spread"] == pytest.approx(np.std(told["values"], ddof=1))
    out = done(run("resume", group))
    assert "2 runs; spread: sample standard deviation of these" in out
    listed = done(run("runs", "list", group.parent))
    assert "two, mean ± spread of 2 runs: validation loss" in listed


def test_what_was_cut_off_goes_on_to_the_same_bits(
    run: Run, group: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cut"
    whole = OneRun.trained

    def cut(self: OneRun) -> Any:
        if self.recipe.seed == 1:
            self.recipe = self.recipe.__class__(**vars(self.recipe) | {"epochs": 1})
        history = whole(self)
        if self.recipe.seed == 1:
            (self.folder / "model.safetensors").unlink()  # as of a run that did not end
            history.stopped = "stopped by SIGINT"
        return history

    with monkeypatch.context() as patch:
        patch.setattr(OneRun, "trained", cut)
        code, out, _ = run(*WORDS, "--seeds", "2", "--out", folder)
    assert code == 130
    assert f"go on with: pellucid resume {folder}" in out
    before = (folder / "seed-0" / "metrics.jsonl").stat().st_mtime_ns
    done(run("resume", folder, "--quiet"))
    for name in ("seed-0", "seed-1"):
        for file in ("metrics.jsonl", "model.safetensors"):
            assert (folder / name / file).read_bytes() == (group / name / file).read_bytes()
    assert (folder / "seed-0" / "metrics.jsonl").stat().st_mtime_ns == before
    shutil.rmtree(folder / "seed-1")
    done(run("resume", folder, "--quiet"))
    assert (folder / "seed-1" / "model.safetensors").exists()


def test_each_fold_chooses_by_other_samples(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folds"
    done(run(*WORDS, "--folds", "2", "--quiet", "--out", folder))
    sums = set()
    for name in ("fold-1", "fold-2"):
        config = json.loads((folder / name / "config.json").read_text())
        assert config["recipe"]["folds"] == 2
        sums.add(config["trainer"]["validation_checksum"])
    assert len(sums) == 2
    document = json.loads(done(run("evaluate", folder / "fold-2", "--json")))
    counts = [each["samples"] for each in document["sets"].values()]
    assert counts[0] == counts[1] == 160  # of train and validation set; the test set stays


def test_what_has_no_meaning_is_refused(run: Run, group: Path) -> None:
    assert "it is a group of runs" in said(run, "resume", str(group), "--more", "2")
    code, _, err = run(*WORDS, "--seeds", "2", "--out", group)
    assert code == 1
    assert "this folder holds runs already" in err
    code, _, err = run("train", "moons", "--seeds", "1")
    assert code == 2


def test_a_damaged_group_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "group.json").write_text('{"seeds": 1, "folds": null, "recipe": {}}')
    code, _, err = run("resume", tmp_path)
    assert code == 1
    assert "its group.json is damaged: seeds and folds are [1, None]" in err
