"""Parts of a model that rest, layers at rates of their own, and SAM, on the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run, done, said

from pellucid.cli.again import changed
from pellucid.cli.part_rules import PartRules
from pellucid.cli.recipe import Recipe
from pellucid.errors import OptionError
from pellucid.io import safetensors
from pellucid.nn import Linear, ReLU, Sequential
from pellucid.optim import SAM, Adam

WORDS = ("train", "moons", "--hidden", "4,4", "--quiet", "--no-lint", "--keep", "last")


def net() -> Sequential:
    return Sequential(Linear(2, 4), ReLU(), Linear(4, 2)).seeded(0)


def test_nothing_is_done_where_nothing_is_said() -> None:
    optimizer = Adam(net().parameters())
    rules = PartRules()
    assert (rules.callbacks(net()), rules.groups(net())) == ((), ())
    assert rules.around(optimizer) is optimizer


def test_what_is_said_is_what_python_has() -> None:
    model = net()
    rules = PartRules(freeze="0", freeze_until=2, layer_rates=0.5, sharpness=0.1)
    (frozen,) = rules.callbacks(model)
    assert [w.shape for w in frozen.variables] == [(2, 4), (4,)]
    assert frozen.until == 2
    assert [group.factor for group in rules.groups(model)] == [0.5]
    around = rules.around(Adam(model.parameters()))
    assert isinstance(around, SAM)
    assert around.rho == 0.1


def test_each_part_is_thawed_at_its_own_epoch() -> None:
    model = Sequential(Linear(2, 4), Linear(4, 4), Linear(4, 4), Linear(4, 2)).seeded(0)
    rules = PartRules(freeze="0=4,1,2=2", freeze_until=3).callbacks(model)
    held = [{epoch for epoch in range(6) if rule.holds(epoch)} for rule in rules]
    assert held == [set(range(4)), set(range(3)), set(range(2))]
    assert [rule.of for rule in rules] == [[model[0]], [model[1]], [model[2]]]
    (never,) = PartRules(freeze="0,1").callbacks(model)
    assert (never.until, never.of) == (None, [model[0], model[1]])


@pytest.mark.parametrize("word", ["0=", "0=0", "0=-1", "0=two", "0=1.5", "=2"])
def test_what_is_no_number_of_epochs_is_refused(word: str) -> None:
    with pytest.raises(OptionError, match=r"^--freeze "):
        PartRules(freeze=word).callbacks(net())


def test_other_names_and_pairs_are_refused() -> None:
    with pytest.raises(OptionError, match=r"^--freeze '9': no part"):
        PartRules(freeze="9").callbacks(net())
    with pytest.raises(OptionError, match=r"^--freeze-until: nothing is frozen"):
        PartRules(freeze_until=2)


def test_they_are_settings_of_a_recipe() -> None:
    found = changed(Recipe("moons"), ["sharpness=0.05", "layer_rates=0.8", "freeze=0"])
    assert found.parts == {"sharpness": 0.05, "layer_rates": 0.8, "freeze": "0"}


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_run_with_all_of_it_is_resumed_to_the_bit(
    run: Run, tmp_path: Path, executor: str
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    layer = _first_layer(run, tmp_path)
    words = [*WORDS, "--executor", executor, "--freeze", layer, "--freeze-until", "2"]
    words += ["--layer-rates", "0.5", "--sharpness", "0.05"]
    done(run(*words, "--epochs", "3", "--out", whole))
    done(run(*words, "--epochs", "1", "--out", cut))
    start, _ = safetensors.load(cut / "model.safetensors")
    done(run("resume", cut, "--epochs", "3", "--quiet"))
    assert (cut / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    end, _ = safetensors.load(whole / "model.safetensors")
    moved = {name: not np.array_equal(array, end[name]) for name, array in start.items()}
    assert all(moved.values())  # the frozen layer too, after its second epoch
    recipe = json.loads((whole / "config.json").read_text())["recipe"]
    assert recipe["parts"]["layer_rates"] == 0.5


def _first_layer(run: Run, tmp_path: Path) -> str:
    """What the first layer with weights is called."""
    done(run(*WORDS, "--epochs", "1", "--executor", "reference", "--out", tmp_path / "look"))
    arrays, _ = safetensors.load(tmp_path / "look" / "model.safetensors")
    return next(iter(arrays)).rpartition(".")[0]


def test_an_unknown_part_is_told(run: Run) -> None:
    assert "--freeze 'hiden': no part." in said(run, "train", "moons", "--freeze", "hiden")
