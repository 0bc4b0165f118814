"""What follows from variables alone is computed apart, once for many calls."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors.native.passes import kept_values
from pellucid.executors.native.passes.kept_values import keeping
from pellucid.executors.reference import Reference

SQUARED = """graph(x: float32[5,40], w: float32[40,30], w2: float32[30], w3: float32[30])
  %0: float32[40,30] = multiply() of (w, w)
  %1: float32[30,40] = permute_dims(axes=(1, 0)) of (%0)
  %2: float32[40,30] = permute_dims(axes=(1, 0)) of (%1)
  %3: float32[5,30] = matmul() of (x, %2)
  %4: float32[1,30] = reshape(to=(1, 30)) of (w2)
  %5: float32[5,30] = add() of (%3, %4)
  return %5"""
CONVOLVED = """graph(x: float32[1,1,64,8,8], w: float32[1,64,64,3,3])
  %0: float32[1,1,64,8,8] = convolution(stride=(1, 1), before=(1, 1), after=(1, 1), \
x_dilation=(1, 1), w_dilation=(1, 1)) of (x, w)
  return %0"""


def names(graph):
    return [node.primitive.name for node in graph.nodes]


def given(made):
    rng = np.random.default_rng(0)
    x, *state = (rng.normal(size=v.shape).astype(np.float32) for v in made.graph.inputs)
    return x, state


def test_both_parts_together_give_the_same():
    made = procedure(SQUARED)
    parts = keeping(made)
    assert names(parts.kept.graph) == ["multiply", "permute_dims", "permute_dims"]
    assert names(parts.call.graph) == ["matmul", "reshape", "add"]
    assert (parts.positions, parts.places, parts.nbytes) == ((0,), (1,), 4800)
    x, state = given(made)
    kept = Reference(parts.kept)([state[i] for i in parts.positions], [])
    (found,) = Reference(parts.call)([x], [*(state[i] for i in parts.places), *kept])
    np.testing.assert_array_equal(found, Reference(made)([x], state)[0])


def test_kernels_are_transformed_apart_even_for_one_image():
    made = procedure(CONVOLVED)
    parts = keeping(made)
    assert names(parts.call.graph) == ["fast_convolution"]
    assert "matmul" in names(parts.kept.graph)
    assert [value.shape for value in parts.kept.graph.outputs] == [(36, 64, 64)]


@pytest.mark.parametrize(
    "text",
    [
        SQUARED.replace("return %5", "return %5, %2"),
        SQUARED.replace(
            "float32[40,30] = multiply() of (w, w)", "float32[40,30] = multiply() of (x2, w)"
        ).replace("w: float32", "x2: float32[40,30], w: float32"),
        SQUARED.replace("40", "8").replace("30", "9"),
        "graph(x: float32[900], w: float32[30,30])\n"
        "  %0: float32[900] = reshape(to=(900,)) of (w)\n"
        "  %1: float32[900] = add() of (x, %0)\n  return %1",
    ],
    ids=["a result of weights", "of an argument too", "hardly anything", "views alone"],
)
def test_nothing_else_is_kept(text):
    assert keeping(procedure(text)) is None


def test_what_updates_variables_keeps_nothing():
    assert keeping(procedure(SQUARED, {"w3": "%5"})) is None


def test_much_is_not_kept(monkeypatch):
    monkeypatch.setattr(kept_values, "MOST_BYTES", 4799)
    assert keeping(procedure(SQUARED)) is None


def test_operands_of_bfloat16_are_rounded_beside_their_product():
    assert (
        keeping(procedure(SQUARED.replace("multiply() of (w, w)", "rounded_to_bfloat16() of (w)")))
        is None
    )


def test_exact_programs_transform_no_kernels():
    made = procedure(CONVOLVED)
    exact = type(made)(made.graph, made.arguments, (), exact=True)
    assert keeping(exact) is None
