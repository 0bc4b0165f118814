"""Convolutions as textbooks write them: a correlation, and its two gradients as correlations.

    corr_read       a convolution of the graph as an expression
    flip_read       arrays reversed along axes
    settings        what a correlation says of stride, padding, dilation and groups

The graph keeps groups on an axis of their own. Here arrays have the shapes that layers have: x is
(samples, channels, *sizes), W is (out, in of a group, *kernel). Three operations are enough:

    corr(x, W)      W moved over x, multiplied and summed over places and channels
    flip(W)         each filter turned round, its channels in and out exchanged
    corr_m(x, dz)   each channel of x with each of dz, summed over samples: the gradient by W

The gradient by x is corr(dz, flip(W)); where W went in strides, dz is spread by as much.
"""

from pellucid.explanation.arrays import MANY, fitted, reshaped
from pellucid.explanation.expressions import Expression, Operation, applied, is_call
from pellucid.explanation.stepwise import permuted
from pellucid.graph import Node, Shape


def flip_read(node: Node, x: Expression) -> Expression:
    """x reversed along axes."""
    shape = node.output.shape
    axes = tuple(axis - len(shape) for axis in node.primitive.axis)
    return applied(Operation("reversed", axes), (fitted(x, shape),), shape)


def corr_read(node: Node, x: Expression, w: Expression) -> Expression:
    """A convolution: of x with W, of dz with W turned round, or of x with dz over samples."""
    x_shape, w_shape = (value.shape for value in node.inputs)
    if x_shape[2] % MANY == 0 and x_shape[0] % MANY:
        return _over_samples(node, x, w)
    groups, out = w_shape[:2]
    filters = _filters(fitted(w, w_shape))
    data = _merged(x, x_shape, 1)
    whole = node.output.shape
    to = (whole[0], groups * out, *whole[3:])
    made = applied(Operation("corr", _attributes(node, groups)), (data, filters), to)
    return reshaped(made, to, whole)


def _filters(w: Expression) -> Expression:
    """The filters without an axis for groups; turned round where they are."""
    count = len(w.shape)
    kernel = tuple(range(3 - count, 0))
    if not is_call(w, "reversed") or w.head.axes != kernel:
        return _merged(w, w.shape, 0)
    order = (0, 2, 1, *range(3, count))
    before = tuple(w.shape[axis] for axis in order)
    plain = fitted(permuted(w.inputs[0], order, w.shape), before)
    groups, out, *others = w.shape
    flip = Operation("flip", (groups,))
    return applied(flip, (_merged(plain, before, 0),), (groups * out, *others))


def _merged(x: Expression, shape: Shape, axis: int) -> Expression:
    """Two neighbouring axes as one."""
    before = shape[:axis]
    after = shape[axis + 2 :]
    to = (*before, shape[axis] * shape[axis + 1], *after)
    return fitted(reshaped(fitted(x, shape), shape, to), to)


def _over_samples(node: Node, x: Expression, dz: Expression) -> Expression:
    """x (in, groups, samples, ...) with dz (groups, out, samples, ...): the gradient by W."""
    x_shape, dz_shape = (value.shape for value in node.inputs)
    rest = tuple(range(3, len(x_shape)))
    data = _ordered(x, x_shape, (2, 1, 0, *rest))
    changes = _ordered(dz, dz_shape, (2, 0, 1, *rest))
    groups, out = dz_shape[:2]
    to = (groups * out, x_shape[0], *node.output.shape[3:])
    operation = Operation("corr_m", _attributes(node, groups))
    made = applied(operation, (data, changes), to)
    apart = (groups, out, *to[1:])
    return permuted(reshaped(made, to, apart), (2, 0, 1, *rest), apart)


def _ordered(x: Expression, shape: Shape, order: tuple[int, ...]) -> Expression:
    """Samples first, then all channels, whichever group they are of."""
    to = tuple(shape[axis] for axis in order)
    return _merged(permuted(fitted(x, shape), order, shape), to, 1)


def _attributes(node: Node, groups: int) -> tuple[int, ...]:
    rule = node.primitive
    sizes = (rule.stride, rule.before, rule.after, rule.x_dilation, rule.w_dilation)
    return (groups, *(n for each in sizes for n in each))


def settings(x: Expression) -> list[str]:
    """What a correlation does that is not the plainest."""
    groups, *numbers = x.head.axes
    count = len(numbers) // 5
    starts = range(0, 5 * count, count)
    stride, before, after, spread, dilation = (tuple(numbers[i : i + count]) for i in starts)
    found = _unless_one("stride", stride)
    found += _unless_one("spread", spread)
    found += _unless_one("dilation", dilation)
    if before == after:
        if set(before) != {0}:
            found.append(f"pad={_short(before)}")
    else:
        found += [f"before={_short(before)}", f"after={_short(after)}"]
    return found + ([f"groups={groups}"] if groups > 1 else [])


def _unless_one(name: str, values: tuple[int, ...]) -> list[str]:
    return [] if set(values) == {1} else [f"{name}={_short(values)}"]


def _short(values: tuple[int, ...]) -> str:
    """One number where all are the same."""
    return str(values[0]) if len(set(values)) == 1 else str(values)
