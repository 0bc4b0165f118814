"""The models that come with pellucid, on the data that suit them: no warning of any."""

import os
from pathlib import Path
from typing import Any

import pytest

import pellucid as pc
from pellucid.cli.datasets import DATA
from pellucid.cli.recipe import Recipe, build_trainer, load_data
from pellucid.errors import OptionError
from pellucid.models import MODELS

MNIST = Path(os.environ.get("PELLUCID_TEST_DATA", "")) / "mnist"
SETS = ("digits", "parity", "flower", "spirals", "sine", "text", "mnist")


def linted(data: str, model: str, folder: Path) -> Any:
    """What is found in a model with the data, options and rate that `pellucid train` takes."""
    text = folder / "text.txt"
    text.write_text("a quick brown fox jumps over a lazy dog. " * 200, encoding="utf-8")
    usual = DATA[data].usual
    recipe = Recipe(
        data,
        {"text": {"file": str(text)}, "mnist": {"data_dir": str(MNIST)}}.get(data, {}),
        model,
        dict(usual.models.get(model, {})),
        optimizer_options={"learning_rate": usual.learning_rate},
    )
    parts = load_data(recipe)
    try:
        trainer = build_trainer(recipe, parts, None, ())
    except OptionError:  # they do not fit each other
        return None
    return pc.lint(
        trainer.model,
        trainer.loss,
        parts.train,
        trainer.optimizer,
        validation=parts.validation,
        test=parts.test,
        batch_size=trainer.options.batch_size,
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("data", SETS)
def test_no_model_of_the_catalogue_is_warned_of(data: str, model: str, tmp_path: Path) -> None:
    if data == "mnist" and not MNIST.is_dir():
        pytest.skip("PELLUCID_TEST_DATA names no folder with MNIST")
    found = linted(data, model, tmp_path)
    assert [each for each in found or () if each.severity != "note"] == [], str(found)


def test_constant_pixels_of_mnist_are_a_note_with_their_number(tmp_path: Path) -> None:
    if not MNIST.is_dir():
        pytest.skip("PELLUCID_TEST_DATA names no folder with MNIST")
    found = linted("mnist", "mlp", tmp_path)
    assert found.codes == ("constant-feature",)
    assert found[0].what.startswith("67 of 784 features are the same in every sample: ")
