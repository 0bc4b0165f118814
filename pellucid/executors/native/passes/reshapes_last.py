"""Reshapes come last: what is computed before them is then one kernel over plain rows.

batches_as_rows    a product of batches with one matrix, as one product of all rows
reshape_last       an elementwise operation before a reshape instead of after it

Both are rules of simplification. A batch of few rows, as one sentence is, would leave most of a
tile empty, and the matrix on the right would be read for each batch anew; and a bias that is
added after the reshape would be a kernel of its own.
"""

import math

from pellucid import primitives as p
from pellucid.executors.native.passes.rewriter import Operation
from pellucid.graph import Shape, Value


def batches_as_rows(operation: Operation) -> Value | None:
    """a (..., m, k) by b (k, n), as one product of all rows of a."""
    if not isinstance(operation.primitive, p.MatMul):
        return None
    a, b = operation.inputs
    if len(a.shape) == 2 or len(b.shape) != 2:
        return None
    *batch, k = a.shape
    rows = operation.instead(p.Reshape((math.prod(batch), k)), a)
    y = operation.instead(operation.primitive, rows, b)
    return operation.instead(p.Reshape((*batch, b.shape[-1])), y)


def reshape_last(operation: Operation) -> Value | None:
    """Compute before a reshape instead of after it, where every operand was reshaped alike.

    An operand of a single axis, such as a bias, stays as it is where the last axis does.
    """
    if not isinstance(operation.primitive, p.Elementwise):
        return None
    sources: list[Value] = []
    reshapes: set[tuple[Shape, Shape]] = set()
    has_row = False
    for value in operation.inputs:
        source = _source(operation, value)
        if source is not None:
            sources.append(source)
            reshapes.add((source.shape, value.shape))
        elif len(value.shape) < 2:
            sources.append(value)
            has_row = has_row or value.shape != ()
        else:
            return None
    if len(reshapes) != 1:
        return None
    ((before, after),) = reshapes
    if has_row and not (before[-1:] == after[-1:] and operation.shape() == after):
        return None
    y = operation.instead(operation.primitive, *sources)
    return operation.instead(p.Reshape(after), y)


def _source(operation: Operation, value: Value) -> Value | None:
    """What an operand is a reshape of, if it is one."""
    node = operation.maker(value)
    if node is None or type(node.primitive) is not p.Reshape:
        return None
    return node.inputs[0]
