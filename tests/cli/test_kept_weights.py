"""Which weights a run keeps, in both languages; the optimizer that they were made with."""

import json
from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run, done

from pellucid.cli.data_facts import read_facts
from pellucid.cli.kept_weights import its_optimizer, told
from pellucid.cli.recipe import read_recipe, trained_model
from pellucid.languages import language
from pellucid.train import RunFolder
from pellucid.train.policies.final_weights import Kept
from pellucid.train.run_files.checkpoint import Position

TEXTS = (
    str(Kept(Position(120, 6), "validation_loss")),
    str(Kept(Position(120, 6), "validation_accuracy")),
    str(Kept(Position(123, 6, 3))),
    str(Kept(Position())),
    str(Kept(Position(120, 6), "validation_loss", averaged=True)),
    str(Kept(Position(123, 6, 3), averaged=True)),
    f"{Kept(Position(123, 6, 3))} so far",
    "weights that training ended with",
    "weights at the start, seed 7",
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_runs_say_of_their_weights_is_read_and_has_a_translation(text: str) -> None:
    assert told(text) == text
    with language("zh"):
        chinese = told(text)
    assert not any(letter.isascii() and letter.isalpha() for letter in chinese)
    assert [c for c in chinese if c.isdigit()] == [c for c in text if c.isdigit()]


def test_what_has_another_form_stands_as_it_is() -> None:
    with language("zh"):
        assert told("weights of a friend") == "weights of a friend"


@pytest.fixture
def trained(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    done(run(
        "train", "digits", "--epochs", 2, "--executor", "reference", "--hidden", 4,
        "--out", folder, "--quiet",
    ))  # fmt: skip
    return folder


def test_the_optimizer_is_that_of_the_checkpoint_with_these_weights(trained: Path) -> None:
    run = RunFolder.open(trained)
    recipe = read_recipe(run)
    for step, count in ((None, 68), (0, 0)):
        model, _ = trained_model(run, recipe, read_facts(run).form, step)
        optimizer = its_optimizer(run, recipe, model)
        assert optimizer.state_dict()["steps"] == count
    weight = next(iter(model.parameters().values()))
    weight.assign(weight + 1.0)
    assert its_optimizer(run, recipe, model) is None


def test_the_next_update_of_a_run_is_told_to_programs(run: Run, trained: Path) -> None:
    document = json.loads(done(run("explain", trained, "--json")))
    ratios = document["update_ratios"]
    assert len(ratios) == 4
    assert all(0.0 < ratio < 1.0 for ratio in ratios.values())
    assert np.isfinite(list(ratios.values())).all()
