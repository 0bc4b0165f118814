"""Sliding windows and pooling: values by hand, ties, padding, gradients, and errors."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import Window
from pellucid import functional as f
from pellucid.errors import DTypeError, ShapeError

EXECUTORS = ["eager", "reference", "native"]
IMAGE = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
SERIES = np.array([[[1.0, 5.0, 2.0, 4.0, 3.0]]], np.float32)


def run(function, *inputs, executor):
    return (function if executor == "eager" else pc.compile(function, executor=executor))(*inputs)


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


CASES = [
    ("max", lambda x: f.max_pool(x, 2), [[5, 4]]),
    ("max, step 1", lambda x: f.max_pool(x, Window(2, stride=1)), [[5, 5, 4, 4]]),
    ("max, padded", lambda x: f.max_pool(-x, Window(3, stride=2, padding=1)), [[-1, -2, -3]]),
    ("max, dilated", lambda x: f.max_pool(x, Window(2, stride=1, dilation=2)), [[2, 5, 3]]),
    ("max, same", lambda x: f.max_pool(x, Window(2, stride=1, padding="same")), [[5, 5, 4, 4, 3]]),
    ("mean", lambda x: f.mean_pool(x, 2), [[3, 3]]),
    (
        "mean, padded",
        lambda x: f.mean_pool(x, Window(3, stride=2, padding=1)),
        [[2, 11 / 3, 7 / 3]],
    ),
    (
        "mean of what is there",
        lambda x: f.mean_pool(x, Window(3, stride=2, padding=1), include_padding=False),
        [[3, 11 / 3, 3.5]],
    ),
    ("global mean", f.global_mean_pool, [3]),
]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_worked_by_hand(case, executor):
    y = run(case[1], SERIES, executor=executor)
    np.testing.assert_allclose(y.numpy(), np.array([case[2]], np.float32), rtol=1e-6)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_images_are_pooled_along_both_axes(executor):
    y = run(lambda x: f.max_pool(x, 2), IMAGE, executor=executor)
    assert y.tolist() == [[[[5, 7], [13, 15]]]]
    y = run(lambda x: f.mean_pool(x, (2, 4)), IMAGE, executor=executor)
    assert y.tolist() == [[[[3.5], [11.5]]]]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_largest_share_a_gradient_equally(executor):
    x = np.array([[[2.0, 2.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0]]], np.float32)
    dx = run(pc.grad(lambda x: f.max_pool(x, 4).sum()), x, executor=executor)
    third = float(np.float32(1 / 3))
    assert dx.tolist() == [[[third, third, third, 0, 0.25, 0.25, 0.25, 0.25]]]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_number_in_several_windows_has_the_gradients_of_all(executor):
    dx = run(pc.grad(lambda x: f.max_pool(x, Window(2, stride=1)).sum()), SERIES, executor=executor)
    assert dx.tolist() == [[[0, 2, 0, 2, 0]]]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_nan_and_inf_stay_in_their_windows(executor):
    x = np.array([[[1.0, np.nan, -np.inf, -np.inf, np.inf, 2.0]]], np.float32)
    y = run(lambda x: f.max_pool(x, 2), x, executor=executor)
    np.testing.assert_array_equal(y.numpy(), [[[np.nan, -np.inf, np.inf]]])
    with np.errstate(invalid="ignore"):
        y = run(lambda x: f.mean_pool(x, 2), x, executor=executor)
    np.testing.assert_array_equal(y.numpy(), [[[np.nan, -np.inf, np.inf]]])


WINDOWS = [
    Window(2),
    Window((3, 2), stride=(1, 2), padding=((1, 1), (0, 1))),
    Window(3, stride=2, padding="same"),
    Window(2, stride=1, dilation=2),
]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_gradients_match_central_differences_to_second_order(window):
    x = numbers(2, 2, 5, 6)
    pc.check_gradients(lambda x: f.max_pool(x, window), x)
    pc.check_gradients(lambda x: f.mean_pool(x, window) ** 2.0, x)
    pc.check_gradients(lambda x: f.mean_pool(x, window, include_padding=False), x)
    pc.check_gradients(lambda x: f.sliding_windows(x, window, axis=(2, 3)) ** 2.0, x)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_no_samples_give_none(executor):
    x = np.zeros((0, 3, 4, 4), np.float32)
    assert run(lambda x: f.max_pool(x, 2), x, executor=executor).shape == (0, 3, 2, 2)
    dx = run(pc.grad(lambda x: f.max_pool(x, 3).sum()), x, executor=executor)
    assert dx.shape == x.shape


def test_windows_along_the_axes_asked_for():
    x = numbers(6, 3, 5)
    y = f.sliding_windows(x, Window((2, 4), stride=(3, 1)), axis=(0, 2)).numpy()
    assert y.shape == (2, 3, 2, 2, 4)
    np.testing.assert_array_equal(y[1, :, 1], np.moveaxis(x[3:5, :, 1:5], 0, 1))
    assert f.sliding_windows(x, 3, axis=1).shape == (6, 1, 5, 3)


def test_windows_are_padded_with_zeros():
    y = f.sliding_windows([1.0, 2.0], Window(2, padding=1))
    assert y.tolist() == [[0, 1], [1, 2], [2, 0]]


def test_long_windows_share_memory_and_short_ones_do_not():
    x = pc.tensor(numbers(1, 200))
    assert np.shares_memory(f.sliding_windows(x, 100).array, x.array)
    assert not np.shares_memory(f.sliding_windows(x, 3).array, x.array)


def test_im2col_lays_windows_out_as_rows():
    y = f.im2col(np.stack([IMAGE[0], IMAGE[0] + 100], 1), 3).numpy()
    assert y.shape == (1, 4, 18)
    assert y[0, 3].tolist() == [5, 6, 7, 9, 10, 11, 13, 14, 15, *range(105, 108), *range(109, 112),
                                *range(113, 116)]  # fmt: skip


REFUSED = [
    (lambda: f.max_pool(IMAGE, 5), ShapeError, r"max_pool: .* has 0 \+ 4 \+ 0 places.* needs 5"),
    (lambda: f.max_pool(IMAGE[0, 0], 2), ShapeError, r"max_pool: x of shape \(4, 4\)"),
    (lambda: f.max_pool(IMAGE, Window(1, padding=1)), ShapeError, "padding alone"),
    (lambda: f.mean_pool(IMAGE, Window(2, padding=2)), ShapeError, "mean_pool: .*padding alone"),
    (lambda: f.mean_pool(IMAGE.astype(int), 2), DTypeError, "mean_pool: int64"),
    (lambda: f.im2col(IMAGE, (2, 9)), ShapeError, "im2col: .* needs 9"),
    (lambda: f.sliding_windows(IMAGE, 2, axis=(3, 2)), ShapeError, "Axes stand in their order"),
    (lambda: f.sliding_windows([1.0], 2), ShapeError, "sliding_windows: .* needs 2"),
    (lambda: f.global_mean_pool(SERIES[0]), ShapeError, "global_mean_pool: x of shape"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[2])
def test_what_does_not_fit_is_refused(case):
    use, error, message = case
    with pytest.raises(error, match=message):
        use()
