"""A run is trained anew, with a change."""

import json
from dataclasses import replace
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


WHOLE = {
    "micro_batch=4": {"micro_batch": 4},
    "not-finite=skip": {"not_finite": "skip"},
    "balanced=true": {"class_weights": "balanced"},
    "max_time=2h": {"long_run": {"max_seconds": 7200.0}},
    "save_every=500steps": {"long_run": {"save_every": "500steps"}},
    "checkpoints=3": {"long_run": {"checkpoints": 3}},
    "best=2": {"long_run": {"best": 2}},
    "budget=2GB": {"long_run": {"budget": 2 * 10**9}},
    "monitor=train_loss": {"long_run": {"monitor": "train_loss"}},
    "validate_every=10": {"long_run": {"validate_every": 10}},
    "calibrate=true": {"long_run": {"calibrate": True}},
    "mixing=mixup": {"batches": {"mixing": "mixup"}},
    "label_smoothing=0.1": {"batches": {"label_smoothing": 0.1}},
    "balanced_batches=true": {"batches": {"balanced_batches": True}},
    "average=uniform": {"average": "uniform"},
    "schedule=cosine-decay": {"schedule": "cosine-decay"},
}


@pytest.mark.parametrize("change", WHOLE)
def test_everything_of_a_recipe_is_changed_and_taken_back(change: str) -> None:
    found = changed(RECIPE, [change])
    assert found == replace(RECIPE, **WHOLE[change])
    assert changed(found, [change.partition("=")[0] + "=none"]) == RECIPE


def test_options_of_an_average_stand_with_it_in_any_order() -> None:
    found = changed(RECIPE, ["average_decay=0.9", "average=exponential", "average_every=2"])
    assert (found.average, found.average_options) == ("exponential", {"decay": 0.9, "every": 2})
    with pytest.raises(OptionError, match="--average-decay: there is no average"):
        changed(RECIPE, ["average_decay=0.9"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("max_time=2", r"--set max_time=2: '2' is no time with its unit"),
        ("micro_batch=0", r"--set micro_batch=0: 0 is not in the range"),
        ("average=mean", r"'exponential'|exponential"),
        ("micro_bach=2", r"'micro_batch'"),
        ("lable_smoothing=0.1", r"'label_smoothing'"),
        ("balanced=1", r"it is true or false"),
        ("dry_run=true", r"has no option 'dry_run'"),
        ("mixing_alpha=0.4", r"nothing is mixed"),
    ],
)
def test_other_settings_of_a_recipe_are_refused(change: str, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        changed(RECIPE, [change])
