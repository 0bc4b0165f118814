"""Batches that meet one matrix are rows of one product; elementwise work comes before reshapes."""

import numpy as np
import pytest
from sample import ordinary

import pellucid as pc
from pellucid import functional as f
from pellucid.compile import capture
from pellucid.executors.native.passes.simplify import simplify


def simplified(function, *inputs):
    """What a function does once it is simplified, node by node."""
    nodes = simplify(capture(function)(*inputs)).nodes
    return [(node.primitive.name, node.output.shape) for node in nodes]


def test_a_layer_on_batches_is_one_product_with_all_that_follows_it():
    x, w, b = ordinary(4, 5, 3), ordinary(3, 2, seed=1), ordinary(2, seed=2)
    assert simplified(lambda x, w, b: f.tanh(x @ w + b), x, w, b) == [
        ("reshape", (20, 3)),
        ("matmul", (20, 2)),
        ("add", (20, 2)),
        ("tanh", (20, 2)),
        ("reshape", (4, 5, 2)),
    ]


def test_the_gradient_of_the_matrix_is_one_product_over_all_rows():
    def gradient(x, w):
        return pc.grad(lambda w: ((x @ w) ** 2).sum())(w)

    shapes = simplified(gradient, ordinary(4, 5, 3), ordinary(3, 2, seed=1))
    assert [shape for name, shape in shapes if name == "matmul"] == [(20, 2), (3, 2)]


@pytest.mark.parametrize("shape", [(4, 5, 3), (1, 1, 3), (2, 3, 4, 3), (2, 0, 3), (0, 2, 3)])
@pytest.mark.parametrize("columns", [1, 2, 17])
def test_values_and_gradients_are_those_of_the_rows(shape, columns):
    x, w, b = ordinary(*shape), ordinary(3, columns, seed=1), ordinary(columns, seed=2)

    def loss(x, w, b):
        return (f.tanh(x @ w + b) ** 2).sum()

    def found(x, w, b):
        return x @ w + b, *pc.grad(loss, argument=(0, 1, 2))(x, w, b)

    y = x.reshape(-1, 3) @ w + b
    dz = 2 * np.tanh(y) * (1 - np.tanh(y) ** 2)
    expected = y, dz @ w.T, x.reshape(-1, 3).T @ dz, dz.sum(axis=0)
    for run in (found, pc.compile(found)):
        for one, other in zip(run(*map(pc.tensor, (x, w, b))), expected, strict=True):
            np.testing.assert_allclose(one.numpy().reshape(other.shape), other, rtol=1e-12)
        assert run(*map(pc.tensor, (x, w, b)))[0].shape == (*shape[:-1], columns)


def test_batches_of_matrices_on_the_right_stay_batches():
    names = simplified(lambda a, b: a @ b, ordinary(4, 5, 3), ordinary(4, 3, 2, seed=1))
    assert names == [("matmul", (4, 5, 2))]


@pytest.mark.parametrize(
    ("before", "after", "row"),
    [((6,), (2, 3), (3,)), ((2, 6), (4, 3), (3,)), ((3, 2, 1), (6, 1), (4,)), ((1,), (1, 1), (5,))],
)
def test_a_row_that_meets_another_last_axis_is_added_after_the_reshape(before, after, row):
    def function(x, b):
        return f.relu(x).reshape(*after) + b

    x, b = ordinary(*before), ordinary(*row, seed=1)
    assert [name for name, _ in simplified(function, x, b)][-2:] == ["reshape", "add"]
    found = pc.compile(function)(x, b).numpy()
    np.testing.assert_array_equal(found, np.maximum(x, 0).reshape(after) + b)
