"""Algebra of loops over time: what is taken at a step, put together over all, and summed.

    at_step     an array at step t along its axis of time
    stacked     what all steps have, as an array
    totalled    the sum over all steps; over_time, sums over the axis of time as that
    only_at     a number that is 1 at one step and 0 at all others
    pinned      what a value of a step is at one step
    permuted    the axes in another order
    of_a_step   the symbols of a step in an expression
    moved       a symbol at a step so much further on; place, where a symbol stands

A symbol of a step stands for step t. At another one it is another symbol, whose text has an `@` and
the distance, and behind a further `@` the axis of time, where it is a slice of an array.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from pellucid.explanation.algebra import ONCE, part_by_part, plus, power, scaled, times
from pellucid.explanation.arrays import fitted, stripped, summed, taken_out
from pellucid.explanation.expressions import (
    ONE,
    Expression,
    Operation,
    applied,
    factors,
    is_call,
    symbol,
    terms,
)
from pellucid.graph import Shape

EACH = (
    "exp", "log", "sigmoid", "tanh", "abs", "sign", "floor", "sin", "cos", "erf", "normal_cdf",
    "less", "equal", "holds", "where",
)  # fmt: skip


def at_step(x: Expression, axis: int) -> Expression:
    """x at step t along an axis counted from the back, which is gone then."""
    if len(x.shape) < -axis or x is ONE:
        return x
    if x.kind in ("sum", "product"):
        return part_by_part(x, lambda part: at_step(part, axis))
    shape = _without(x.shape, axis)
    if x.shape[axis] == 1:
        return _reshaped(x, shape)
    if x.kind == "symbol":
        name = x.head
        return symbol(f"{name.text}@+0@{axis + len(x.shape)}", shape, name.low, name.high)
    found = _inside(x, axis) if not x.head.rule else None
    return found or applied(Operation("step", (axis,)), (x,), shape)


def _inside(x: Expression, axis: int) -> Expression | None:
    """A step of an operation as the operation on steps, where it is that."""
    name = x.head.name
    shape = _without(x.shape, axis)
    (first, *others) = x.inputs
    if name == "stack" and x.head.axes == (axis,):
        return first
    if name == "broadcast_to":
        return fitted(at_step(first, axis), shape)
    if name in EACH:
        return applied(x.head, [at_step(y, axis) for y in x.inputs], shape)
    if name == "transpose" and len(x.shape) == 2:
        return at_step(first, -3 - axis)
    if name == "permute_dims":
        return _of_permuted(x, axis)
    if name == "matmul" and axis < -1 and len(others[0].shape) == 2:
        return applied(x.head, (at_step(first, axis), others[0]), shape)
    if name == "padded" and x.head.axes[0] == axis and first.shape[axis] == 1:
        return times(only_at(x.head.axes[1] + 1), at_step(first, axis))
    if name in ("concat", "piece") and x.head.axes[0] != axis:
        own, *ends = x.head.axes
        operation = Operation(name, (own if own > axis else own + 1, *ends))
        return applied(operation, [at_step(y, axis) for y in x.inputs], shape)
    return _of_spaced(x, axis) if name == "reshape" else None


def _of_permuted(x: Expression, axis: int) -> Expression | None:
    """A step of an array whose axes are permuted: that of the array, where others keep order."""
    order = list(x.head.axes)
    own = order.pop(axis + len(order))
    if order != sorted(order):
        return None
    return at_step(x.inputs[0], own - len(x.shape))


def _of_spaced(x: Expression, axis: int) -> Expression | None:
    """A step of an array with axes of size 1 put in or taken out."""
    (inner,) = x.inputs
    long = [i for i, n in enumerate(x.shape) if n != 1]
    own = [i for i, n in enumerate(inner.shape) if n != 1]
    if [x.shape[i] for i in long] != [inner.shape[i] for i in own]:
        return None
    place = own[long.index(axis + len(x.shape))]
    return _reshaped(at_step(inner, place - len(inner.shape)), _without(x.shape, axis))


def _without(shape: Shape, axis: int) -> Shape:
    place = len(shape) + axis
    return shape[:place] + shape[place + 1 :]


def _reshaped(x: Expression, shape: Shape) -> Expression:
    """x under another shape; axes of size 1 in front mean nothing."""
    inner = x.inputs[0] if is_call(x, "reshape") else x
    for known in (inner, x):
        if stripped(known.shape) == stripped(shape):
            return known
    return applied(Operation("reshape", shape), (inner,), shape)


def stacked(x: Expression, shape: Shape, axis: int) -> Expression:
    """What all steps have, one behind the other along an axis."""
    c, rest = _single(x)
    inner = fitted(rest, _without(shape, axis))
    return scaled(c, applied(Operation("stack", (axis,)), (inner,), shape))


def _single(x: Expression) -> tuple[Fraction, Expression]:
    parts = terms(x)
    return (parts[0][1], parts[0][0]) if len(parts) == 1 else (ONCE, x)


def totalled(x: Expression) -> Expression:
    """The sum over all steps; single numbers that are the same at each stand before it."""
    outer, rest = taken_out(x)
    return times(outer, applied(Operation("sum_t"), (rest,), rest.shape))


def over_time(x: Expression) -> Expression:
    """Sums over what steps have as sums over the steps."""
    parts = []
    for term, c in terms(x):
        powers = [power(_over_time(base), n) for base, n in factors(term)]
        parts.append(scaled(c, times(*powers)))
    return plus(*parts)


def _over_time(x: Expression) -> Expression:
    if not is_call(x, "sum"):
        return x
    (whole,) = x.inputs
    axes = [axis for axis in map(_time, (y for y, _ in factors(whole))) if axis in x.head.axes]
    if not axes or axes[0] is None:
        return x
    time = axes[0]
    inner = at_step(whole, time)
    if holds(inner, "step"):
        return x
    others = [axis if axis > time else axis + 1 for axis in x.head.axes if axis != time]
    places = tuple(axis + len(inner.shape) for axis in others)
    step = summed(inner, places, inner.shape) if others else inner
    return _reshaped(totalled(step), x.shape)


def _time(x: Expression) -> int | None:
    """The axis along which there is what steps have, of an array that was put together so."""
    if is_call(x, "concat"):
        return _time(x.inputs[0])
    return int(x.head.axes[0]) if is_call(x, "stack") else None


def one_step(x: Expression, axis: int, number: int) -> Expression | None:
    """What is at one step of an array of steps, and None of another."""
    if _time(x) != axis:
        return None
    inner = at_step(x, axis)
    return None if holds(inner, "step") else pinned(inner, number)


def holds(x: Expression, name: str) -> bool:
    """Whether an operation is anywhere in an expression."""
    return is_call(x, name) or any(holds(y, name) for y in x.inputs)


def only_at(number: int) -> Expression:
    """1 at the step with this number and 0 at all others."""
    return symbol(f"[t={number}]", (), 0.0)


def pinned(x: Expression, number: int) -> Expression:
    """What a value of a step is at the step with this number."""
    return applied(Operation("pinned", (number,)), (x,), x.shape)


def permuted(x: Expression, axes: Sequence[int], shape: Shape) -> Expression:
    """x, which is meant to have this shape, with its axes in another order, part by part."""
    if x.kind in ("sum", "product") and x is not ONE:
        return part_by_part(x, lambda part: permuted(part, axes, shape))
    own = (1,) * (len(shape) - len(x.shape)) + x.shape
    to = tuple(own[axis] for axis in axes)
    order = [axis for axis in axes if own[axis] != 1]
    if order == sorted(order):
        return _reshaped(x, to)
    if is_call(x, "permute_dims"):
        both = tuple(x.head.axes[axis] for axis in axes)
        return permuted(x.inputs[0], both, x.inputs[0].shape)
    if is_call(x, "concat"):
        along = list(axes).index(x.head.axes[0] + len(own)) - len(own)
        parts = [permuted(y, axes, y.shape) for y in x.inputs]
        shapes = [tuple(y.shape[axis] for axis in axes) for y in x.inputs]
        fit = [fitted(y, each) for y, each in zip(parts, shapes, strict=True)]
        return applied(Operation("concat", (along,)), fit, to)
    if is_call(x, "stack"):
        place = x.head.axes[0] + len(own)
        left = [axis for axis in axes if axis != place]
        if left == sorted(left):
            axis = list(axes).index(place) - len(own)
            return applied(Operation("stack", (axis,)), x.inputs, to)
    return applied(Operation("permute_dims", tuple(axes)), (fitted(x, own),), to)


def of_a_step(x: Expression) -> Iterator[Expression]:
    """The symbols in an expression outside of what goes over all steps."""
    if x.kind == "symbol":
        yield x
    elif not is_call(x, "sum_t", "stack", "pinned"):
        for y in x.inputs:
            yield from of_a_step(y)


def place(text: str) -> tuple[str, int, str]:
    """What a symbol's text says: of which value, how far from step t, and along which axis."""
    base, at, rest = text.partition("@")
    distance, _, axis = rest.partition("@")
    return base, int(distance) if at else 0, axis


def moved(text: str, by: int) -> str:
    """The text of the symbol of the same value so much further on."""
    base, distance, axis = place(text)
    behind = f"@{axis}" if axis else ""
    return f"{base}@{distance + by:+d}{behind}"
