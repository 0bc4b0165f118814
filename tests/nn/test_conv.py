"""Convolutional layers and pooling: shapes, starting values, forms, summaries, and errors."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import Window, nn
from pellucid import functional as f
from pellucid.errors import OptionError, ShapeError


def rng():
    return pc.Generator(seed=0)


def numbers(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_a_layer_is_its_function_plus_one_bias_per_kernel():
    layer = nn.Conv2d(4, 6, Window(3, stride=2, padding=1), groups=2, rng=rng())
    layer.bias.assign(pc.arange(6.0))
    x = numbers(2, 4, 7, 8)
    y = f.cross_correlation(x, layer.weight, stride=2, padding=1, groups=2)
    expected = y.numpy() + np.arange(6, dtype=np.float32).reshape(6, 1, 1)
    np.testing.assert_array_equal(layer(x).numpy(), expected)


SIZES = [
    (nn.Conv1d, Window(3, stride=2), (2, 4, 9), (2, 6, 4), (6, 4, 3)),
    (nn.Conv2d, 3, (2, 4, 9, 8), (2, 6, 7, 6), (6, 4, 3, 3)),
    (nn.Conv2d, (1, 5), (2, 4, 9, 8), (2, 6, 9, 4), (6, 4, 1, 5)),
    (nn.Conv2d, Window(3, padding="same"), (2, 4, 9, 8), (2, 6, 9, 8), (6, 4, 3, 3)),
    (nn.ConvTranspose1d, Window(3, stride=2), (2, 4, 5), (2, 6, 11), (4, 6, 3)),
    (
        nn.ConvTranspose2d,
        Window(4, stride=2, padding=1),
        (1, 4, 5, 6),
        (1, 6, 10, 12),
        (4, 6, 4, 4),
    ),
]


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize("case", SIZES, ids=lambda case: f"{case[0].__name__} {case[1]}")
def test_sizes_of_outputs_and_weights(case, executor):
    kind, window, x, y, weight = case
    layer = kind(4, 6, window, rng=rng())
    call = layer if executor == "eager" else pc.compile(layer, executor=executor)
    assert layer.weight.shape == weight
    assert call(pc.zeros(x)).shape == y


@pytest.mark.parametrize(("kind", "fan"), [(nn.Conv2d, 8 // 2 * 9), (nn.ConvTranspose2d, 4 * 9)])
def test_weights_start_uniform_by_what_each_output_sums_over(kind, fan):
    layer = kind(8, 64, 3, groups=2, rng=rng())
    weight = layer.weight.value.numpy()
    assert np.abs(weight).max() == pytest.approx(fan**-0.5, rel=0.01)
    assert weight.std() == pytest.approx((3 * fan) ** -0.5, rel=0.05)
    assert not layer.bias.value.numpy().any()


def test_forms_say_what_is_not_usual():
    assert repr(nn.Conv2d(3, 16, 5, rng=rng())) == "Conv2d(3, 16, 5)"
    layer = nn.Conv1d(4, 8, Window(3, stride=2), groups=2, bias=False, rng=rng())
    assert repr(layer) == "Conv1d(4, 8, 3, stride=2, groups=2, bias=False)"
    assert repr(nn.MaxPool2d(Window(3, stride=2, padding=1))) == "MaxPool2d(3, stride=2, padding=1)"
    assert repr(nn.AvgPool2d(2, include_padding=False)) == "AvgPool2d(2, include_padding=False)"
    assert repr(nn.GlobalAvgPool2d()) == "GlobalAvgPool2d()"


SUMMARY = """\
input (2, 1, 28, 28)
layer  kind       output shape    parameters    FLOPs
-----------------------------------------------------
0      Conv2d     (2, 8, 24, 24)         208  470,016
1      ReLU       (2, 8, 24, 24)           0    9,216
2      MaxPool2d  (2, 8, 12, 12)           0    9,216
3      Flatten    (2, 1152)                0        0
4      Linear     (2, 10)             11,530   46,100
-----------------------------------------------------
total                                 11,738  534,548"""


def test_a_summary_counts_the_work_of_convolution_and_pooling():
    model = nn.Sequential(
        nn.Conv2d(1, 8, 5, rng=rng()),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1152, 10, rng=rng()),
    )
    summary = model.summary((2, 1, 28, 28))
    assert str(summary) == SUMMARY
    multiplications = 2 * 8 * 24 * 24 * 25
    assert summary.rows[0].flops == 2 * multiplications + 2 * 8 * 24 * 24


REFUSED = [
    (lambda: nn.Conv2d(3, 8, 3, rng=rng())(pc.zeros((2, 4, 9, 9))), ShapeError,
     r"^Conv2d\(3, 8, 3\): y = W \* x \+ b with x \(2, 4, 9, 9\), W \(8, 3, 3, 3\): 4 != 3"),
    (lambda: nn.Conv2d(3, 8, 3, rng=rng())(pc.zeros((3, 9, 9))), ShapeError, r"expand_dims\(0\)"),
    (lambda: nn.Conv1d(3, 8, 3, rng=rng())(pc.zeros((3, 9))), ShapeError, "in_channels=3, length"),
    (lambda: nn.Conv2d(3, 8, 5, rng=rng())(pc.zeros((1, 3, 4, 9))), ShapeError,
     r"Conv2d\(3, 8, 5\): cross_correlation: .* has 0 \+ 4 \+ 0 places, a window of 5 needs 5"),
    (lambda: nn.Conv2d(0, 8, 3, rng=rng()), OptionError, "Conv2d: 0 to 8 channels in 1 groups"),
    (lambda: nn.Conv2d(4, 8, 3, groups=3, rng=rng()), OptionError, "the groups split both evenly"),
    (lambda: nn.Conv2d(4, 9, 3, groups=2, rng=rng()), OptionError, "the groups split both evenly"),
    (lambda: nn.Conv2d(4, 8, (3, 3, 3), rng=rng()), OptionError, "Conv2d: window .* for 2 axes"),
    (lambda: nn.Conv2d(4, 8, 0, rng=rng()), OptionError, "Window: size 0"),
    (lambda: nn.MaxPool2d((2,)), OptionError, r"MaxPool2d: window \(2,\) for 2 axes"),
    (lambda: nn.MaxPool2d(2)(pc.zeros((3, 4, 4))), ShapeError, "MaxPool2d.2. with x"),
    (lambda: nn.GlobalAvgPool2d()(pc.zeros((3, 4))), ShapeError, "batch, channels, height, width"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[2])
def test_what_does_not_fit_is_refused(case):
    use, error, message = case
    with pytest.raises(error, match=message):
        use()


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_small_network_learns(executor):
    x = numbers(64, 1, 8, 8)
    ids = (x[:, 0, :4].mean(axis=(1, 2)) > x[:, 0, 4:].mean(axis=(1, 2))).astype(np.int64)
    model = nn.Sequential(
        nn.Conv2d(1, 4, Window(3, padding="same"), rng=rng()),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 2, rng=rng()),
    )
    optimizer = pc.optim.Adam(model.parameters(), 0.01)

    def step(x, ids):
        loss = f.cross_entropy(model(x), ids)
        optimizer.minimize(loss)
        return loss

    run = pc.compile(step, executor=executor)
    losses = [run(x, ids).item() for _ in range(60)]
    assert losses[-1] < 0.2 * losses[0]
