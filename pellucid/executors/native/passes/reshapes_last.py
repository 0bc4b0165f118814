"""Reshapes come last: what is computed before them is then one kernel over plain rows.

batches_as_rows    a product of batches with one matrix, as one product of all rows
reshape_last       an elementwise operation before a reshape instead of after it

Both are rules of simplification. A batch of few rows, as one sentence is, would leave most of a
tile empty, and the matrix on the right would be read for each batch anew; and a bias that is
added after the reshape would be a kernel of its own.
"""

import math
from typing import Any

from pellucid import primitives as p
from pellucid.graph import Node, Value


def batches_as_rows(
    work: Any, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """a (..., m, k) by b (k, n), as one product of all rows of a."""
    if not isinstance(primitive, p.MatMul):
        return None
    a, b = inputs
    if len(a.shape) == 2 or len(b.shape) != 2:
        return None
    rows = work.made(p.Reshape((math.prod(a.shape[:-1]), a.shape[-1])), (a,), like)
    y = work.made(primitive, (rows, b), like)
    made: Value = work.made(p.Reshape((*a.shape[:-1], b.shape[-1])), (y,), like)
    return made


def reshape_last(work: Any, primitive: Any, inputs: tuple[Value, ...], like: Node) -> Value | None:
    """Compute before a reshape instead of after it, where every operand was reshaped alike.

    An operand of a single axis, such as a bias, stays as it is where the last axis does.
    """
    if not isinstance(primitive, p.Elementwise) or not inputs:
        return None
    sources, reshapes, has_row = [], set(), False
    for value in inputs:
        node = work.made_by.get(value.name)
        if node is not None and type(node.primitive) is p.Reshape:
            sources.append(node.inputs[0])
            reshapes.add((node.inputs[0].shape, value.shape))
        elif len(value.shape) < 2:
            sources.append(value)
            has_row = has_row or value.shape != ()
        else:
            return None
    if len(reshapes) != 1:
        return None
    ((before, after),) = reshapes
    same = before[-1:] == after[-1:] and primitive.shape(*(v.shape for v in inputs)) == after
    if has_row and not same:
        return None
    y = work.made(primitive, tuple(sources), like)
    made: Value = work.made(p.Reshape(after), (y,), like)
    return made
