"""Dense layers: formula, start, gradients, and the notes' forward pass; `Flatten`."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import OptionError, ShapeError


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


def given(weight, bias):
    """A dense layer with the given numbers, in float64."""
    weight = np.array(weight)
    layer = nn.Linear(*weight.shape, initializer=nn.init.Zeros(), dtype="float64")
    layer.weight.assign(pc.tensor(weight))
    layer.bias.assign(pc.tensor(np.array(bias)))
    return layer


def test_the_forward_pass_of_the_notes():
    model = nn.Sequential(
        given([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], [0.1, 0.2, 0.3]),
        nn.Sigmoid(),
        given([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]], [0.1, 0.2]),
        nn.Sigmoid(),
        given([[0.1, 0.3], [0.2, 0.4]], [0.1, 0.2]),
    )
    with nn.calls() as made:
        y = model(np.array([1.0, 0.5]))
    a1, z1, a2, z2 = (call.output.numpy() for call in made[:4])
    assert a1 == pytest.approx([0.3, 0.7, 1.1])
    assert z1 == pytest.approx([0.57444252, 0.66818777, 0.75026011], abs=5e-9)
    assert a2 == pytest.approx([0.51615984, 1.21402696], abs=5e-9)
    assert z2 == pytest.approx([0.62624937, 0.7710107], abs=5e-9)
    assert y.numpy() == pytest.approx([0.31682708, 0.69627909], abs=5e-9)


def test_the_two_layer_shapes_of_the_notes(rng):
    # The course writes W1 (4, 3) for 3 inputs and 4 units; here it is stored (3, 4).
    model = nn.Sequential(nn.Linear(3, 4, rng=rng), nn.Tanh(), nn.Linear(4, 1, rng=rng))
    shapes = {path: p.shape for path, p in model.parameters().items()}
    expected = {"0.weight": (3, 4), "0.bias": (4,), "2.weight": (4, 1), "2.bias": (1,)}
    assert shapes == expected


def test_the_start_is_uniform_within_one_over_the_root_of_the_inputs(rng):
    layer = nn.Linear(100, 300, rng=rng)
    w = layer.weight.value.numpy()
    assert 0.099 < np.abs(w).max() <= 0.1
    assert w.std() == pytest.approx(0.1 / 3**0.5, rel=0.02)
    assert not layer.bias.value.numpy().any()


def test_two_layers_of_one_generator_differ(rng):
    first, second = nn.Linear(3, 3, rng=rng), nn.Linear(3, 3, rng=rng)
    assert (first.weight.value.numpy() != second.weight.value.numpy()).all()


def test_the_graph_is_the_formula(rng):
    layer = nn.Linear(3, 2, rng=rng)
    for shape in [(4, 3), (5, 4, 3), (2, 5, 4, 3)]:
        nodes = pc.capture(layer)(pc.zeros(shape)).nodes
        assert [node.primitive.name for node in nodes] == ["matmul", "add"]


def test_axes_in_front_of_the_last_are_all_samples(rng):
    layer = nn.Linear(3, 2, rng=rng)
    x = rng.normal(0.0, 1.0, (4, 5, 3))
    assert layer(x).shape == (4, 5, 2)
    np.testing.assert_allclose(layer(x)[2].numpy(), layer(x[2]).numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer(x)[2, 1].numpy(), layer(x[2, 1]).numpy(), rtol=1e-5, atol=1e-6)
    assert layer(pc.zeros((0, 3))).shape == (0, 2)
    assert layer(pc.zeros((2, 0, 3))).shape == (2, 0, 2)


def test_gradients_agree_with_differences(rng):
    x = rng.normal(0.0, 1.0, (2, 3, 4), "float64")
    layer = nn.Linear(4, 2, rng=rng, dtype="float64")
    pc.check_gradients(layer, x)

    def by_parameters(w, b):
        layer.weight.assign(w)
        return x @ w + b

    pc.check_gradients(by_parameters, layer.weight.value, layer.bias.value)


def test_without_bias_there_is_none(rng):
    layer = nn.Linear(3, 2, rng=rng, bias=False)
    assert list(layer.parameters()) == ["weight"]
    assert not layer(pc.zeros((1, 3))).numpy().any()


@pytest.mark.parametrize("shape", [(2, 4), (2, 5, 4), (4,)])
def test_another_number_of_features_is_refused(shape, rng):
    with pytest.raises(ShapeError, match=r"^Linear\(3, 2\): y = x W \+ b with x .*4 != 3"):
        nn.Linear(3, 2, rng=rng)(pc.zeros(shape))


def test_sizes_below_1_are_refused(rng):
    with pytest.raises(OptionError, match="Linear: 0 to 2 features"):
        nn.Linear(0, 2, rng=rng)


def test_flatten_keeps_the_samples():
    assert nn.Flatten()(pc.zeros((5, 2, 3))).shape == (5, 6)
    assert nn.Flatten()(pc.zeros((5, 6))).shape == (5, 6)
    assert nn.Flatten()(pc.zeros(5)).shape == (5, 1)
    assert nn.Flatten()(pc.zeros((0, 2, 3))).shape == (0, 6)
