"""Half of what a causal mask has set to 0 is not multiplied, and nothing else changes."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.cpus import on_target
from executors.native.programs import difference

import pellucid as pc
from pellucid.compile import capture_call
from pellucid.executors.native.ir.triangles import TriangularMatMul
from pellucid.executors.native.passes.triangular_products import LEAST, with_triangles
from pellucid.executors.native.planning import GRAPH_PASSES
from pellucid.functional.attention import scaled_dot_product_attention
from pellucid.structure import row


def attention(mask, size, wide, batch=(2,), values=None, dtype=np.float32):
    """Attention and its three gradients, with numbers to run it on."""
    rng = np.random.default_rng(size)
    arrays = [rng.normal(size=(*batch, size, n)).astype(dtype) for n in (wide, wide, wide + 1)]
    if values is not None:
        arrays[2][..., 0] = values

    def step(q, k, v):
        def loss(q, k, v):
            y = scaled_dot_product_attention(q, k, v, pc.tensor(mask))
            return (y * y).sum()

        return pc.grad(loss, argument=(0, 1, 2))(q, k, v)

    return Program(capture_call(step, row(3), arrays).procedure, arrays, [])


def triangles(graph):
    """Of each product, in order, whether it is a lower or an upper triangle, or neither."""
    for better in GRAPH_PASSES:
        graph = better(graph)
    products = [node.primitive for node in graph.nodes if "mat" in node.primitive.name]
    return [p.lower if isinstance(p, TriangularMatMul) else None for p in products]


def veils(graph):
    """How many products are not asked for above the diagonal."""
    for better in GRAPH_PASSES:
        graph = better(graph)
    products = [n.primitive for n in graph.nodes if isinstance(n.primitive, TriangularMatMul)]
    return sum(product.veiled for product in products)


@pytest.mark.parametrize("target", ["avx512", "avx2", "neon"])
@pytest.mark.parametrize(("size", "wide"), [(32, 5), (40, 16), (72, 33)])
def test_causal_attention_and_its_gradients_skip_half_of_all_products(target, size, wide):
    program = attention(np.tri(size, dtype=bool), size, wide)
    found = triangles(program.procedure.graph)
    assert sorted(map(str, found)) == ["False", "False", "None", "None", "True", "True"]
    assert veils(program.procedure.graph) == 2
    with on_target(target):
        assert target == "neon" or difference(program) is None


@pytest.mark.parametrize("size", [1, 2, 31, 33])
def test_other_lengths_are_as_before(size):
    program = attention(np.tri(size, dtype=bool), size, 3)
    assert not any(lower is not None for lower in triangles(program.procedure.graph))
    assert veils(program.procedure.graph) == (2 if size >= LEAST else 0)
    assert difference(program) is None


@pytest.mark.parametrize(
    ("mask", "is_lower"),
    [
        (np.tri(32, k=-1, dtype=bool), True),  # the first position looks nowhere
        (np.tri(32, k=1, dtype=bool), False),  # one position ahead
        (np.ones((32, 32), bool), False),
        (np.tri(32, dtype=bool).T, False),
        (np.tri(32, dtype=bool) & (np.arange(32) != 3), True),
    ],
    ids=["before", "ahead", "all", "later", "without one"],
)
def test_other_masks(mask, is_lower):
    program = attention(mask, 32, 8, batch=(2, 3))
    found = triangles(program.procedure.graph)
    assert any(lower is not None for lower in found) == is_lower
    assert veils(program.procedure.graph) == (2 if is_lower else 0)
    assert difference(program) is None


@pytest.mark.parametrize(("size", "wide"), [(100, 32), (128, 32), (129, 8), (200, 3)])
def test_scores_of_several_panels(size, wide):
    program = attention(np.tri(size, dtype=bool), size, wide)
    assert veils(program.procedure.graph) == 2
    assert difference(program) is None


def test_a_product_is_turned_where_a_triangle_then_comes_first_and_nowhere_else():
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=size).astype(np.float32) for size in ((2, 32, 32), (2, 9, 32))]

    def graph_of(given):
        def step(x, q):
            return given(q @ pc.where(pc.tensor(np.tri(32, dtype=bool)), x, 0.0))

        made = Program(capture_call(step, row(2), arrays).procedure, arrays, [])
        graph = with_triangles(made.procedure.graph)
        assert difference(made) is None
        return [p.lower for n in graph.nodes if isinstance(p := n.primitive, TriangularMatMul)]

    assert graph_of(lambda y: y.mT) == [False]
    assert graph_of(lambda y: y.permute_dims((2, 0, 1)).exp()) == [False]
    assert graph_of(lambda y: y.permute_dims((1, 0, 2)).exp()) == []
    assert graph_of(lambda y: y.permute_dims((1, 2, 0))) == []
    assert graph_of(lambda y: y) == []
    assert graph_of(lambda y: y.mT @ y) == []


def test_float64_too():
    program = attention(np.tri(40, dtype=bool), 40, 7, dtype=np.float64)
    assert True in triangles(program.procedure.graph)
    assert difference(program) is None


def test_what_is_hidden_is_not_met_by_tiles_above_it():
    """A value of inf at the last position is looked at by that position alone, as 0 inf is nan."""
    values = np.zeros(32, np.float32)
    values[-1] = np.inf

    def mixed(q, k, v):
        return scaled_dot_product_attention(q, k, v, pc.tensor(np.tri(32, dtype=bool)))

    arrays = attention(np.tri(32, dtype=bool), 32, 4, values=values).arguments
    found = pc.compile(mixed, executor="native")(*arrays).numpy()
    assert np.isfinite(found[:, :16]).all()
    assert not np.isfinite(found[:, -1, 0]).any()


@pytest.mark.parametrize(
    ("other", "then", "is_lower"),
    [
        (0.0, lambda y, x: -y, True),
        (0.0, lambda y, x: x * y, True),
        (0.0, lambda y, x: y / x, True),
        (0.0, lambda y, x: x / y, False),
        (0.0, lambda y, x: x + y, False),
        (0.0, lambda y, x: y.exp(), False),
        (1.0, lambda y, x: -y, False),
        (-np.inf, lambda y, x: y.exp(), True),
        (-np.inf, lambda y, x: (y - x).exp(), True),
        (-np.inf, lambda y, x: (x - y).exp(), False),
        (-np.inf, lambda y, x: -y, False),
        (np.inf, lambda y, x: y.exp(), False),
    ],
    ids=[
        *("negative", "times", "by", "into", "plus", "exp of 0", "one"),
        *("exp", "difference", "from"),
        *("infinite", "most"),
    ],
)
def test_only_what_is_known_to_be_0_is_left_out(other, then, is_lower):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=size).astype(np.float32) for size in ((32, 32), (32, 9))]

    def step(x, v):
        return then(pc.where(pc.tensor(np.tri(32, dtype=bool)), x, other), x) @ v

    program = Program(capture_call(step, row(2), arrays).procedure, arrays, [])
    graph = with_triangles(program.procedure.graph)
    assert any(isinstance(n.primitive, TriangularMatMul) for n in graph.nodes) == is_lower
    assert not is_lower or difference(program) is None
