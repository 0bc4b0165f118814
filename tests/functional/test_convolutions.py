"""Convolution: worked examples, its relations to other operations, gradients, and errors."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DTypeError, OptionError, ShapeError

ROWS = ["301274", "158931", "272513", "013178", "421628", "245239"]
IMAGE = np.array([[[list(map(float, row)) for row in ROWS]]], np.float32)
EDGE = np.array([[[[1, 0, -1]] * 3]], np.float32)
RESULT = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
HALVES = np.array([[[[10, 10, 10, 0, 0, 0]] * 6]], np.float32)
EXECUTORS = ["eager", "reference", "native"]


def run(function, *inputs, executor="eager"):
    return (function if executor == "eager" else pc.compile(function, executor=executor))(*inputs)


def numbers(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_vertical_edge_of_the_notes(executor):
    y = run(f.cross_correlation, IMAGE, EDGE, executor=executor)
    assert y.numpy()[0, 0].tolist() == RESULT


@pytest.mark.parametrize("executor", EXECUTORS)
def test_flipped_the_vertical_edge_changes_its_sign(executor):
    y = run(f.convolution, IMAGE, EDGE, executor=executor)
    assert y.numpy()[0, 0].tolist() == [[-n for n in row] for row in RESULT]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_bright_to_dark_is_positive_and_dark_to_bright_negative(executor):
    y = run(f.cross_correlation, HALVES, EDGE, executor=executor)
    assert y.numpy()[0, 0].tolist() == [[0, 30, 30, 0]] * 4
    y = run(f.cross_correlation, HALVES[..., ::-1].copy(), EDGE, executor=executor)
    assert y.numpy()[0, 0].tolist() == [[0, -30, -30, 0]] * 4


def test_integers_stay_integers():
    y = f.cross_correlation(IMAGE.astype(np.int64), EDGE.astype(np.int64))
    assert y.dtype == np.int64
    assert y.tolist()[0][0] == RESULT


def test_a_flipped_convolution_is_the_one_of_numpy():
    x, w = numbers(20), numbers(6, seed=1)
    y = f.convolution(x.reshape(1, 1, -1), w.reshape(1, 1, -1))
    np.testing.assert_allclose(y.numpy()[0, 0], np.convolve(x, w, "valid"), atol=1e-13)
    full = f.convolution(x.reshape(1, 1, -1), w.reshape(1, 1, -1), padding=5)
    np.testing.assert_allclose(full.numpy()[0, 0], np.convolve(x, w), atol=1e-13)


def test_the_nine_numbers_of_a_filter_are_learned():
    weight = pc.Parameter(np.zeros((1, 1, 3, 3), np.float32))
    x = numbers(4, 1, 8, 8, dtype=np.float32)
    target = f.cross_correlation(x, EDGE)
    optimizer = pc.optim.SGD({"weight": weight}, 0.3)
    for _ in range(200):
        optimizer.minimize(f.mean_squared_error(f.cross_correlation(x, weight), target))
    np.testing.assert_allclose(weight.value.numpy(), EDGE, atol=1e-3)


OPTIONS = [
    {},
    {"padding": "same"},
    {"stride": 2, "padding": 1},
    {"stride": (1, 3), "padding": ((0, 2), (1, 0)), "dilation": (2, 1)},
    {"groups": 2, "stride": 2},
    {"padding": "same", "stride": 2, "dilation": 2, "groups": 2},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradients_match_central_differences_to_second_order(options):
    x, w = numbers(2, 4, 5, 6), numbers(2, 4 // options.get("groups", 1), 2, 3, seed=1)
    pc.check_gradients(lambda x, w: f.cross_correlation(x, w, **options), x, w)
    w = numbers(4, 2, 2, 3, seed=1)
    pc.check_gradients(lambda x, w: f.conv_transpose(x[:, :, :3, :2], w, **options), x, w)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_im2col_and_a_product_give_the_same(options, executor):
    groups = options.get("groups", 1)
    x, w = numbers(2, 4, 6, 7, dtype=np.float32), numbers(6, 4 // groups, 2, 3, dtype=np.float32)
    window = pc.Window((2, 3), **{k: v for k, v in options.items() if k != "groups"})

    def product(x, w):
        parts = []
        for i in range(groups):
            channels = slice(i * 4 // groups, (i + 1) * 4 // groups)
            kernels = w[i * 6 // groups : (i + 1) * 6 // groups].reshape(6 // groups, -1)
            parts.append((f.im2col(x[:, channels], window) @ kernels.mT).mT)
        return pc.concat(parts, axis=1)

    y = run(lambda x, w: f.cross_correlation(x, w, **options), x, w, executor=executor)
    columns = run(product, x, w, executor=executor).reshape(y.shape)
    np.testing.assert_allclose(y.numpy(), columns.numpy(), atol=2e-6)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_transpose_is_the_gradient_by_the_input(options):
    x, w = numbers(2, 4, 6, 8), numbers(6, 4 // options.get("groups", 1), 2, 3, seed=1)
    y = f.cross_correlation(x, w, **options)
    dy = numbers(*y.shape, seed=2)
    (dx,) = pc.vjp(lambda x: f.cross_correlation(x, w, **options), x)[1](dy)
    back = f.conv_transpose(dy, w, **options).numpy()
    both = tuple(slice(min(a, b)) for a, b in zip(dx.shape, back.shape, strict=True))
    np.testing.assert_allclose(back[both], dx.numpy()[both], atol=1e-12)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_no_samples_give_no_outputs_and_gradients_of_zero(executor):
    x, w = np.zeros((0, 2, 5, 5), np.float32), np.ones((3, 2, 3, 3), np.float32)

    def both(x, w):
        total = pc.grad(lambda x, w: f.cross_correlation(x, w).sum(), argument=(0, 1))
        return f.cross_correlation(x, w), *total(x, w)

    y, dx, dw = run(both, x, w, executor=executor)
    assert (y.shape, dx.shape) == ((0, 3, 3, 3), x.shape)
    assert dw.tolist() == np.zeros(w.shape).tolist()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_axes_of_size_one_and_kernels_as_large_as_the_input(executor):
    x, w = numbers(3, 2, 1, 4, dtype=np.float32), numbers(5, 2, 1, 4, dtype=np.float32)
    y = run(f.cross_correlation, x, w, executor=executor)
    expected = x.reshape(3, -1) @ w.reshape(5, -1).T
    np.testing.assert_allclose(y.numpy()[:, :, 0, 0], expected, atol=1e-5)


X, W = np.zeros((2, 4, 5, 5), np.float32), np.zeros((6, 4, 3, 3), np.float32)
REFUSED = [
    (lambda: f.cross_correlation(X, W[:, :3]), ShapeError, "has 4 channels on axis 1, .* read 3"),
    (lambda: f.cross_correlation(X[0], W), ShapeError, r"x of shape \(4, 5, 5\).*expand_dims"),
    (lambda: f.cross_correlation(X[:, :, :2], W), ShapeError, r"Axis 0 .* 0 \+ 2 \+ 0 places.*s 3"),
    (lambda: f.cross_correlation(X, W, groups=3), OptionError, "3 groups of 4 channels and 6 k"),
    (lambda: f.cross_correlation(X, W, groups=0), OptionError, "0 groups"),
    (lambda: f.cross_correlation(X, W, padding="full"), OptionError, "padding 'full'"),
    (lambda: f.cross_correlation(X, W.astype(float)), DTypeError, "float32 with float64"),
    (lambda: f.convolution(X[0, 0], W), ShapeError, r"convolution: x of shape \(5, 5\)"),
    (lambda: f.conv_transpose(X, W), ShapeError, "conv_transpose: .* 4 channels .* read 6"),
    (lambda: f.conv_transpose(X, W[:4], padding=4), ShapeError, "use less padding"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[2])
def test_what_does_not_fit_is_refused(case):
    use, error, message = case
    with pytest.raises(error, match=message):
        use()
