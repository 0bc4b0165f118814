"""A model's weights in a file, and back."""

from pathlib import Path

import numpy as np
import pytest

from pellucid import nn
from pellucid.errors import FileError, StateError
from pellucid.io import safetensors
from pellucid.nn import Module
from pellucid.random import Generator


def net(seed: int, hidden: int = 5) -> Module:
    rng = Generator(seed)
    first, last = nn.Linear(4, hidden, rng=rng), nn.Linear(hidden, 3, rng=rng)
    return nn.Sequential(first, nn.BatchNorm(hidden), nn.Dropout(0.5, rng=rng), last)


def test_a_model_that_was_saved_and_loaded_has_the_same_bits(tmp_path: Path) -> None:
    first, second = net(0), net(1)
    first.modules()["2"](np.ones((2, 5), np.float32))  # draws are counted
    first.save(tmp_path / "net.safetensors")
    assert second.load(tmp_path / "net.safetensors") is second
    for name, array in first.state_dict().items():
        np.testing.assert_array_equal(second.state_dict()[name], array, strict=True)
    arrays, texts = safetensors.load(str(tmp_path / "net.safetensors"))
    assert sorted(first.variables()) == list(arrays)
    assert texts["model"].startswith("Sequential( 0: Linear(4, 5)")


def test_weights_of_another_model_are_refused_with_its_form(tmp_path: Path) -> None:
    net(0, hidden=6).save(tmp_path / "net.safetensors")
    model = net(1)
    before = model.state_dict()
    message = (
        r"Sequential\.load .*shape of 0\.weight.*was saved from Sequential\( 0: Linear\(4, 6\)"
    )
    with pytest.raises(StateError, match=r"(?s)" + message):
        model.load(tmp_path / "net.safetensors")
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(before[name], array)


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"net\.safetensors"):
        net(0).load(tmp_path / "net.safetensors")
    with pytest.raises(FileError, match="no_folder"):
        net(0).save(tmp_path / "no_folder" / "net.safetensors")
    weights = {f"model/{name}": array for name, array in net(0).state_dict().items()}
    safetensors.save(tmp_path / "step.safetensors", weights)
    with pytest.raises(StateError, match=r"checkpoint of a run: open .* pellucid\.load\(FOLDER\)"):
        net(0).load(tmp_path / "step.safetensors")
