"""Convolutions of dilated images in phases: which are, the same numbers, and what is saved."""

import math

import numpy as np
import pytest
from executors.native.examples import procedure, same

from pellucid import primitives as p
from pellucid.executors.native.passes.simplify import simplify
from pellucid.executors.reference import Reference

LARGE = {  # x, w, stride, before, after, dilation of x and of w
    "a step of 2 gone back": ((4, 1, 16, 15, 15), (1, 16, 16, 3, 3), 1, 1, 2, 2, 1),
    "of 3, with groups": ((4, 2, 8, 9, 9), (2, 12, 8, 5, 5), 1, 2, 1, 3, 1),
    "no tap meets some": ((8, 1, 32, 20, 20), (1, 32, 32, 1, 1), 1, 0, 1, 2, 1),
    "edges cut off": ((4, 1, 16, 15, 15), (1, 16, 16, 4, 4), 1, -2, -1, 2, 1),
    "one axis": ((8, 1, 16, 200), (1, 16, 16, 5), 1, 4, 4, 4, 1),
}
OTHERS = {
    "nothing is dilated": ((4, 1, 16, 20, 20), (1, 16, 16, 3, 3), 1, 1, 1, 1, 1),
    "steps as well": ((4, 1, 16, 20, 20), (1, 16, 16, 3, 3), 3, 1, 1, 2, 1),
    "taps apart as well": ((4, 1, 16, 20, 20), (1, 16, 16, 3, 3), 1, 1, 1, 2, 2),
    "little work": ((1, 1, 2, 5, 5), (1, 2, 2, 3, 3), 1, 1, 1, 2, 1),
}


def convolved(x, w, *attributes):
    axes = len(x) - 3
    stride, before, after, x_dilation, w_dilation = [(number,) * axes for number in attributes]
    primitive = p.Convolution(stride, before, after, x_dilation, w_dilation)
    of = [",".join(map(str, shape)) for shape in (x, w, primitive.shape(x, w))]
    return procedure(f"""graph(x: float32[{of[0]}], w: float32[{of[1]}])
      %0: float32[{of[2]}] = {primitive} of (x, w)
      return %0""")


def multiply_adds(graph):
    nodes = [node for node in graph.nodes if isinstance(node.primitive, p.Convolution)]
    return sum(math.prod(n.output.shape) * math.prod(n.inputs[1].shape[2:]) for n in nodes)


@pytest.mark.parametrize("name", LARGE)
def test_no_product_is_with_zeros_between_elements(name):
    made = convolved(*LARGE[name])
    graph = simplify(made.graph)
    dilations = [n.primitive.x_dilation for n in graph.nodes if hasattr(n.primitive, "x_dilation")]
    assert all(set(dilation) == {1} for dilation in dilations)
    x, *_, dilation, _ = LARGE[name]
    saved = dilation ** (len(x) - 3)
    assert multiply_adds(graph) < 1.35 * multiply_adds(made.graph) / saved


@pytest.mark.parametrize("name", LARGE)
def test_executors_agree_and_a_graph_in_phases_gives_what_it_gave(name):
    made = convolved(*LARGE[name])
    assert same(made) is None
    arrays = [np.random.default_rng(0).normal(size=v.shape).astype(v.dtype)
              for v in made.graph.inputs]  # fmt: skip
    (before,) = Reference(made)(arrays, [])
    (after,) = Reference(type(made)(simplify(made.graph), 2))(arrays, [])
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", OTHERS)
def test_others_stay_what_they_are(name):
    made = convolved(*OTHERS[name])
    assert [n.primitive for n in simplify(made.graph).nodes] == [made.graph.nodes[0].primitive]


def test_an_infinite_weight_meets_no_zero_between_elements():
    made = convolved(*LARGE["a step of 2 gone back"])
    x, w = (np.ones(v.shape, v.dtype) for v in made.graph.inputs)
    w[..., 1, 1] = np.inf
    (y,) = Reference(made)([x, w], [])
    assert not np.isnan(y[..., 1:-1, 1:-1]).any()
    assert same(made) is None
