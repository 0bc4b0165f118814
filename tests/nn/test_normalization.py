"""Batch and layer normalisation: PyTorch's values, both modes, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from nn.sequence_cases import (
    numbers,
)

import pellucid as pc
from pellucid import nn
from pellucid.errors import OptionError, ShapeError


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


VALUES = json.loads(Path(__file__).with_name("torch_values.json").read_text())
CASES = [name for name in VALUES if name != "torch"]


def layer_of(name, dtype="float64"):
    layer = (nn.BatchNorm if "batch" in name else nn.LayerNorm)(3, dtype=dtype)
    layer.weight.assign(pc.tensor([0.5, 1.0, 2.0], dtype))
    layer.bias.assign(pc.tensor([-1.0, 0.0, 1.0], dtype))
    return layer


def upstream(shape):
    return pc.tensor((np.sin(np.arange(np.prod(shape)) * 0.7) * 2.0 + 0.3).reshape(shape))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
def test_training_and_inference_are_those_of_pytorch(name, executor):
    layer, expected = layer_of(name), VALUES[name]
    x = pc.tensor(np.array(expected["x"]))

    def derivatives(x):
        def total(x):
            y = layer(x)
            return (y * upstream(y.shape)).sum()

        return pc.grad(total)(x)

    def run(function):
        return function if executor == "eager" else pc.compile(function, executor=executor)

    with layer.mode(training=True):
        np.testing.assert_allclose(layer_of(name)(x).numpy(), expected["y"], atol=1e-14)
        np.testing.assert_allclose(run(derivatives)(x).numpy(), expected["dx"], atol=1e-13)
        run(layer)(x * 2.0 + 1.0)
    for statistic in ("running_mean", "running_variance"):
        if statistic in expected:
            found = getattr(layer, statistic).value.numpy()
            np.testing.assert_allclose(found, expected[statistic], atol=1e-14)
    layer.inference()
    found = run(layer)(x).numpy()
    np.testing.assert_allclose(found, expected["inference"], atol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_gradients_by_weight_and_bias_are_those_of_pytorch(name):
    layer, expected = layer_of(name), VALUES[name]
    y = layer(np.array(expected["x"]))
    (y * upstream(y.shape)).sum().backward()
    np.testing.assert_allclose(layer.weight.grad.numpy(), expected["dweight"], atol=1e-13)
    np.testing.assert_allclose(layer.bias.grad.numpy(), expected["dbias"], atol=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_gradients_agree_with_differences_to_second_order(name):
    layer = layer_of(name)
    pc.check_gradients(layer, np.array(VALUES[name]["x"]))


def test_a_compiled_model_follows_its_mode():
    layer = nn.BatchNorm(3)
    run = pc.compile(layer)
    x = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], np.float32)
    assert np.abs(run(x).numpy()).max() == pytest.approx(1.0, abs=1e-4)
    mean = layer.running_mean.value.numpy()
    assert mean == pytest.approx([0.2, 0.2, 0.2])
    layer.inference()
    variance = layer.running_variance.value.numpy()
    assert variance == pytest.approx([1.1, 0.9, 1.1])
    # (1 - 0.2) / sqrt(1.1 + 1e-5) and so on
    row = [0.7627666, 1.8973560, 2.6696832]
    np.testing.assert_allclose(run(x).numpy(), [row, row[::-1]], rtol=1e-6)
    assert layer.running_mean.value.numpy().tolist() == mean.tolist()


def test_layer_norm_does_not_depend_on_the_other_samples():
    x = np.random.default_rng(0).normal(size=(5, 3))
    layer = layer_of("layer norm")
    np.testing.assert_allclose(layer(x).numpy()[:2], layer(x[:2]).numpy(), atol=1e-15)


def test_batch_norm_removes_scale_and_shift_of_its_input():
    x = np.random.default_rng(0).normal(size=(50, 3))
    layer = layer_of("batch norm")
    np.testing.assert_allclose(layer(x).numpy(), layer(x * 7.0 - 5.0).numpy(), atol=1e-4)


@pytest.mark.parametrize("momentum", [0.0, 1.0])
def test_momentum_is_the_share_of_the_batch(momentum):
    layer = nn.BatchNorm(1, momentum=momentum)
    layer(np.array([[1.0], [3.0]], np.float32))
    assert layer.running_mean.value.item() == 2.0 * momentum
    assert layer.running_variance.value.item() == 1.0 + momentum


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda: nn.BatchNorm(3)(pc.ones((2, 4))), ShapeError, r"x \(2, 4\): 4 != 3"),
        (lambda: nn.BatchNorm(3)(pc.ones(3)), ShapeError, r"x \(3,\): 1 axis"),
        (lambda: nn.BatchNorm(3)(pc.ones((1, 3))), ShapeError, "Training needs at least 2"),
        (lambda: nn.LayerNorm(3)(pc.ones((3, 2))), ShapeError, r"x \(3, 2\): 2 != 3"),
        (lambda: nn.BatchNorm(0), OptionError, "BatchNorm: 0 features"),
        (lambda: nn.LayerNorm(2, eps=0.0), OptionError, r"LayerNorm: 2 features, eps 0\.0"),
        (lambda: nn.BatchNorm(2, momentum=1.5), OptionError, r"momentum 1\.5"),
    ],
)
def test_what_does_not_fit_is_refused(use, error, message):
    with pytest.raises(error, match=message):
        use()


def test_one_sample_is_fine_at_inference():
    layer = nn.BatchNorm(3).inference()
    assert layer(pc.ones((1, 3))).shape == (1, 3)


def test_groups_of_channels_have_mean_0_and_variance_1(rng):
    x = numbers((3, 6, 4, 5), 0) * 3 + 1
    y = nn.GroupNorm(2, 6, dtype="float64")(x).numpy().reshape(3, 2, 60)
    np.testing.assert_allclose(y.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=-1), 1, rtol=1e-3)


@pytest.mark.parametrize(
    ("groups", "first", "last"),
    [
        (
            1,
            [1.311333569750865, -1.4571255734736044, 0.9751582313796961],
            [-0.6704493304952928, 0.3691159340088984],
        ),
        (
            2,
            [1.3680133767430425, -1.3299608780031107, 1.040397052613512],
            [-0.5586610658686559, 0.5003310177244665],
        ),
    ],
)
def test_groups_of_channels_are_those_of_pytorch(groups, first, last):
    # torch.nn.GroupNorm(groups, 6, dtype=torch.float64) of PyTorch 2.13
    y = nn.GroupNorm(groups, 6, dtype="float64")(numbers((3, 6, 4, 5), 0) * 3 + 1).numpy()
    np.testing.assert_allclose(y[0, 0, 0, :3], first, rtol=1e-12)
    np.testing.assert_allclose(y[2, 5, 3, -2:], last, rtol=1e-12)


def test_groups_scale_and_shift_each_channel():
    layer = nn.GroupNorm(3, 6)
    layer.weight.assign(np.arange(6, dtype=np.float32))
    layer.bias.assign(np.full(6, 2.0, np.float32))
    y = layer(numbers((2, 6, 7), 0).astype(np.float32)).numpy()
    assert (y[:, 0] == 2.0).all()
    assert y[:, 5].std() > 3.0


def test_wrong_groups_are_refused():
    with pytest.raises(OptionError, match="GroupNorm: 4 groups of 6 channels"):
        nn.GroupNorm(4, 6)
    with pytest.raises(ShapeError, match=r"\(2, 5, 3\): 5 != 6"):
        nn.GroupNorm(2, 6)(np.zeros((2, 5, 3), np.float32))
