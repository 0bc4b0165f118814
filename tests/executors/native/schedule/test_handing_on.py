"""Work behind a product is done by the loop that asks for it, where that reads less."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.programs import difference

from pellucid.compile import capture_call
from pellucid.executors.native.ir.kernels import Product
from pellucid.executors.native.planning import planned
from pellucid.structure import row


def program(step):
    """A program of two matrices and a column, with numbers to run it on."""
    rng = np.random.default_rng(0)
    sizes = ((9, 9), (9, 33), (9, 1))
    arrays = [np.abs(rng.normal(size=size)).astype(np.float32) + 1 for size in sizes]
    return Program(capture_call(step, row(3), arrays).procedure, arrays, [])


def behind(made):
    """How many nodes follow each product in its kernel, and what it stores."""
    kernels = planned(made.procedure).plan.kernels
    products = [kernel for kernel in kernels if isinstance(kernel, Product)]
    return [(len(k.nodes) - 1, len(k.stores)) for k in products]


def softmax_like(y, t):
    """Two arrays made of a product: one is summed along rows, and both are asked for then."""
    less = -y / t
    return (y / t + less.sum(axis=1, keepdims=True)) * 2.0


def test_two_arrays_for_one_loop_are_made_in_it():
    made = program(lambda x, z, t: softmax_like(x @ z, t).sum(axis=0))
    assert behind(made) == [(0, 1)]
    assert difference(made) is None


@pytest.mark.parametrize(
    "step",
    [
        lambda x, z, t: ((y := (x @ z) / t), (-y).sum(axis=1, keepdims=True) + y),
        lambda x, z, t: (softmax_like(x @ z, t), ((x @ z) / t).sum(axis=0)),
        lambda x, z, t: softmax_like((x @ z).exp(), t),
        lambda x, z, t: ((y := (x @ z) / t) - y.sum(axis=1, keepdims=True)) * 2.0,
    ],
    ids=["given", "asked for twice", "costly", "one array"],
)
def test_otherwise_it_follows_the_product(step):
    made = program(step)
    assert behind(made)[0][0] > 0
    assert difference(made) is None
