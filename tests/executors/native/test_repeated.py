"""Values whose elements repeat one another in memory, into every kernel that walks over views.

A broadcast is a view of stride 0. What is read of it must be its elements, and nothing that
lies behind them, along whole vectors and at their ends.
"""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional
from pellucid import primitives as p

SIZES = (1, 3, 4, 7, 8, 15, 16, 17, 20, 33)


def spread(x, *shape):
    """One column of x beside itself, as often as the last axis is long."""
    return x[..., :1].broadcast_to((*x.shape[:-1], *shape))


def along(size):
    """Functions of (3, size), each with a broadcast along the last or the first axis."""
    ids = np.arange(size)[::-1].copy() % 3
    return {
        "gradient of a slice": pc.grad(lambda x: x[:, : -(-size // 2)].sum()),
        "gradient of a stepped slice": pc.grad(lambda x: x[:, ::2].sum()),
        "gradient of a slice of rows": pc.grad(lambda x: x[1:, :].sum()),
        "second gradient": pc.grad(lambda x: pc.grad(lambda x: (x[:, 1:] ** 2.0).sum())(x).sum()),
        "padded": lambda x: spread(x, size).apply(p.Pad((0, 2), (1, 3), (1, 0), 7.0)),
        "joined": lambda x: pc.concat([spread(x, size), x, spread(x, 5)], axis=1),
        "joined by rows": lambda x: pc.concat([spread(x, size), x], axis=0),
        "joined, a whole row repeated": lambda x: pc.concat(
            [x[:1, :].broadcast_to((4, size)), x], axis=0
        ),
        "stacked": lambda x: pc.stack([spread(x, size), x], axis=1),
        "gradient of windows": pc.grad(
            lambda x: x.apply(p.Windows((1,), (min(size, 3),), (1,), (1,))).sum()
        ),
        "summed up": lambda x: spread(x, size).apply(p.CumulativeSum(1)),
        "searched": lambda x: spread(x, size).argmax(axis=1),
        "taken from": lambda x: spread(x, size).take(ids, axis=0),
        "added at places": pc.grad(lambda x: x.take(ids, axis=0).sum()),
        "multiplied": lambda x: spread(x, size) @ x.permute_dims((1, 0)),
        "multiplied from the left": lambda x: x.permute_dims((1, 0)) @ spread(x, size),
    }


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", list(along(4)))
def test_repeated_elements_are_read_as_often_as_they_stand_there(name, dtype):
    for size in SIZES:
        function = along(size)[name]
        x = np.random.default_rng(size).integers(-8, 9, (3, size)).astype(dtype)
        expected = pc.compile(function, executor="reference")(x)
        found = pc.compile(function, executor="native")(x)
        np.testing.assert_array_equal(found.numpy(), expected.numpy(), err_msg=f"size {size}")


CONVOLUTIONS = {
    "one axis": ((2, 3, 9), (4, 3, 3), {}),
    "padded": ((2, 3, 7, 6), (5, 3, 3, 3), {"padding": 1}),
    "strides": ((2, 1, 9, 9), (2, 1, 3, 3), {"stride": 2}),
    "dilated": ((1, 2, 9, 10), (3, 2, 2, 3), {"dilation": (2, 1)}),
    "groups": ((2, 4, 9, 10), (6, 2, 3, 3), {"groups": 2}),
    "one place": ((2, 4, 5, 5), (3, 4, 1, 1), {}),
    "one channel, one place": ((2, 1, 5, 5), (3, 1, 1, 1), {}),
    "as large as the picture": ((3, 2, 6, 6), (4, 2, 6, 6), {}),
}


def of_convolutions(options):
    """Functions of x and w with one number everywhere in what a convolution reads."""

    def y(x, w):
        return functional.cross_correlation(x, w, **options)

    def pooled(x, w):
        return y(x, w).mean(axis=tuple(range(2, x.ndim)))

    return {
        "gradients of a sum": pc.grad(lambda x, w: y(x, w).sum(), argument=(0, 1)),
        "gradients of means of channels": pc.grad(
            lambda x, w: (pooled(x, w) ** 2.0).sum(), argument=(0, 1)
        ),
        "one weight": lambda x, w: y(x, w[:1, :1].reshape(-1)[:1].broadcast_to(w.shape)),
        "one weight a channel": lambda x, w: y(
            x, spread(w.reshape(w.shape[0], -1), w.size // w.shape[0]).reshape(w.shape)
        ),
        "one row": lambda x, w: y(spread(x, x.shape[-1]), w),
        "one column": lambda x, w: y(x[:, :, :1].broadcast_to(x.shape), w),
        "one channel": lambda x, w: y(x[:, :1].broadcast_to(x.shape), w),
        "one sample": lambda x, w: y(x[:1].broadcast_to(x.shape), w),
    }


@pytest.mark.parametrize("case", CONVOLUTIONS)
@pytest.mark.parametrize("name", list(of_convolutions({})))
def test_convolutions_of_repeated_elements(name, case):
    shape, weights, options = CONVOLUTIONS[case]
    rng = np.random.default_rng(0)
    x, w = (rng.integers(-3, 4, size).astype("float32") for size in (shape, weights))
    function = of_convolutions(options)[name]
    expected = pc.compile(function, executor="reference")(x, w)
    found = pc.compile(function, executor="native")(x, w)
    for one, other in zip(_each(found), _each(expected), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-6, atol=1e-6)


def _each(results):
    return results if isinstance(results, tuple) else (results,)
