"""What a run is made by, as it is written down: every option reaches it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli.recipe import recipe_from
from pellucid.errors import FileError

Run = Callable[..., tuple[int, str, str]]
FLAGS = ("--batch-norm", "--balanced", "--drop-last")


def test_every_option_reaches_the_recipe(run: Run, tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "--model": "mlp",
        "--hidden": "8,6",
        "--activation": "tanh",
        "--init": "lecun",
        "--dropout": 0.25,
        "--optimizer": "momentum",
        "--learning-rate": 0.05,
        "--schedule": "step-decay:every=3epochs",
        "--l1": 1e-5,
        "--l2": 1e-4,
        "--weight-decay": 1e-3,
        "--batch-size": 64,
        "--micro-batch": 20,
        "--seed": 9,
        "--early-stopping": 3,
        "--keep": "last",
        "--average": "exponential",
        "--average-decay": 0.9,
        "--average-start": 3,
        "--average-every": 2,
        "--not-finite": "go-back",
        "--label-smoothing": 0.1,
        "--epochs": 1,
        "--executor": "reference",
        "--precision": "bfloat16",
    }
    pairs = [part for pair in options.items() for part in pair]
    folder = tmp_path / "run"
    assert run("train", "digits", *pairs, *FLAGS, "--out", folder)[0] == 0
    assert json.loads((folder / "config.json").read_text())["recipe"] == {
        "data": "digits",
        "data_options": {},
        "model": "mlp",
        "model_options": {
            "hidden": [8, 6],
            "activation": "tanh",
            "init": "lecun",
            "dropout": 0.25,
            "batch_norm": True,
        },
        "optimizer": "momentum",
        "optimizer_options": {
            "learning_rate": 0.05,
            "l1": 1e-5,
            "l2": 1e-4,
            "weight_decay": 1e-3,
        },
        "schedule": "step-decay:every=48,learning_rate=0.05",
        "epochs": 1,
        "batch_size": 64,
        "micro_batch": 20,
        "drop_last": True,
        "seed": 9,
        "early_stopping": 3,
        "keep": "last",
        "average": "exponential",
        "not_finite": "go-back",
        "average_options": {"decay": 0.9, "start": 3, "every": 2},
        "long_run": {},
        "batches": {"label_smoothing": 0.1},
        "parts": {},
        "class_weights": "balanced",
        "executor": "reference",
        "precision": "bfloat16",
        "start_from": None,
        "folds": None,
        "fold": None,
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"model": "mpl"}, "'mpl' is not known"),
        ({"epochs": 0}, "epochs is 0"),
        ({"folds": 3, "fold": 4}, "fold is 4, of 3"),
        ({"precision": "bfloat61"}, "bfloat61"),
        ({"colour": "red"}, "colour"),
        ({"optimizer_options": {"power": 1.0}}, "optimizer option 'power'"),
    ],
)
def test_a_recipe_that_the_command_line_would_not_have_made_is_refused(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    known = {"data": "digits"}
    assert recipe_from(known, tmp_path).model == "mlp"
    with pytest.raises(FileError, match="no recipe that this version knows") as caught:
        recipe_from(known | change, tmp_path)
    assert told in str(caught.value)
