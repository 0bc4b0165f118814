"""A run is trained anew, with a change."""

import json
from pathlib import Path

import pytest
from cli.conftest import Run, done, said

from pellucid.cli.again import changed
from pellucid.cli.recipe import Recipe
from pellucid.errors import OptionError

RECIPE = Recipe(
    "moons",
    model_options={"hidden": (4,), "dropout": 0.5},
    optimizer_options={"learning_rate": 0.01},
    early_stopping=3,
)


def recipe_in(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "config.json").read_text())["recipe"]
    return found


def test_a_run_like_another_has_its_bits_and_a_changed_one_its_other_settings(
    run: Run, moons: Path, tmp_path: Path
) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    done(run("train", "--like", moons, "--out", same, "--quiet"))
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (same / file).read_bytes() == (moons / file).read_bytes()
    change = ("--set", "learning-rate=0.5", "--set", "epochs=1")
    done(run("train", "--like", moons, *change, "--out", other, "--quiet", "--no-lint"))
    expected = recipe_in(moons) | {"epochs": 1}
    expected["optimizer_options"] = {"learning_rate": 0.5}
    assert recipe_in(other) == expected


def test_settings_are_changed_where_they_belong_and_none_takes_them_back() -> None:
    found = changed(RECIPE, ["hidden=8,8", "dropout=none", "samples=20", "l2=0.1", "seed=7"])
    assert found.model_options == {"hidden": (8, 8)}
    assert found.data_options == {"samples": 20}
    assert found.optimizer_options == {"learning_rate": 0.01, "l2": 0.1}
    assert (found.seed, found.early_stopping) == (7, 3)
    assert changed(RECIPE, ["early_stopping=none", "drop_last=true"]).early_stopping is None
    assert changed(RECIPE, ["drop_last=true"]).drop_last is True


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("hidden", "write NAME=VALUE"),
        ("hidden=", "write NAME=VALUE"),
        ("hiden=3", "'hidden'"),
        ("epochs=0", "it is 1 or more"),
        ("epochs=x", "is not a whole number"),
        ("drop_last=1", "it is true or false"),
        ("optimizer=adamm", "'adam'"),
    ],
)
def test_what_is_no_change_is_refused(change: str, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        changed(RECIPE, [change])


def test_a_wrong_change_is_one_line_at_the_command_line(run: Run, moons: Path) -> None:
    assert "has no option 'foo'" in said(run, "train", "--like", str(moons), "--set", "foo=3")
