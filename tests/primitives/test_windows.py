"""Windows and their sum back: NumPy's views, and each the gradient of the other."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import pellucid as pc
from pellucid.primitives import OverlapAdd, Windows

X = np.random.default_rng(0).normal(size=(2, 9, 8))


@pytest.mark.parametrize("size", [(2, 3), (9, 8)])  # copied, and a view
@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
def test_windows_are_numpys(size, stride):
    found = Windows((1, 2), size, stride, (1, 1)).forward(np, X)
    expected = sliding_window_view(X, size, axis=(1, 2))[:, :: stride[0], :: stride[1]]
    np.testing.assert_array_equal(found, expected)


def test_elements_of_dilated_windows_lie_apart():
    found = Windows((1,), (3,), (2,), (3,)).forward(np, X[:, :, 0])
    np.testing.assert_array_equal(found[0], [X[0, i : i + 7 : 3, 0] for i in (0, 2)])


def test_a_stride_beyond_the_axis_leads_nowhere():
    assert Windows((0,), (2,), (2**62,), (1,)).forward(np, np.arange(5.0)).tolist() == [[0.0, 1.0]]


def test_where_windows_overlap_they_add_up():
    rows = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    assert OverlapAdd((0,), (4,), (1,), (1,)).forward(np, rows).tolist() == [1, 12, 23, 30]
    assert OverlapAdd((0,), (8,), (4,), (1,)).forward(np, rows).tolist() == [
        1,
        2,
        3,
        0,
        10,
        20,
        30,
        0,
    ]


def test_each_of_the_two_is_the_transpose_of_the_other():
    rule = Windows((1, 2), (2, 3), (2, 1), (1, 2))
    y = np.random.default_rng(1).normal(size=rule.shape(X.shape))
    back = OverlapAdd((1, 2), (9, 8), (2, 1), (1, 2))
    found, expected = (rule.forward(np, X) * y).sum(), (back.forward(np, y) * X).sum()
    np.testing.assert_allclose(found, expected)
    dx = pc.grad(lambda x: (pc.apply(rule, x) * y).sum())(X)
    np.testing.assert_allclose(dx.numpy(), back.forward(np, y))
