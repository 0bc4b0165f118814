from pathlib import Path

import pytest
from cli.conftest import Run

from pellucid.cli.recipe import Recipe
from pellucid.cli.run_folders import free_folder


def test_the_first_free_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = Recipe("digits", model="mlp")
    assert free_folder(recipe) == Path("runs/digits-mlp-1")
    assert free_folder(recipe) == Path("runs/digits-mlp-2")


def test_a_folder_that_nothing_came_of_is_not_left_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("train", "digits", "--batch-size", 100_000)[0] == 1
    assert not Path("runs").exists()
    free_folder(Recipe("digits", model="mlp"))
    assert run("train", "digits", "--batch-size", 100_000)[0] == 1
    assert [path.name for path in Path("runs").iterdir()] == ["digits-mlp-1"]
