"""Sequences of layers: one after the other, counted, subscripted; what is no layer is refused."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.errors import CallError, OptionError


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


def test_a_sequence_counts_iterates_and_subscripts(rng):
    model = nn.Sequential(nn.Linear(2, 3, rng=rng), nn.ReLU(), nn.Linear(3, 1, rng=rng))
    assert len(model) == 3
    assert [type(layer).__name__ for layer in model] == ["Linear", "ReLU", "Linear"]
    assert model[-1] is list(model)[2]
    x = np.ones((4, 2), np.float32)
    assert model[:2](x).tolist() == model[1](model[0](x)).tolist()


def test_a_linear_stack_collapses_into_one_layer(rng):
    model = nn.Sequential(nn.Linear(3, 5, rng=rng), nn.Linear(5, 2, rng=rng))
    one = model[0].weight.value @ model[1].weight.value
    x = rng.normal(0.0, 1.0, (4, 3))
    np.testing.assert_allclose(model(x).numpy(), (x @ one).numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("wrong", [f.relu, [nn.ReLU()]])
def test_what_is_no_layer_is_refused(wrong):
    with pytest.raises(OptionError, match=rf"Sequential: layer 1 is {type(wrong).__name__}\."):
        nn.Sequential(nn.ReLU(), wrong)


def test_the_first_layer_gets_all_inputs(rng):
    model = nn.Sequential(nn.LastState(nn.GRU(2, 3, rng=rng)), nn.Linear(3, 1, rng=rng))
    x, lengths = rng.normal(0.0, 1.0, (4, 5, 2)), pc.tensor([5, 1, 3, 2])
    expected = model[1](model[0](x, lengths))
    assert model(x, lengths).tolist() == expected.tolist()
    assert model(x).tolist() != expected.tolist()
    with pytest.raises(CallError, match=r"Linear: called with 2 inputs\. Its forward takes x\."):
        nn.Sequential(nn.Linear(2, 1, rng=rng))(x, lengths)
