"""Nodes that stand for one node give what it gave, under its name."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid import primitives as p
from pellucid.errors import GraphError
from pellucid.executors.native.passes.expansion import Expansion, rewritten, slice_of_axis
from pellucid.executors.reference import Reference
from pellucid.graph import Node, Procedure, Value

GRAPH = procedure(
    """graph(x: float32[4,3])
      %0: float32[4,1] = sum(axis=(1,)) of (x)
      %1: float32[4,1] = negative() of (%0)
      return %1"""
).graph


def test_nodes_in_place_of_one_give_what_it_gave():
    total, negative = GRAPH.nodes
    expansion = Expansion(total)
    x = GRAPH.inputs[0]
    first = expansion.then(p.Sum((1,)), expansion.some(x, 1, 0, 2))
    last = expansion.then(p.Sum((1,)), expansion.some(x, -1, 2, 1))
    expansion.then(p.Add(), first, last)
    nodes = expansion.finished()
    assert nodes[-1].output == total.output
    assert [node.output.name for node in nodes[:-1]] == ["%0/0", "%0/1", "%0/2", "%0/3"]
    graph = rewritten(GRAPH, [*nodes, negative])
    array = np.arange(12, dtype=np.float32).reshape(4, 3)
    (expected,) = Reference(Procedure(GRAPH, 1))([array], [])
    (found,) = Reference(Procedure(graph, 1))([array], [])
    assert np.array_equal(found, expected)


def test_all_places_of_an_axis_are_the_value_itself():
    expansion = Expansion(GRAPH.nodes[0])
    assert expansion.some(GRAPH.inputs[0], 0, 0, 4) is GRAPH.inputs[0]


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_a_slice_of_one_axis_leaves_the_others(axis):
    array = np.arange(60).reshape(3, 4, 5)
    expected = np.take(array, range(1, 3), axis)
    primitive = slice_of_axis(array.shape, axis, 1, 2)
    assert np.array_equal(primitive.forward(np, array), expected)


def test_a_graph_of_nodes_that_do_not_fit_is_refused():
    wrong = Node(p.Negative(), (Value("z", (4, 1), np.dtype("f4")),), GRAPH.outputs[0], "")
    with pytest.raises(GraphError, match="z"):
        rewritten(GRAPH, [wrong])
