"""Runs that begin with the weights of another one: what fits, what is new, what is left."""

import json
from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run, done

from pellucid.cli.data_facts import read_facts
from pellucid.cli.recipe import build_model, read_recipe
from pellucid.cli.starting import start_from
from pellucid.data import Form
from pellucid.io import safetensors
from pellucid.models import MODELS
from pellucid.random import Generator
from pellucid.train import RunFolder

ONCE = ("--executor", "reference", "--epochs", 1, "--no-lint")


def other(hidden: str, classes: int = 4) -> object:
    kind = MODELS["mlp"]
    options = kind.options(hidden=tuple(map(int, hidden.split(","))))
    return kind.built(Form((64,), classes), options, Generator(8))


def test_what_fits_is_loaded_and_the_rest_is_named(trained: Path) -> None:
    model = other("16,5")
    before = model.state_dict()  # type: ignore[attr-defined]
    found = start_from(trained, model)  # type: ignore[arg-type]
    arrays, weights = RunFolder.open(trained).load_model()
    assert found.loaded == ("hidden.0.linear.bias", "hidden.0.linear.weight")
    assert set(found.new) == {"hidden.1.linear.bias", "hidden.1.linear.weight"}
    assert found.left == ()
    assert found.reshaped == (
        "output.bias (4,), there (10,)", "output.weight (5, 4), there (16, 10)"
    )  # fmt: skip
    assert set(before) == {*found.loaded, *found.new, "output.bias", "output.weight"}
    assert found.weights == weights
    after = model.state_dict()  # type: ignore[attr-defined]
    for name, array in after.items():
        expected = arrays[name] if name in found.loaded else before[name]
        np.testing.assert_array_equal(array, expected)
    assert str(found).startswith(f"2 arrays of {trained} (weights of ")
    assert "; new, of another shape: output.bias (4,), there (10,), output.weight (5, " in str(
        found
    )
    assert "; new: hidden.1.linear" in str(found)


def test_nothing_that_fits_is_refused_with_both_sides(trained: Path) -> None:
    with pytest.raises(ValueError, match="none of its parameters fits") as caught:
        start_from(trained, other("7"))  # type: ignore[arg-type]
    for text in ("hidden.0.linear.weight (64, 7)", "hidden.0.linear.weight (64, 16)"):
        assert text in str(caught.value)


def test_a_run_begins_with_the_weights_and_remembers_from_where(
    run: Run, trained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    words = ("train", "digits", *ONCE, "--hidden", 16, "--start-from", trained, "--out", folder)
    told = done(run(*words))
    assert f"started from: 4 arrays of {trained} (weights of epoch 2" in told
    made = RunFolder.open(folder)
    assert made.config["recipe"]["start_from"] == str(trained)
    first, _ = made.load_step(0)
    expected, _ = RunFolder.open(trained).load_model()
    assert first.keys() == expected.keys()
    for name, array in first.items():
        np.testing.assert_array_equal(array, expected[name])


def test_it_goes_on_though_the_other_run_is_gone(run: Run, trained: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    done(run("train", "moons", *ONCE, "--out", source))
    folder, whole = tmp_path / "new", tmp_path / "whole"
    begun = ("train", "moons", "--executor", "reference", "--start-from", source)
    done(run(*begun, "--epochs", 2, "--out", whole))
    done(run(*begun, "--epochs", 1, "--out", folder))
    for file in sorted(source.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    done(run("resume", folder, "--epochs", 2))
    ends = [safetensors.load(each / "model.safetensors")[0] for each in (folder, whole)]
    for name, array in ends[0].items():
        np.testing.assert_array_equal(array, ends[1][name])


def test_an_average_of_the_formula_begins_there_too(
    run: Run, trained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    words = ("train", "digits", *ONCE, "--hidden", 16, "--optimizer", "schedulefreesgd")
    done(run(*words, "--learning-rate", 1e-30, "--start-from", trained, "--out", folder))
    expected, _ = RunFolder.open(trained).load_model()
    for name, array in RunFolder.open(folder).load_model()[0].items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-6)


def test_what_is_no_run_is_named(run: Run, tmp_path: Path) -> None:
    words = ("train", "digits", *ONCE, "--start-from", tmp_path / "none")
    code, out, err = run(*words, "--out", tmp_path / "new")
    assert (code, out) == (1, "")
    assert err.startswith(f"pellucid: run {tmp_path / 'none'}: there is no such folder.")
    assert not (tmp_path / "new").exists()


def test_json_has_it_as_a_result(run: Run, trained: Path, tmp_path: Path) -> None:
    words = ("train", "digits", *ONCE, "--hidden", 16, "--start-from", trained, "--json")
    found = json.loads(done(run(*words, "--out", tmp_path / "new")))
    assert found["started_from"].startswith("4 arrays of ")


def test_the_recipe_of_a_new_run_makes_the_model_anew(trained: Path) -> None:
    kept = RunFolder.open(trained)
    recipe, facts = read_recipe(kept), read_facts(kept)
    assert recipe.start_from is None
    found = start_from(trained, build_model(recipe, facts.form))
    assert (len(found.loaded), found.new, found.left) == (4, (), ())
