"""Activations as layers are their functions, and say their options."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid import nn

ACTIVATIONS = {
    nn.Identity: lambda x: x,
    nn.Step: f.step,
    nn.Sigmoid: f.sigmoid,
    nn.Tanh: f.tanh,
    nn.ReLU: f.relu,
    nn.LeakyReLU: f.leaky_relu,
    nn.ELU: f.elu,
    nn.GELU: f.gelu,
    nn.GELUTanh: f.gelu_tanh,
    nn.SiLU: f.silu,
    nn.Softplus: f.softplus,
    nn.Softmax: f.softmax,
    nn.LogSoftmax: f.log_softmax,
}


@pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.__name__)
def test_an_activation_layer_is_its_function(kind):
    x = np.array([[-1.5, 0.0, 2.0], [0.3, -0.2, 0.1]])
    assert kind()(x).tolist() == ACTIVATIONS[kind](pc.tensor(x)).tolist()


def test_options_of_activation_layers_reach_their_functions():
    x = np.array([[-1.0, 2.0], [0.5, 0.5]])
    assert nn.LeakyReLU(0.3)(x).tolist() == f.leaky_relu(x, slope=0.3).tolist()
    assert nn.ELU(2.0)(x).tolist() == f.elu(x, alpha=2.0).tolist()
    assert nn.Softmax(axis=0)(x).tolist() == f.softmax(x, axis=0).tolist()
    assert nn.LogSoftmax(axis=0)(x).tolist() == f.log_softmax(x, axis=0).tolist()
    assert [repr(layer) for layer in (nn.ELU(2.0), nn.Softmax(0))] == [
        "ELU(2.0)",
        "Softmax(axis=0)",
    ]


def test_every_activation_layer_is_covered():
    public = {getattr(nn, name) for name in nn.__all__}
    layers = {c for c in public if isinstance(c, type) and issubclass(c, nn.Module)}
    assert {c for c in layers if c.__module__ == "pellucid.nn.activations"} == set(ACTIVATIONS)
