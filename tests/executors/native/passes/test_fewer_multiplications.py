"""Convolutions that have a faster form are written so, and others stay as they are."""

import numpy as np
from executors.native.examples import procedure
from executors.native.fast import plain, text

from pellucid.executors.native.ir.winograd import KERNEL
from pellucid.executors.native.passes.fewer_multiplications import NAME, with_fast_convolutions
from pellucid.executors.native.planning import planned
from pellucid.graph import Procedure

LARGE = text(plain((1, 1), (1, 1)), (50, 1, 32, 14, 14), (1, 16, 32, 3, 3))
SMALL = text(plain((1, 1), (1, 1)), (50, 1, 2, 14, 14), (1, 16, 2, 3, 3))


def names(graph):
    return [node.primitive.name for node in graph.nodes]


def test_a_large_convolution_multiplies_transformed_kernels():
    graph = with_fast_convolutions(procedure(LARGE).graph)
    assert names(graph) == ["permute_dims", "reshape", "matmul", "reshape", "fast_convolution"]
    ((value, matrix),) = graph.constants
    assert value.name == NAME
    np.testing.assert_allclose(matrix.reshape(6, 6, 3, 3)[2, 3, 1, 2], KERNEL[2, 1] * KERNEL[3, 2])
    assert graph.nodes[-1].output == procedure(LARGE).graph.outputs[0]


def test_a_graph_without_large_convolutions_is_the_same_graph():
    graph = procedure(SMALL).graph
    assert with_fast_convolutions(graph) is graph


def test_an_exact_procedure_keeps_its_convolutions():
    made = procedure(LARGE)
    exact = Procedure(made.graph, made.arguments, exact=True)
    assert [kernel.name for kernel in planned(exact).plan.kernels] == ["convolution"]
