"""Gradients of relu ask its result, where that stays in memory anyway."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.examples import procedure, same
from executors.native.programs import difference

from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.passes.relu_masks import masks_from_results
from pellucid.executors.native.planning import planned

# A hidden layer, and the way back through it.
LAYER = """graph(x: float32[20,30], v: float32[30,20], u: float32[20,30])
  %c0: float32[] = constant [{constant}]
  %0: float32[20,30] = multiply() of (x, u)
  %1: bool[20,30] = less_equal() of (%0, %c0)
  %2: float32[20,30] = where() of (%1, %c0, %0)
  %3: float32[20,20] = matmul() of (%2, v)
  %4: float32[20,30] = permute_dims(axes=(1, 0)) of (v)
  %5: float32[20,30] = matmul() of (%3, %4)
  %6: float32[20,30] = where() of (%1, %c0, %5)
  return %3, %6"""


def comparisons(graph):
    return [node for node in graph.nodes if node.primitive.name == "less_equal"]


@pytest.mark.parametrize("constant", [0.0, 1.5, -2.0])
def test_the_way_back_asks_the_result(constant):
    made = procedure(LAYER.format(constant=constant))
    forward, backward = comparisons(masks_from_results(made.graph))
    assert (forward.inputs[0].name, backward.inputs[0].name) == ("%0", "%2")
    assert same(made) is None


def test_no_mask_is_kept_in_memory():
    shared = planned(procedure(LAYER.format(constant=0.0)))
    assert all(v.dtype.kind == "f" for k in shared.plan.kernels for v in k.stores)


def test_zeros_infinities_and_nan_choose_as_before():
    made = procedure(LAYER.format(constant=0.0))
    x = np.resize(np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, -1e-45], "f"), (20, 30))
    v, u = np.ones((30, 20), np.float32), np.ones((20, 30), np.float32)
    assert difference(Program(made, [x, v, u], [])) is None


def test_a_mask_of_something_else_stays_as_it_is():
    other = LAYER.format(constant=0.0).replace(
        "where() of (%1, %c0, %0)", "where() of (%1, %c0, u)"
    )
    graph = procedure(other).graph
    assert len(comparisons(masks_from_results(graph))) == 1


def test_a_result_that_no_product_needs_is_not_kept_for_its_mask():
    made = procedure("""graph(x: float32[20,30], u: float32[20,30])
      %c0: float32[] = constant [0.0]
      %0: bool[20,30] = less_equal() of (x, %c0)
      %1: float32[20,30] = where() of (%0, %c0, x)
      %2: float32[20,30] = where() of (%0, %c0, u)
      %3: float32[20,30] = add() of (%1, %2)
      return %3""")
    assert masks_from_results(made.graph).nodes == made.graph.nodes
    (kernel,) = planned(made).plan.kernels
    assert isinstance(kernel, Loop)
