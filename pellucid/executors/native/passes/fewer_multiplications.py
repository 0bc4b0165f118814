"""Convolutions of 3 x 3 written as ones with fewer multiplications, where that is faster.

    with_fast_convolutions      the graph with them

Kernels are transformed once, by a matrix product, before tiles are multiplied by them.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.fast_convolutions import FastConvolution, is_faster
from pellucid.executors.native.ir.fast_gradients import (
    FastGradient,
    gradient_cut,
    is_faster_gradient,
)
from pellucid.executors.native.ir.winograd import KERNEL, PLACES, TAPS
from pellucid.executors.native.passes.expansion import Expansion
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOAT32

NAME = "%winograd"  # of the matrix that transforms kernels


def with_fast_convolutions(graph: Graph, kept: Collection[str] = ()) -> Graph:
    """The graph with its convolutions in their fastest form.

    `kept`: values that are computed once for many calls, and all that follows from them alone.
    """
    chosen = set()
    for node in graph.nodes:
        if is_faster(node, any(value.name in kept for value in node.inputs[1:])):
            chosen.add(node.output.name)
    gradients = {node.output.name for node in graph.nodes if is_faster_gradient(node)}
    if not chosen and not gradients:
        return graph
    array = np.kron(KERNEL, KERNEL).astype(FLOAT32)
    matrix = Value(NAME, array.shape, FLOAT32)
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.output.name in chosen:
            nodes += _fast(node, matrix)
        elif node.output.name in gradients:
            nodes += _fast_gradient(node)
        else:
            nodes.append(node)
    constants = graph.constants
    if chosen and matrix not in [value for value, _ in constants]:
        constants = (*constants, (matrix, array))
    result = replace(graph, nodes=tuple(nodes), constants=constants)
    result.check(graph)
    return result


def _fast(node: Node, matrix: Value) -> list[Node]:
    """A convolution, fast, and the transform of its kernels."""
    x, w = node.inputs
    _, out, channels, *_ = w.shape
    expansion = Expansion(node)
    taps_first = expansion.then(p.PermuteDims((0, 3, 4, 2, 1)), w)
    rows = expansion.then(p.Reshape((TAPS * TAPS, channels * out)), taps_first)
    transformed = expansion.then(p.MatMul(), matrix, rows)
    kernels = expansion.then(p.Reshape((PLACES, channels, out)), transformed)
    high, wide = node.output.shape[3:]
    expansion.then(FastConvolution(node.primitive.before, (high, wide)), x, kernels)
    return expansion.finished()


def _fast_gradient(node: Node) -> list[Node]:
    """A gradient by kernels, fast, in parts of the images, and the sum of the parts."""
    expansion = Expansion(node)
    parts = gradient_cut(node).parts
    of_parts = expansion.then(FastGradient(node.primitive.before, parts), *node.inputs)
    total = expansion.then(p.Sum((0,)), of_parts)
    expansion.then(p.Reshape(node.output.shape), total)
    return expansion.finished()
