"""Attributions: by hand on linear models, completeness, windows, maps, what is refused."""

import numpy as np
import pytest
from explanation.networks import network

import pellucid as pc
from pellucid import nn
from pellucid.errors import GraphError, OptionError
from pellucid.explanation.attribution import (
    grad_cam,
    integrated_gradients,
    occlusion,
    saliency,
)

X = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)


@pytest.fixture
def linear():
    return nn.Sequential(nn.Linear(4, 2, rng=pc.Generator(1))).inference()


@pytest.fixture
def convnet():
    net = network("simple-convnet")
    return net.model, net.batch[0]


def test_the_gradient_of_a_linear_score_is_its_weights(linear):
    found = saliency(linear, X, [0, 1, 1])
    weights = linear.state_dict()["0.weight"]
    assert np.allclose(found.array, weights[:, [0, 1, 1]].T)
    assert found.classes.tolist() == [0, 1, 1]
    assert np.allclose(found.scores, linear(X).numpy()[range(3), [0, 1, 1]])


def test_the_class_guessed_is_explained_where_none_is_given(linear):
    assert saliency(linear, X).classes.tolist() == linear(X).numpy().argmax(axis=1).tolist()


def test_integrated_gradients_of_a_linear_score_are_its_terms(linear):
    found = integrated_gradients(linear, X, [0, 0, 0], baseline=0.5, steps=3)
    weights = np.float64(linear.state_dict()["0.weight"])
    assert np.allclose(found.array, (X - 0.5) * weights[:, 0], atol=1e-6)
    assert found.error < 1e-5


def test_integrated_gradients_add_up_to_the_score():
    net = network("lstm")
    model, x = net.model, net.batch[0] * 3.0
    few, many = (integrated_gradients(model, x, steps=n) for n in (2, 64))
    assert many.error < 1e-3
    assert many.error < few.error
    assert many.array.shape == x.shape


def test_occlusion_finds_the_only_window_that_counts():
    class Corner(nn.Module):
        def forward(self, x):
            corner = x[:, 0, 0:2, 0:2].sum(axis=(1, 2)).reshape(-1, 1)
            return pc.concat([corner, x[:, 0, 5:6, 5]], axis=1)

    x = np.ones((1, 1, 6, 6), np.float32)
    found = occlusion(Corner(), x, [0], window=2, stride=2)
    expected = np.zeros((6, 6))
    expected[0:2, 0:2] = 4.0
    assert np.array_equal(found.array[0], expected)


def test_windows_reach_every_place(convnet):
    model, x = convnet
    found = occlusion(model, x[:1], window=5, stride=4)
    assert found.array.shape == (1, 16, 16)
    assert np.isfinite(found.array).all()


def test_grad_cam_by_hand(convnet):
    model, x = convnet
    found = grad_cam(model, x, layer="layers.2")
    maps = []
    for each in model.layers[:3]:
        x = each(x)
    maps = pc.tensor(x.numpy(), requires_grad=True)
    y = maps
    for each in model.layers[3:]:
        y = each(y)
    y.backward(np.eye(y.shape[1], dtype=np.float32)[found.classes])
    weights = maps.grad.numpy().mean(axis=(2, 3), keepdims=True)
    expected = np.maximum((weights * maps.numpy()).sum(axis=1), 0.0)
    assert np.allclose(found.array, expected, rtol=1e-5, atol=1e-7)
    assert found.array.max() > 0.0


def test_the_last_maps_are_taken_where_no_layer_is_given(convnet):
    model, x = convnet
    assert np.array_equal(grad_cam(model, x).array, grad_cam(model, x, layer="layers.2").array)


def test_what_is_refused(linear, convnet):
    model, x = convnet
    for call, told in (
        (lambda: saliency(linear, np.ones((3, 4), np.int64)), "inputs of int64"),
        (lambda: saliency(linear, X, [0, 1]), "one class for each sample"),
        (lambda: saliency(linear, X, [0, 1, 2]), "3 samples with 2 scores each"),
        (lambda: integrated_gradients(linear, X, steps=0), "0 steps. There is at least 1."),
        (lambda: occlusion(linear, X), "It takes pictures"),
        (lambda: occlusion(model, x, window=2, stride=3), "1 <= stride <= window"),
        (lambda: occlusion(model, x, window=17), "1 <= stride <= window <= the sides"),
    ):
        with pytest.raises(OptionError, match=told):
            call()
    with pytest.raises(GraphError, match="no layer gives maps"):
        grad_cam(linear, X)
    with pytest.raises(GraphError, match=r"'layers\.4' gives \(4, 100\)"):
        grad_cam(model, x, layer="layers.4")


def test_an_attribution_as_a_document(linear):
    document = integrated_gradients(linear, X).as_dict()
    assert np.shape(document["array"]) == (3, 4)
    assert len(document["total"]) == len(document["exact"]) == 3


@pytest.mark.parametrize("shape", [(0, 4), (4,)])
def test_inputs_without_samples_are_refused(shape):
    net = nn.Sequential(nn.Linear(4, 3, rng=pc.Generator(0)))
    with pytest.raises(OptionError, match=r"Both have samples first, at least one: give a single"):
        integrated_gradients(net, np.zeros(shape, np.float32))
