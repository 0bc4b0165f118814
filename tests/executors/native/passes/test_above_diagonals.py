"""What is known above diagonals, and where nobody looks."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.compile import capture_call
from pellucid.executors.native.passes.above_diagonals import Above, above_diagonals, veiled
from pellucid.structure import row

MASK = np.tri(32, dtype=bool)


def graph_of(step):
    """The graph of a function of the product of two matrices, and the mask."""

    def whole(a, b, x):
        return step(a @ b, pc.tensor(MASK), x)

    arrays = [np.ones(size, np.float32) for size in ((32, 5), (5, 32), (32, 32))]
    return capture_call(whole, row(3), arrays).procedure.graph


def is_veiled(step):
    """Whether nobody looks at the product above its diagonal."""
    graph = graph_of(step)
    (product,) = (n.output.name for n in graph.nodes if n.primitive.name == "matmul")
    return product in veiled(graph, above_diagonals(graph))


@pytest.mark.parametrize(
    "step",
    [
        lambda y, mask, x: pc.where(mask, y, -np.inf),
        lambda y, mask, x: pc.where(mask, -y * 2.0 + x, x),
        lambda y, mask, x: pc.where(mask, x, 0.0) * y,
        lambda y, mask, x: pc.where(mask, x, 0.0) * (y / x),
        lambda y, mask, x: (pc.where(mask, x, 0.0) / x * y).sum(),
        lambda y, mask, x: pc.where(mask, pc.where(x > 0, y, x), -np.inf).exp(),
    ],
    ids=["hidden", "after more", "by 0", "divided first", "summed then", "chosen first"],
)
def test_nobody_looks_at_what_is_hidden_or_multiplied_by_0(step):
    assert is_veiled(step)


@pytest.mark.parametrize(
    "step",
    [
        lambda y, mask, x: y,
        lambda y, mask, x: (pc.where(mask, y, 0.0), y),
        lambda y, mask, x: pc.where(mask, 0.0, y),
        lambda y, mask, x: pc.where(mask, x, 0.0) * y.sum(),
        lambda y, mask, x: pc.where(mask, y.mT, 0.0),
        lambda y, mask, x: pc.where(mask, x, 0.0) * (x / y),
        lambda y, mask, x: pc.where(mask, x, 0.0) / y,
        lambda y, mask, x: pc.where(mask, x, 0.0) + y,
        lambda y, mask, x: pc.where(mask, x, 1.0) * y,
        lambda y, mask, x: pc.where(mask, pc.where(y > 0, x, 1.0), 0.0),
        lambda y, mask, x: pc.where(mask, y - y.max(axis=1, keepdims=True), -np.inf),
    ],
    ids=[
        *("given", "given too", "the other way round", "all summed", "turned", "divided by"),
        *("divided by, 0", "added", "by 1", "asked", "their largest"),
    ],
)
def test_somebody_looks(step):
    assert not is_veiled(step)


def test_zeros_are_followed_from_the_mask():
    graph = graph_of(lambda y, mask, x: (pc.where(mask, y, -np.inf) - x).exp())
    above = above_diagonals(graph)
    assert above[graph.outputs[0].name] is Above.ZERO
    assert list(above.values()).count(Above.LEAST) == 2
