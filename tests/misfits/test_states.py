"""Weights saved from a model of other sizes: which layers, with what sizes, and what takes them."""

import pytest

from pellucid import nn
from pellucid.errors import StateError
from pellucid.languages import language
from pellucid.nn import Sequential


@pytest.fixture(autouse=True)
def _english():
    with language("en"):
        yield


def refused(model, state):
    """What is said of the layers."""
    with pytest.raises(StateError) as caught:
        model.load_state_dict(state)
    lines = [line for line in str(caught.value).splitlines() if line.startswith("  ")]
    return [line.strip() for line in lines if not line.startswith("  shape of")]


def test_each_layer_of_another_size_is_told_with_the_one_that_takes_the_weights():
    # Res2Net/Res2Net-PretrainedModels#4, facebookresearch/convit#4
    def model(hidden, classes):
        return Sequential(
            nn.Conv2d(3, hidden, 3), nn.BatchNorm(hidden), nn.Flatten(), nn.Linear(12, classes)
        )

    state = model(4, 7).state_dict()
    lines = refused(model(6, 10), state)
    assert lines == [
        "0: Conv2d(3, 6, 3): y = W * x + b with W (6, 3, 3, 3), b (6,); the state has "
        "W (4, 3, 3, 3), b (4,).",
        "1: BatchNorm(6): y = (x - mean) / sqrt(variance + eps) weight + bias with W (6,), b (6,), "
        "running_mean (6,), running_variance (6,); the state has W (4,), b (4,), running_mean "
        "(4,), running_variance (4,). Make it BatchNorm(4).",
        "3: Linear(12, 10): y = x W + b with W (12, 10), b (10,); the state has W (12, 7), b (7,). "
        "Make it Linear(12, 7).",
    ]
    model(4, 7).load_state_dict(state)


@pytest.mark.parametrize(
    ("saved", "here", "meant"),
    [
        (nn.Linear(8, 7), nn.Linear(8, 6), "Make it Linear(8, 7)."),
        (nn.Linear(5, 7), nn.Linear(8, 6), "Make it Linear(5, 7)."),
        (nn.Conv2d(1, 8, 5), nn.Conv2d(4, 6, 3), "Make it Conv2d(1, 8, 5)."),
        (nn.Embedding(50, 8), nn.Embedding(40, 8), "Make it Embedding(50, 8)."),
        (nn.LayerNorm(5), nn.LayerNorm(6), "Make it LayerNorm(5)."),
    ],
    ids=["outputs", "both", "kernel too", "count", "features"],
)
def test_the_layer_that_is_meant_takes_the_weights(saved, here, meant):
    (line,) = refused(here, saved.state_dict())
    assert line.endswith(meant)
    assert f"{type(saved).__name__}({saved.describe()})" in meant


def test_where_two_sizes_are_alike_none_is_guessed():
    (line,) = refused(nn.Linear(6, 6), nn.Linear(6, 7).state_dict())
    assert line.endswith("the state has W (6, 7), b (7,).")


def test_weights_stored_the_other_way_round_are_seen():
    model = Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
    state = {name: array.T for name, array in model.state_dict().items()}
    lines = refused(model, state)
    assert lines[-1].startswith("All of them are transposed")
    code = lines[-1].partition("give ")[2].rstrip(".")
    model.load_state_dict(eval(code, {"state": state}))


def test_a_file_of_other_sizes_is_told_so_too(tmp_path):
    nn.Linear(8, 7).save(tmp_path / "a.safetensors")
    with pytest.raises(StateError, match=r"Make it Linear\(8, 7\)\. It was saved from Linear"):
        nn.Linear(8, 6).load(tmp_path / "a.safetensors")
