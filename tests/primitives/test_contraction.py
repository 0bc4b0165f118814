"""Products of matrices: NumPy's in float64, long sums in parts, and rows of batches as one."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.primitives import contraction
from pellucid.primitives.contraction import as_rows, product


def numbers(*shape, dtype=np.float32):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


@pytest.mark.parametrize(
    "shapes", [((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 1, 2, 3), (6, 3, 4))]
)
def test_products_are_numpys(shapes):
    a, b = (numbers(*shape, dtype=np.float64) for shape in shapes)
    np.testing.assert_allclose(product(a, b), a @ b, rtol=1e-12)


@pytest.mark.parametrize("depth", [7, 8, 9, 24, 25])
def test_a_long_sum_in_parts_is_the_whole_sum(monkeypatch, depth):
    monkeypatch.setattr(contraction, "DEPTH", 8)
    monkeypatch.setattr(contraction, "PIECE", 64)  # few parts at a time
    a, b = numbers(2, 3, depth), numbers(depth, 4)
    exact = a.astype(np.float64) @ b.astype(np.float64)
    np.testing.assert_allclose(product(a, b), exact, rtol=1e-5, atol=1e-5)
    out = np.empty((2, 3, 4), np.float32)
    assert product(a, numbers(2, depth, 4), out=out) is out
    np.testing.assert_allclose(out, a @ numbers(2, depth, 4), rtol=1e-5, atol=1e-5)


def test_a_product_over_nothing_is_0():
    np.testing.assert_array_equal(product(np.ones((2, 0)), np.ones((0, 3))), np.zeros((2, 3)))


def test_the_gradient_of_shared_weights_is_one_product_of_all_rows():
    x, w = numbers(5, 2, 3, dtype=np.float64), numbers(3, 4, dtype=np.float64)
    graph = pc.capture(pc.grad(lambda x, w: (x @ w).sum(), argument=1))(x, w)
    shapes = [n.output.shape for n in graph.nodes if n.primitive.name == "matmul"]
    assert shapes[-1] == (3, 4)
    dw = pc.grad(lambda x, w: (x @ w).sum(), argument=1)(x, w)
    np.testing.assert_allclose(dw.numpy(), np.einsum("bti,bto->io", x, np.ones((5, 2, 4))))


def test_all_axes_but_the_last_are_rows():
    assert as_rows(np.ones((2, 3, 4))).shape == (6, 4)
