"""Maxima come before bias and relu, with the same bits."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.examples import procedure, same
from executors.native.programs import difference

from pellucid.executors.native.passes.maxima_first import maxima_first

# What a layer does behind its convolution, and windows as axes of their own.
LAYER = """graph(x: float32[3,5,4,2], b: float32[5,1,1])
  %c0: float32[] = constant [0.5]
  %0: float32[3,5,4,2] = add() of (x, b)
  %1: bool[3,5,4,2] = less_equal() of (%0, %c0)
  %2: float32[3,5,4,2] = where() of (%1, %c0, %0)
  %3: float32[3,5,4,1] = max(axis=(3,)) of (%2)
  return %3"""


def names(graph):
    return [node.primitive.name for node in graph.nodes]


def test_bias_and_relu_come_behind():
    made = procedure(LAYER)
    assert names(maxima_first(made.graph)) == ["max", "add", "less_equal", "where"]
    assert same(made) is None


def test_of_a_sum_in_either_order():
    made = procedure(LAYER.replace("(x, b)", "(b, x)"))
    assert names(maxima_first(made.graph))[0] == "max"
    assert same(made) is None


@pytest.mark.parametrize("axis", ["(2,)", "(1, 3)", "(0, 1, 2, 3)"])
def test_only_what_is_the_same_along_all_that_is_reduced(axis):
    sizes = [1 if str(i) in axis else n for i, n in enumerate((3, 5, 4, 2))]
    shape = ",".join(map(str, sizes))
    maximum = f"float32[{shape}] = max(axis={axis})"
    made = procedure(LAYER.replace("float32[3,5,4,1] = max(axis=(3,))", maximum))
    expected = ["max", "add"] if axis == "(2,)" else ["add", "max"]
    assert names(maxima_first(made.graph))[:2] == expected
    assert same(made) is None


def test_zeros_infinities_and_nan_are_as_before():
    numbers = np.array([0.0, -0.0, np.nan, 1.0, np.inf, -np.inf, 1e-45, -1e-45], "f")
    x = np.resize(numbers, (3, 5, 4, 2))
    b = np.array([0.0, -0.0, 1.0, np.nan, -0.5], np.float32).reshape(5, 1, 1)
    assert difference(Program(procedure(LAYER), [x, b], [])) is None


@pytest.mark.parametrize(
    "returned", ["%3, %0", "%3, %2", "%3, %1"], ids=["what is added", "relu", "its mask"]
)
def test_what_others_ask_for_is_computed_once(returned):
    made = procedure(LAYER.replace("return %3", f"return {returned}"))
    kept = names(maxima_first(made.graph))
    assert (kept.count("add"), kept.count("where")) == (1, 1)
    assert same(made) is None


@pytest.mark.parametrize(
    "other", ["where() of (%1, %0, %c0)", "where() of (%1, %c0, x)"], ids=["falling", "another"]
)
def test_what_does_not_grow_stays_before(other):
    made = procedure(LAYER.replace("where() of (%1, %c0, %0)", other))
    assert names(maxima_first(made.graph))[-1] == "max"
    assert same(made) is None


@pytest.mark.parametrize("dtype", ["int32", "uint8"])
def test_so_do_whole_numbers_which_wrap(dtype):
    made = procedure(f"""graph(x: {dtype}[3,4], b: {dtype}[3,1])
      %0: {dtype}[3,4] = add() of (x, b)
      %1: {dtype}[3,1] = max(axis=(1,)) of (%0)
      return %1""")
    assert maxima_first(made.graph).nodes == made.graph.nodes


def test_the_smallest_is_left_alone():
    made = procedure(LAYER.replace("max(", "min("))
    assert maxima_first(made.graph).nodes == made.graph.nodes
