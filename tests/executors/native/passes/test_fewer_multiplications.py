"""Convolutions that have a faster form are written so, and others stay as they are."""

import numpy as np
from executors.native.examples import procedure
from executors.native.fast import plain, text

import pellucid as pc
from pellucid import functional
from pellucid.executors.native.ir.fast_convolutions import FastConvolution
from pellucid.executors.native.ir.winograd import KERNEL, TWO
from pellucid.executors.native.passes.fewer_multiplications import (
    NAME,
    put_back,
    with_fast_convolutions,
)
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
    assert value.name == f"{NAME}4"
    assert graph.nodes[-1].primitive.tile_rows == 4
    np.testing.assert_allclose(matrix.reshape(6, 6, 3, 3)[2, 3, 1, 2], KERNEL[2, 1] * KERNEL[3, 2])
    assert graph.nodes[-1].output == procedure(LARGE).graph.outputs[0]


def test_a_graph_without_large_convolutions_is_the_same_graph():
    graph = procedure(SMALL).graph
    assert with_fast_convolutions(graph) is graph


def test_an_exact_procedure_keeps_its_convolutions():
    made = procedure(LARGE)
    exact = Procedure(made.graph, made.arguments, exact=True)
    assert [kernel.name for kernel in planned(exact).plan.kernels] == ["convolution"]


def gradients(pool):
    """The graph of the gradients of two layers with relu, the first of them pooled."""

    def loss(x, w, u):
        hidden = pool(functional.relu(functional.cross_correlation(x, w, padding=1)), 2)
        y = functional.cross_correlation(hidden, u, padding=1)
        return (y * y).sum()

    shapes = (50, 32, 16, 16), (16, 32, 3, 3), (16, 16, 3, 3)
    arguments = [pc.tensor(np.ones(shape, np.float32)) for shape in shapes]
    step = pc.compile(pc.grad(loss, argument=(0, 1, 2)))
    return step.captured(*arguments).procedure.graph


def tiles_of(graph):
    """Rows of results of a tile, of each fast convolution in order."""
    rules = [node.primitive for node in graph.nodes]
    return [rule.tile_rows for rule in rules if isinstance(rule, FastConvolution)]


def test_tiles_are_flat_where_max_pooling_has_put_zeros_and_nowhere_else():
    pooled = with_fast_convolutions(gradients(functional.max_pool))
    assert tiles_of(pooled) == [4, 4, 4, 2]  # two values, then gradients from behind
    assert [value.name for value, _ in pooled.constants][-2:] == [f"{NAME}2", f"{NAME}4"]
    flat = pooled.constants[-2][1]
    assert flat.shape == (24, 9)
    np.testing.assert_allclose(
        flat.reshape(4, 6, 3, 3)[1, 3, 2, 1], TWO.kernel[1, 2] * KERNEL[3, 1]
    )
    assert tiles_of(with_fast_convolutions(gradients(functional.mean_pool))) == [4, 4, 4, 4]


def test_it_is_done_once_however_often_it_is_asked_for():
    once = with_fast_convolutions(gradients(functional.max_pool))
    assert with_fast_convolutions(once) is once


def test_what_is_convolved_has_other_numbers_in_the_place_of_zeros():
    made = procedure(text(plain((1, 1), (1, 1)), (2, 1, 3, 4, 4), (1, 2, 3, 3, 3), pooled=True))
    assert put_back(made.graph) == {"%2"}
