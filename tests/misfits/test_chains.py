"""Where a tensor comes from: the layers that made it, with their shapes."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.misfits.chains import Models, behind_each_other, chain, diagram, maker, models_of


class Ways(nn.Module):
    """Two ways from the input to the output, one longer than the other."""

    def __init__(self):
        self.short = nn.Linear(4, 6)
        self.long = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 6))

    def forward(self, x):
        """Their sum."""
        return self.short(x) + self.long(x)


def steps_of(model, x):
    """Paths and shapes of the chain to a model's output."""
    y = model(x)
    return [(step.path, step.shape) for step in chain(y, Models({"": model}, [x]))]


def test_a_chain_leads_from_the_input_through_the_layers():
    x = pc.tensor(np.ones((2, 1, 8, 8), np.float32))
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(108, 4))
    assert steps_of(model, x) == [
        ("", (2, 1, 8, 8)),
        ("0", (2, 3, 6, 6)),
        ("1", (2, 3, 6, 6)),
        ("2", (2, 108)),
        ("3", (2, 4)),
    ]


def test_of_several_ways_the_newest_is_followed():
    x = pc.tensor(np.ones((2, 4), np.float32))
    paths = [path for path, _ in steps_of(Ways(), x)]
    assert paths == ["", "long.0", "long.1", "long.2"]


def test_what_stands_inside_a_layer_of_the_library_is_that_layer():
    x = pc.tensor(np.ones((2, 5, 8), np.float32))
    model = nn.Sequential(nn.TransformerBlock(8, 2), nn.LayerNorm(8))
    assert [path for path, _ in steps_of(model, x)] == ["", "0", "1"]


def test_the_model_of_an_output_is_found_among_those_that_were_called():
    models = nn.Linear(3, 2), nn.Linear(3, 2)
    outputs = [model(np.ones((4, 3), np.float32)) for model in models]
    for model, y in zip(models, outputs, strict=True):
        assert list(models_of(y).by_path.values()) == [model]
    assert models_of(pc.ones(3)).by_path == {}


def test_the_maker_of_a_shape_is_no_layer_that_keeps_it():
    x = pc.tensor(np.ones((2, 4), np.float32))
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Tanh())
    assert maker(chain(model(x), Models({"": model}, [x]))).path == "0"
    same = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    assert maker(chain(same(x), Models({"": same}, [x]))).path == "0"


def test_where_nothing_was_recorded_layers_of_the_library_are_traced():
    class Own(nn.Module):
        def forward(self, x):
            return f.relu(x)

    x = pc.tensor(np.ones((2, 1, 8, 8), np.float32))
    last = nn.Linear(9, 2)
    model = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), last)
    found = behind_each_other(model, "body", x, last)
    assert [(step.path, step.shape) for step in found] == [
        ("body.0", (2, 1, 4, 4)),
        ("body.1", (2, 16)),
    ]
    with_own = nn.Sequential(nn.MaxPool2d(2), Own(), last)
    assert behind_each_other(with_own, "", x, last) == []


@pytest.mark.parametrize(("depth", "lines"), [(2, 6), (9, 13)])
def test_of_long_chains_a_diagram_shows_the_first_and_the_last(depth, lines):
    model = nn.Sequential(*[nn.Linear(4, 4) for _ in range(depth)])
    x = pc.tensor(np.ones((2, 4), np.float32))
    shown = diagram(chain(model(x), Models({"": model}, [x])), "4 != 5")
    assert len(shown) == lines
    assert ("    ..." in shown) == (depth == 9)
    assert shown[-1] == "      | (2, 4)   <- 4 != 5"
