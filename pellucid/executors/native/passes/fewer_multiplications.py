"""Convolutions of 3 x 3 written as ones with fewer multiplications, where that is faster.

    with_fast_convolutions      the graph with them

Kernels are transformed once, by a matrix product, before tiles are multiplied by them. Where most
of x are zeros because max pooling put them there, tiles have 2 rows of results instead of 4: the
direct way adds zeros without an error, and 4 would have more than 4 times its error
(docs/decisions/0039).
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.fast_convolutions import FastConvolution, is_faster
from pellucid.executors.native.ir.fast_gradients import (
    FastGradient,
    gradient_cut,
    is_faster_gradient,
)
from pellucid.executors.native.ir.winograd import BY_RESULTS, KERNEL, TAPS, TILE
from pellucid.executors.native.passes.expansion import Expansion
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import BOOL, FLOAT32

NAME = "%winograd"  # of the matrices that transform kernels, before the rows of results of a tile
POOLED_ROWS = 2  # of results, of a tile, where max pooling has put most zeros
_MOVED = (p.Reshape, p.PermuteDims, p.Flip, p.Slice, p.Pad)
KEEPS_ZEROS = (*_MOVED, p.Multiply, p.Divide, p.Negative, p.Where)


def with_fast_convolutions(graph: Graph, kept: Collection[str] = ()) -> Graph:
    """The graph with its convolutions in their fastest form.

    `kept`: values that are computed once for many calls, and all that follows from them alone.
    """
    chosen: dict[str, int] = {}
    pooled = put_back(graph)
    for node in graph.nodes:
        rows = POOLED_ROWS if node.inputs and node.inputs[0].name in pooled else TILE
        is_kept = any(value.name in kept for value in node.inputs[1:])
        if is_faster(node, is_kept, rows):
            chosen[node.output.name] = rows
    gradients = {node.output.name for node in graph.nodes if is_faster_gradient(node)}
    if not chosen and not gradients:
        return graph
    matrices = {rows: _matrix(rows) for rows in sorted(set(chosen.values()))}
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.output.name in chosen:
            rows = chosen[node.output.name]
            nodes += _fast(node, rows, matrices[rows][0])
        elif node.output.name in gradients:
            nodes += _fast_gradient(node)
        else:
            nodes.append(node)
    there = {value.name for value, _ in graph.constants}
    more = [each for each in matrices.values() if each[0].name not in there]
    result = replace(graph, nodes=tuple(nodes), constants=(*graph.constants, *more))
    result.check(graph)
    return result


def put_back(graph: Graph) -> set[str]:
    """The values that max pooling puts its gradients into, and what has the same zeros."""
    masks: set[str] = set()
    masked: set[str] = set()
    pooled: set[str] = set()
    for node in graph.nodes:
        names = {value.name for value in node.inputs}
        match node.primitive:
            case p.Cast() if node.inputs[0].dtype == BOOL:
                masks.add(node.output.name)
            case p.OverlapAdd() if names & masked:
                pooled.add(node.output.name)
            case p.Multiply() if names & masks:
                masked.add(node.output.name)
        if isinstance(node.primitive, KEEPS_ZEROS) and names & pooled:
            pooled.add(node.output.name)
    return pooled


def _matrix(rows: int) -> tuple[Value, Any]:
    """What kernels are multiplied by for tiles of so many rows of results."""
    array = np.kron(BY_RESULTS[rows].kernel, KERNEL).astype(FLOAT32)
    return Value(f"{NAME}{rows}", array.shape, FLOAT32), array


def _fast(node: Node, tile_rows: int, matrix: Value) -> list[Node]:
    """A convolution, fast, and the transform of its kernels."""
    x, w = node.inputs
    _, out, channels, *_ = w.shape
    expansion = Expansion(node)
    taps_first = expansion.then(p.PermuteDims((0, 3, 4, 2, 1)), w)
    rows = expansion.then(p.Reshape((TAPS * TAPS, channels * out)), taps_first)
    transformed = expansion.then(p.MatMul(), matrix, rows)
    kernels = expansion.then(p.Reshape((matrix.shape[0], channels, out)), transformed)
    high, wide = node.output.shape[3:]
    expansion.then(FastConvolution(node.primitive.before, (high, wide), tile_rows), x, kernels)
    return expansion.finished()


def _fast_gradient(node: Node) -> list[Node]:
    """A gradient by kernels, fast, in parts of the images, and the sum of the parts."""
    expansion = Expansion(node)
    parts = gradient_cut(node).parts
    of_parts = expansion.then(FastGradient(node.primitive.before, parts), *node.inputs)
    total = expansion.then(p.Sum((0,)), of_parts)
    expansion.then(p.Reshape(node.output.shape), total)
    return expansion.finished()
