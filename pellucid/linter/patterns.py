"""Formulas, recognised in a graph by their primitives alone, whoever wrote them.

    softmax_of, sigmoid_of, relu_of, tanh_of
                    what a value is one of these of; None where it is none
    logits_of       what a node takes the logarithm of a sum of exponentials of
    moved           a value before it was only moved: reshaped, permuted, sliced
    centred         a value less its mean, and the axes of the mean

By numbers, not by names: a softmax written out is a softmax.
"""

from pellucid.graph import Node, Value
from pellucid.linter.trace import Trace
from pellucid.primitives import (
    Add,
    BroadcastTo,
    Cast,
    Divide,
    Exp,
    Identity,
    Less,
    LessEqual,
    Log,
    Log1p,
    Max,
    Maximum,
    Multiply,
    Negative,
    PermuteDims,
    Reshape,
    RoundedToBfloat16,
    Sigmoid,
    Slice,
    StopGradient,
    Subtract,
    Sum,
    Tanh,
    Where,
)

MOVES = (Reshape, PermuteDims, BroadcastTo, Slice, Identity, Cast, RoundedToBfloat16)


def moved(trace: Trace, value: Value, *further: type, but: type | None = None) -> Value:
    """The value before it was only moved, converted, or taken through `further` primitives.

    `but`: none of these.
    """
    kinds = [kind for kind in (*MOVES, *further) if kind is not but]
    while node := trace.made_by(value, *kinds):
        value = node.inputs[0]
    return value


def softmax_of(trace: Trace, value: Value) -> Value | None:
    """z where the value is e^z / sum of e^z."""
    node = trace.made_by(value, Divide)
    if node is None:
        return None
    exponential = trace.made_by(node.inputs[0], Exp)
    total = trace.made_by(moved(trace, node.inputs[1]), Sum)
    if exponential is None or total is None or total.inputs[0] != node.inputs[0]:
        return None
    return _unshifted(trace, exponential.inputs[0])


def sigmoid_of(trace: Trace, value: Value) -> Value | None:
    """z where the value is 1 / (1 + e^-z)."""
    node = trace.made_by(value, Sigmoid)
    if node is not None:
        return node.inputs[0]
    node = trace.made_by(value, Divide)
    if node is None or trace.number(node.inputs[0]) != 1.0:
        return None
    exponential = _one_more(trace, node.inputs[1])
    negative = exponential and trace.made_by(exponential.inputs[0], Negative)
    return negative.inputs[0] if negative else None


def tanh_of(trace: Trace, value: Value) -> Value | None:
    """z where the value is tanh z."""
    node = trace.made_by(value, Tanh)
    return None if node is None else node.inputs[0]


def relu_of(trace: Trace, value: Value) -> Value | None:
    """z where the value is max(0, z)."""
    node = trace.made_by(value, Maximum)
    if node is not None:
        a, b = node.inputs
        return a if trace.number(b) == 0.0 else b if trace.number(a) == 0.0 else None
    node = trace.made_by(value, Where)
    if node is None:
        return None
    asked, yes, no = node.inputs
    z = no if trace.number(yes) == 0.0 else yes if trace.number(no) == 0.0 else None
    question = trace.made_by(asked, Less, LessEqual)
    if z is None or question is None:
        return None
    a, b = question.inputs
    compared = (a == z and trace.number(b) == 0.0) or (b == z and trace.number(a) == 0.0)
    return z if compared else None


def logits_of(trace: Trace, node: Node) -> Value | None:
    """z where the node computes log(sum of e^z), or log(1 + e^z): what losses on logits do."""
    if type(node.primitive) is Log:
        total = trace.made_by(moved(trace, node.inputs[0]), Sum)
        exponential = total and trace.made_by(total.inputs[0], Exp)
        exponential = exponential or _one_more(trace, node.inputs[0])
        return _unshifted(trace, exponential.inputs[0]) if exponential else None
    if type(node.primitive) is not Log1p:
        return None
    exponential = trace.made_by(node.inputs[0], Exp)
    if exponential is not None:
        return _magnitude(trace, exponential.inputs[0])
    return _of_others(trace, node.inputs[0])


def centred(trace: Trace, node: Node) -> tuple[Value, tuple[int, ...]] | None:
    """x and the axes where the node computes x - mean of x over these axes."""
    if type(node.primitive) is not Subtract:
        return None
    x, mean = node.inputs
    scaled = trace.made_by(moved(trace, mean), Divide, Multiply)
    if scaled is None or not any(trace.is_constant(value) for value in scaled.inputs):
        return None
    inner = scaled.inputs[1 if trace.is_constant(scaled.inputs[0]) else 0]
    total = trace.made_by(moved(trace, inner), Sum)
    if total is None or total.inputs[0] != x:
        return None
    axes: tuple[int, ...] = total.primitive.axis
    return x, axes


def _unshifted(trace: Trace, value: Value) -> Value:
    """z where the value is z less its own largest."""
    node = trace.made_by(value, Subtract)
    if node is None:
        return value
    largest = trace.made_by(moved(trace, node.inputs[1], StopGradient, Where), Max)
    if largest is None:
        largest = _largest_if_finite(trace, node.inputs[1])
    return node.inputs[0] if largest is not None and largest.inputs[0] == node.inputs[0] else value


def _largest_if_finite(trace: Trace, value: Value) -> Node | None:
    """The node of the largest number where the value is that, or 0 where it is infinite."""
    node = trace.made_by(moved(trace, value), Where)
    if node is None:
        return None
    return trace.made_by(moved(trace, node.inputs[1], StopGradient), Max)


def _one_more(trace: Trace, value: Value) -> Node | None:
    """The node of e^x where the value is 1 + e^x."""
    node = trace.made_by(value, Add)
    if node is None:
        return None
    for one, other in (node.inputs, node.inputs[::-1]):
        exponential = trace.made_by(other, Exp)
        if trace.number(one) == 1.0 and exponential is not None:
            return exponential
    return None


def _magnitude(trace: Trace, value: Value) -> Value:
    """z where the value is -|z| as a choice between -z and z; else the value."""
    node = trace.made_by(value, Where)
    if node is None:
        return value
    negative = trace.made_by(node.inputs[1], Negative)
    z = node.inputs[2]
    return z if negative is not None and negative.inputs[0] == z else value


def _of_others(trace: Trace, value: Value) -> Value | None:
    """z where the value is the sum of e^z less the 1 of the largest, z shifted so that it is 0."""
    node = trace.made_by(moved(trace, value), Add)
    total = node and trace.made_by(moved(trace, node.inputs[0]), Sum)
    rest = total and trace.made_by(total.inputs[0], Subtract)
    exponential = rest and trace.made_by(rest.inputs[0], Exp)
    return _unshifted(trace, exponential.inputs[0]) if exponential else None
