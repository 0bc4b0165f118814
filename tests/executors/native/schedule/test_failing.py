"""Which kernels can fail: those that read positions or call Python, each place once."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid import primitives as p
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.failing import axis_size, failing
from pellucid.graph import Node, Value

FLOAT, INT = np.dtype(np.float32), np.dtype(np.int64)


def found(text, constants=()):
    """The primitives of the kernels that can fail first, and of pairs that need not."""
    made = procedure(text)
    if constants:
        graph = made.graph
        held = tuple((v, a) for v, a in zip(graph.inputs[1:], constants, strict=True))
        made = type(made)(type(graph)(graph.inputs[:1], held, graph.nodes, graph.outputs), 1)
    shared = planned(made)
    kernels = shared.plan.kernels
    numbers, pairs = failing(kernels, shared.graph)
    return [kernels[n].name for n in numbers], [
        (kernels[a].name, kernels[b].name) for a, b in pairs
    ]


TAKE = """graph(x: float32[5,4], i: int64[3])
  %0: float32[3,4] = take(axis=0) of (x, i)
  %1: float32[3,4] = exp() of (%0)
  return %1"""


def test_what_reads_positions_can_fail():
    assert found(TAKE) == (["take"], [])


def test_positions_that_are_known_to_be_in_range_cannot():
    assert found(TAKE, [np.array([0, -5, 4])]) == ([], [])
    assert found(TAKE, [np.array([0, 5, 4])]) == (["take"], [])


def test_arithmetic_cannot_fail_and_what_calls_python_can():
    text = """graph(x: float32[5])
      %0: float32[5] = exp() of (x)
      %1: int64[5] = argsort(axis=0) of (%0)
      return %0, %1"""
    assert found(text) == (["argsort"], [])


def test_a_gradient_at_the_same_positions_need_not_be_waited_for():
    text = """graph(x: float32[5,4], i: int64[3], u: float32[3,4])
      %0: float32[3,4] = take(axis=0) of (x, i)
      %1: float32[5,4] = scatter_add(axis=0, size=5) of (u, i)
      return %0, %1"""
    assert found(text) == (["take"], [("take", "scatter_add")])
    other = text.replace("size=5", "size=6").replace("%1: float32[5", "%1: float32[6")
    assert found(other) == (["take", "scatter_add"], [])


def test_ids_are_no_positions_from_the_end():
    text = """graph(x: float32[5,4], i: int64[3])
      %0: float32[3,4] = take(axis=0) of (x, i)
      %1: int64[3] = checked_ids(count=5) of (i)
      return %0, %1"""
    assert sorted(found(text)[0]) == ["checked_ids", "take"]


@pytest.mark.parametrize(
    ("primitive", "size"),
    [(p.Take(1), 7), (p.ScatterAdd(0, 9), 9), (p.CheckedIds(6), 6), (p.Exp(), 0)],
)
def test_the_axis_that_positions_point_into(primitive, size):
    inputs = Value("x", (5, 7), FLOAT), Value("i", (3,), INT)
    assert axis_size(Node(primitive, inputs, Value("y", (3,), FLOAT))) == size
