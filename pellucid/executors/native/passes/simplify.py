"""Simplification: a smaller graph with the same meaning.

    simplify    constants folded, equal nodes merged, exact algebra applied, dead nodes dropped

Only rewrites that keep every bit are applied, with one exception: x^2 becomes x x, which is
correctly rounded where a library's power need not be.
"""

import math
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.passes.dilated_images import convolution_by_phases
from pellucid.executors.native.passes.expansion import MOVED
from pellucid.executors.native.passes.joins_in_groups import joined_in_groups
from pellucid.executors.native.passes.pieces_as_slices import pieces_as_slices
from pellucid.executors.native.passes.reshapes_last import batches_as_rows, reshape_last
from pellucid.executors.native.passes.rewriter import Operation, Rewriter, RewriteRules
from pellucid.executors.native.passes.window_rules import convolution_in_parts, windows_apart
from pellucid.graph import Graph, Value

# Larger results of constants are computed when the program runs. Chosen: 4 kB of float32 are little
# on the disk, and in each program.
FOLDED_ELEMENTS = 1024


def simplify(graph: Graph) -> Graph:
    """The simplified graph. Inputs and outputs keep their order and kind."""
    work = Rewriter(graph, RULES)
    for node in graph.nodes:
        work.add(node)
    outputs = tuple(work.renamed[value.name] for value in graph.outputs)
    result = work.graph_of(outputs)
    result.check()
    return result


# ---- what is known now -------------------------------------------------------------------


def _fold(operation: Operation) -> Value | None:
    """Compute what depends on small constants only; uniform numbers stay a single number."""
    primitive, inputs, work = operation.primitive, operation.inputs, operation.work
    folded = _fold_uniform(operation)
    if folded is not None or isinstance(primitive, p.RECORDS):
        return folded
    if not all(value.name in work.arrays for value in inputs):
        return None
    size = math.prod(operation.shape())
    is_stretched = isinstance(primitive, p.BroadcastTo) and size > 1
    if is_stretched or size > FOLDED_ELEMENTS:
        return None
    arrays = [work.arrays[value.name] for value in inputs]
    return work.constant(_computed(primitive, arrays))


def _fold_uniform(operation: Operation) -> Value | None:
    """Compute once what is the same for all elements."""
    if isinstance(operation.primitive, p.Elementwise) and operation.inputs:
        return _fold_elementwise(operation)
    if type(operation.primitive) not in MOVED:
        return None
    work, (x,) = operation.work, operation.inputs
    number = work.uniform(x)
    is_scalar = x.shape == () and x.name in work.arrays
    if number is None or is_scalar:
        return None
    return operation.instead(p.BroadcastTo(operation.shape()), work.constant(number))


def _fold_elementwise(operation: Operation) -> Value | None:
    """The number that an elementwise operation makes of known numbers, stretched."""
    work = operation.work
    arrays = []
    for value in operation.inputs:
        number = work.uniform(value)
        if number is None:
            return None
        arrays.append(np.asarray(number, value.dtype))
    result = work.constant(_computed(operation.primitive, arrays))
    shape = operation.shape()
    return result if shape == () else operation.instead(p.BroadcastTo(shape), result)


def _computed(primitive: Any, arrays: list[Any]) -> Any:
    """What a primitive gives, row by row."""
    shape = primitive.shape(*(array.shape for array in arrays))
    with np.errstate(all="ignore"):
        result = primitive.forward(np, *arrays)
    return np.ascontiguousarray(result).reshape(shape)


# ---- what changes nothing ----------------------------------------------------------------


def _same(operation: Operation) -> Value | None:
    """Drop what changes nothing: copies, casts to the same dtype, movements that do not move."""
    if not operation.inputs:
        return None
    x = operation.inputs[0]
    return x if _changes_nothing(operation, x) else None


def _changes_nothing(operation: Operation, x: Value) -> bool:
    """Whether an operation gives its first input."""
    match operation.primitive:
        case p.Identity() | p.StopGradient():
            return True
        case p.Cast(to=to):
            return bool(to == x.dtype)
        case p.Reshape() | p.BroadcastTo() | p.Slice() | p.Pad():
            return operation.shape() == x.shape
        case p.PermuteDims(axes=axes):
            return axes == tuple(range(len(axes)))
        case p.Concat():
            return len(operation.inputs) == 1
        case p.Flip(axis=axes) | p.Sum(axes) | p.Prod(axes) | p.Max(axes) | p.Min(axes):
            return all(x.shape[axis] == 1 for axis in axes)
    return False


# ---- arithmetic --------------------------------------------------------------------------


def _arithmetic(operation: Operation) -> Value | None:
    """Exact identities of arithmetic and choice."""
    match operation.primitive:
        case p.Multiply():
            value = _one_times(operation)
        case p.Divide() | p.Subtract():
            value = _nothing_less(operation)
        case p.Power():
            value = _small_power(operation)
        case p.Where():
            value = _known_choice(operation)
        case _:
            return None
    if value is None or not _spans(value, operation.inputs):
        return None
    return value


def _one_times(operation: Operation) -> Value | None:
    """1 x and x 1 are x."""
    a, b = operation.inputs
    for x, factor in ((a, b), (b, a)):
        if operation.work.is_number(factor, 1) and _spans(x, operation.inputs):
            return x
    return None


def _nothing_less(operation: Operation) -> Value | None:
    """x / 1 and x - 0 are x; but -0 - -0 is 0."""
    work = operation.work
    a, b = operation.inputs
    if isinstance(operation.primitive, p.Divide):
        return a if work.is_number(b, 1) else None
    if not work.is_number(b, 0):
        return None
    is_negative_zero = a.dtype.kind == "f" and np.signbit(work.uniform(b))
    return None if is_negative_zero else a


def _small_power(operation: Operation) -> Value | None:
    """x^1 is x, and x^2 is x x."""
    a, b = operation.inputs
    if not _spans(a, operation.inputs):
        return None
    if operation.work.is_number(b, 1):
        return a
    if operation.work.is_number(b, 2):
        return operation.instead(p.Multiply(), a, a)
    return None


def _known_choice(operation: Operation) -> Value | None:
    """A choice by a condition that is known, or between a value and itself."""
    condition, a, b = operation.inputs
    known = operation.work.uniform(condition)
    if known is None and a != b:
        return None
    return a if known else b


def _spans(x: Value, inputs: tuple[Value, ...]) -> bool:
    """Whether x already has the shape that all inputs broadcast to."""
    return np.broadcast_shapes(*(value.shape for value in inputs)) == x.shape


# ---- movements ---------------------------------------------------------------------------


def _twice(operation: Operation) -> Value | None:
    """Two operations of one kind in a row become one, or none."""
    primitive = operation.primitive
    node = operation.maker(operation.inputs[0]) if operation.inputs else None
    if node is None or type(node.primitive) is not type(primitive):
        return None
    match primitive:
        case p.Negative():
            return node.inputs[0]
        case p.Reshape():
            return operation.instead(primitive, *node.inputs)
        case p.PermuteDims(axes=axes):
            both = p.PermuteDims(tuple(node.primitive.axes[i] for i in axes))
            return operation.instead(both, *node.inputs)
    return None


def _unstretched(operation: Operation) -> Value | None:
    """Let elementwise operations broadcast by themselves: drop explicit broadcasts before."""
    primitive, inputs = operation.primitive, operation.inputs
    if not isinstance(primitive, p.Elementwise) or len(inputs) < 2:
        return None
    shape = operation.shape()
    slim = inputs
    for i, value in enumerate(inputs):
        node = operation.maker(value)
        if node is not None and type(node.primitive) is p.BroadcastTo:
            slimmer = (*slim[:i], node.inputs[0], *slim[i + 1 :])
            if operation.shape_of(slimmer) == shape:
                slim = slimmer
    return None if slim == inputs else operation.instead(primitive, *slim)


def _matrix_by_vector(operation: Operation) -> Value | None:
    """A product with a single column is a sum of products: tiles would stay nearly empty."""
    if not isinstance(operation.primitive, p.MatMul):
        return None
    a, b = operation.inputs
    if b.shape[-1] != 1 or a.dtype.kind != "f":
        return None
    *batch, inner, column = range(len(b.shape))
    row = operation.instead(p.PermuteDims((*batch, column, inner)), b)
    products = operation.instead(p.Multiply(), a, row)
    last_axis = len(products.shape) - 1
    return operation.instead(p.Sum((last_axis,)), products)


RULES = RewriteRules(
    of_library=(
        _same,
        _fold,
        _arithmetic,
        _twice,
        _unstretched,
        reshape_last,
        windows_apart,
        convolution_by_phases,
        convolution_in_parts,
        joined_in_groups,
        batches_as_rows,
        _matrix_by_vector,
        pieces_as_slices,
    ),
    of_any=(_fold, _unstretched, reshape_last),
)
