"""How far two executors may be apart: the reference's values, each with a bound on the error.

    reference_with_bounds   outputs of a graph, and for each element the largest legal distance
    disagreement            what is wrong with outputs of another executor, or None
    RULES, FAST_RULES       for each primitive; where convolutions have fewer multiplications

A running error analysis over the graph. A bound of 0 means: the very same number. Exact
operations of exact numbers stay exact; functions such as exp add their stated ulps; sums add
k eps sum |x|; a comparison, floor or cast is exact where its input is certain to lie on one
side of the step. inf means: nothing is known, for instance behind a step that the error
straddles, or where an overflow depends on the order of a sum. Native programs flush numbers
below the smallest normal one to zero, so those count as uncertain.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import facts_of
from pellucid.graph import Graph, Node
from pellucid.primitives.parts import Part, Split
from pellucid.primitives.reduction import Reduction
from pellucid.primitives.scan import Scan

REAL = np.longdouble
INF = REAL(np.inf)
SMALLEST = REAL(5e-324)  # marks a zero whose sign is uncertain
# Of convolutions with fewer multiplications: roundings of the largest sum of the sizes of what is
# multiplied; how much larger transformed numbers may be; and how many small ones may be lost.
FAST_ROUNDINGS = 64
OVERFLOW = 10_000
TRANSFORMED = 10_000
_PLANE = (3, 4)  # the axes of height and width

# Ulps of the native functions, beyond the rounding of a correct result.
ULPS = {
    p.Exp: 2.0,
    p.Expm1: 4.0,
    p.Log: 2.0,
    p.Log1p: 4.0,
    p.Sqrt: 0.5,
    p.Sin: 4.0,
    p.Cos: 4.0,
    p.Tanh: 5.0,
    p.Sigmoid: 5.0,
    p.Erf: 16.0,
    p.Atan2: 4.0,
    p.NormalCdf: 64.0,  # SciPy's, which these are compared with, in the tail
    p.Power: 8.0,
}

Bounded = tuple[Any, Any]  # an array of the reference executor, and the bound of each element
Rules = dict[type, Callable[..., Any]]


def reference_with_bounds(
    graph: Graph, inputs: list[Any], rules: Rules | None = None
) -> list[Bounded]:
    """The outputs of a graph on NumPy, each with the bounds of its elements, by RULES or others."""
    return _evaluated(graph, [_exact(array) for array in inputs], rules or RULES)


def _exact(array: Any) -> Bounded:
    return array, _flushed(array, np.zeros(array.shape, REAL))


def _evaluated(graph: Graph, inputs: list[Bounded], rules: Rules) -> list[Bounded]:
    """The outputs of a graph whose inputs have bounds."""
    known = {value.name: given for value, given in zip(graph.inputs, inputs, strict=True)}
    known |= {value.name: _exact(array) for value, array in graph.constants}
    records: dict[str, list[Bounded]] = {}
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            name, primitive = node.output.name, node.primitive
            if isinstance(primitive, Part):
                known[name] = records[node.inputs[0].name][primitive.index]
                continue
            operands = [known[value.name] for value in node.inputs]
            if isinstance(primitive, Scan):
                records[name] = _scanned(primitive, operands, rules)
                continue
            y = np.asarray(primitive.forward(np, *(x for x, _ in operands)))
            if isinstance(primitive, Split):
                records[name] = _pieces(primitive, y, operands[0][1])
                continue
            bound = np.broadcast_to(_bound(node, operands, y, rules), y.shape)
            known[name] = (y, _settled(y, np.array(bound, REAL)))
    return [known[value.name] for value in graph.outputs]


def _scanned(primitive: Scan, operands: list[Bounded], rules: Rules) -> list[Bounded]:
    """What a loop gives: every step evaluated with the bounds that the one before left."""
    found = [(np.empty(to, of), np.zeros(to, REAL)) for of, to in primitive.gives()]
    count, first = primitive.carries, primitive.constants
    fixed, state = operands[:first], operands[first : first + count]
    order = range(primitive.steps)
    for t in order[::-1] if primitive.reverse else order:
        slices = [(x[t], e[t]) for x, e in operands[first + count :]]
        outputs = _evaluated(primitive.body, [*fixed, *state, *slices], rules)
        kept = [(count + k, state[k]) for k in primitive.before]
        kept += [(2 * count + k, outputs[k]) for k in primitive.after]
        kept += enumerate(outputs[count:], 3 * count)
        for place, (y, bound) in kept:
            found[place][0][t], found[place][1][t] = y, bound
        state = outputs[:count]
    return [*state, *found[count:]]


def _pieces(primitive: Split, y: Any, bound: Any) -> list[Bounded]:
    """The pieces of an array."""
    bounds = np.split(bound, primitive.count, primitive.axis)
    return [(y[name], e) for name, e in zip(y.dtype.names or (), bounds, strict=True)]


def disagreement(expected: Bounded, found: Any) -> str | None:
    """The first element that is further away than its bound, in words."""
    y, bound = expected
    if (found.shape, found.dtype) != (y.shape, y.dtype):
        return f"{found.dtype}{found.shape} instead of {y.dtype}{y.shape}"
    with np.errstate(all="ignore"):
        if y.dtype.kind == "f":
            near = np.abs(found.astype(REAL) - y.astype(REAL)) <= bound
            good = near | (found == y) | (np.isnan(found) & np.isnan(y)) | np.isinf(bound)
        else:
            good = (found == y) | np.isinf(bound)
    if good.all():
        return None
    first = tuple(int(i) for i in np.argwhere(~good)[0])
    return (
        f"{int((~good).sum())} of {y.size} elements; at {list(first)} {found[first]!r} "
        f"instead of {y[first]!r}, bound {float(bound[first]):.3g}"
    )


# ---- after every operation ---------------------------------------------------------------


def _settled(y: Any, bound: Any) -> Any:
    """Bounds without nan; infinite numbers that are certain have none."""
    bound = np.where(np.isnan(bound), INF, bound)
    if y.dtype.kind != "f":
        return np.where(bound > 0, INF, bound)
    bound = np.where(~np.isfinite(y) & np.isfinite(bound), REAL(0), bound)
    return _flushed(y, bound)


def _flushed(y: Any, bound: Any) -> Any:
    """Numbers that may lie below the smallest normal one may also be zero."""
    if y.dtype.kind != "f":
        return bound
    tiny = REAL(np.finfo(y.dtype).tiny)
    with np.errstate(all="ignore"):
        size = np.abs(y.astype(REAL))
        low = np.isfinite(size) & (size - bound < tiny) & ((size > 0) | (bound > SMALLEST))
    return np.where(low, bound + tiny, bound)


def _ends(x: Any, bound: Any) -> tuple[Any, Any]:
    """The interval in which a number lies."""
    x = x.astype(REAL)
    lost = np.isinf(bound)
    return np.where(lost, -INF, x - bound), np.where(lost, INF, x + bound)


def _within(y: Any, candidates: list[Any], ulps: float) -> Any:
    """The bound of y where the true result lies among candidates, and is rounded."""
    low, high = candidates[0], candidates[0]
    for each in candidates[1:]:
        low, high = np.minimum(low, each), np.maximum(high, each)
    info = np.finfo(y.dtype)
    most, size = REAL(info.max), np.maximum(np.abs(low), np.abs(high))
    rounding = REAL(ulps) * REAL(info.eps) * np.where(np.isfinite(size), size, REAL(0))
    y_ = y.astype(REAL)
    bound = np.maximum(high - y_, y_ - low) + rounding
    bound = np.where(size * (1 + 4 * REAL(ulps) * info.eps) > most, INF, bound)
    margin = 1 - 4 * REAL(ulps) * info.eps
    bound = np.where((y == np.inf) & (low * margin > most), REAL(0), bound)
    bound = np.where((y == -np.inf) & (high * margin < -most), REAL(0), bound)
    all_nan = np.logical_and.reduce([np.isnan(each) for each in candidates])
    return np.where(np.isnan(y), np.where(all_nan, REAL(0), INF), bound)


# ---- the rule of each primitive ----------------------------------------------------------


def _bound(node: Node, operands: list[Bounded], y: Any, rules: Rules) -> Any:
    """The bound of a node's output, before it is settled."""
    kind = type(node.primitive)
    if kind in (p.Arange, p.RandomBits):
        return INF if any(np.isinf(e).any() for _, e in operands) else REAL(0)
    if kind in rules:
        return rules[kind](node.primitive, operands, y)
    if kind in _FUNCTIONS:
        return _function(kind, operands[0], y)
    if issubclass(kind, p.Elementwise):
        return _jumping(node.primitive, operands, y)
    if issubclass(kind, Reduction):
        return _joined(node.primitive, operands, y)
    raise NotImplementedError(f"no bound for {kind.__name__}: give it a row in RULES")


def _function(kind: type, operand: Bounded, y: Any) -> Any:
    """Monotone functions of one number: the interval's ends give those of the result."""
    x, e = operand
    low, high = _ends(x, e)
    f = _FUNCTIONS[kind]
    return np.where(np.isinf(e), INF, _within(y, [f(low), f(high)], ULPS[kind]))


def _sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, REAL(1), e) / (e + 1)


def _erf(x: Any) -> Any:
    from scipy import special

    return special.erf(x.astype(np.float64)).astype(REAL)


def _normal_cdf(x: Any) -> Any:
    from scipy import special

    return special.ndtr(x.astype(np.float64)).astype(REAL)


def _density(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    """The largest of an interval is at the place that is nearest to 0."""
    ((x, e),) = operands
    low, high = _ends(x, e)
    near = np.where((low < 0) & (high > 0), REAL(0), np.minimum(np.abs(low), np.abs(high)))
    far = np.maximum(np.abs(low), np.abs(high))
    ends = [_height(primitive, end) for end in (near, far)]
    return np.where(np.isinf(e), INF, _within(y, ends, 6.0))


def _height(primitive: p.Primitive, x: Any) -> Any:
    """Of a density that falls on both sides of 0, for x >= 0."""
    if isinstance(primitive, p.Gaussian):
        return np.exp(-REAL(primitive.factor) * x * x)
    e = np.exp(-x)
    return e / (1 + e) ** 2


_FUNCTIONS: dict[type, Callable[[Any], Any]] = {
    p.Exp: np.exp,
    p.Expm1: np.expm1,
    p.Log: np.log,
    p.Log1p: np.log1p,
    p.Sqrt: np.sqrt,
    p.Tanh: np.tanh,
    p.Sigmoid: _sigmoid,
    p.Erf: _erf,
    p.NormalCdf: _normal_cdf,
}


def _wave(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    """Sine and cosine: slopes are at most 1."""
    ((x, e),) = operands
    f = np.sin if isinstance(primitive, p.Sin) else np.cos
    exact = f(x.astype(REAL))
    return _within(y, [exact], ULPS[type(primitive)]) + e


def _arithmetic(operation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """+, -, x, /: correctly rounded, so exact numbers give the same number everywhere."""

    def rule(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
        (a, ea), (b, eb) = operands
        if y.dtype.kind != "f":
            return ea + eb
        ends = [operation(s, t) for s in _ends(a, ea) for t in _ends(b, eb)]
        bound = _within(y, ends, 1.0)
        if isinstance(primitive, p.Divide):
            bound = np.where((eb > 0) & (np.abs(b.astype(REAL)) <= eb), INF, bound)
        certain_nan = (np.isnan(a) & (ea == 0)) | (np.isnan(b) & (eb == 0))
        exact = certain_nan | ((ea == 0) & (eb == 0))
        return np.where(exact, REAL(0), np.where(np.isinf(ea) | np.isinf(eb), INF, bound))

    return rule


def _jumping(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    """What jumps anywhere between neighbours: of known numbers rounded alike, else unknown."""
    known = np.ones(y.shape, bool)
    for x, e in operands:
        known &= e == 0
        if x.dtype.kind == "f":  # machine code takes denormal numbers as 0
            known &= ~((x != 0) & (np.abs(x) < np.finfo(x.dtype).tiny))
    if y.dtype.kind != "f":
        return np.where(known, REAL(0), INF)
    info = np.finfo(y.dtype)
    size = np.where(np.isfinite(y), np.abs(y.astype(REAL)), REAL(0))
    bound = np.where(np.isfinite(y), ULPS.get(type(primitive), 1.0) * REAL(info.eps) * size, 0)
    return np.where(known, np.where(np.isfinite(y), bound + REAL(info.tiny), REAL(0)), INF)


def _order(primitive: Any, operands: list[Bounded], y: Any) -> Any:
    """Positions along an axis: certain where all numbers there are known."""
    ((x, e),) = operands
    known = e == 0
    if x.dtype.kind == "f":
        known &= ~((x != 0) & (np.abs(x) < np.finfo(x.dtype).tiny))
    return np.where(np.all(known, axis=primitive.axis, keepdims=True), REAL(0), INF) + 0 * e


def _power(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    (a, ea), (b, eb) = operands
    exact = (ea == 0) & (eb == 0)
    ends = [np.power(s, t) for s in _ends(a, ea) for t in _ends(b, eb)]
    bound = _within(y, ends, ULPS[p.Power])
    inside = exact | ((a.astype(REAL) > ea) & np.isfinite(ea) & np.isfinite(eb))
    return np.where(inside, bound, INF)


def _same(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    return operands[0][1]


def _step(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    """Floor and sign: certain where the whole interval lies on one step."""
    ((x, e),) = operands
    if y.dtype.kind != "f":
        return e
    f = np.floor if isinstance(primitive, p.Floor) else np.sign
    low, high = (f(end) for end in _ends(x, e))
    bound = np.where(e == 0, REAL(0), np.maximum(high - y, y - low))
    return np.where(np.isinf(e), INF, bound)


def _rounded(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    """Certain where the whole interval is rounded to one number."""
    ((x, e),) = operands
    ends = [primitive.forward(np, end.astype(np.float32)).astype(REAL) for end in _ends(x, e)]
    bound = np.where(e == 0, REAL(0), np.maximum(ends[1] - y, y - ends[0]))
    return np.where(np.isfinite(bound), bound, INF)


def _comparison(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    (a, ea), (b, eb) = operands
    if a.dtype.kind != "f":
        return ea + eb
    apart = np.abs(a.astype(REAL) - b.astype(REAL)) > ea + eb
    nan = (np.isnan(a) & (ea == 0)) | (np.isnan(b) & (eb == 0))
    return np.where(nan | apart | ((ea == 0) & (eb == 0)), REAL(0), INF)


def _logic(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    bound = operands[0][1]
    for _, e in operands[1:]:
        bound = bound + e
    return bound


def _where(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    (condition, ec), (_, ea), (_, eb) = operands
    return np.where(np.isinf(ec), INF, np.where(condition, ea, eb))


def _extreme_of_two(primitive: p.Primitive, operands: list[Bounded], y: Any) -> Any:
    (a, ea), (b, eb) = operands
    bound = np.maximum(ea, eb)
    if y.dtype.kind != "f":
        return bound
    nan = (np.isnan(a) & (ea == 0)) | (np.isnan(b) & (eb == 0))
    bound = np.where(y == 0, np.maximum(bound, SMALLEST), bound)
    return np.where(nan, REAL(0), bound)


def _cast(primitive: p.Cast, operands: list[Bounded], y: Any) -> Any:
    ((x, e),) = operands
    if x.dtype.kind != "f":
        return e
    if y.dtype.kind == "f":
        return np.where(e == 0, REAL(0), _within(y, list(_ends(x, e)), 1.0))
    if y.dtype.kind == "b":
        return np.where((e == 0) | (np.abs(x.astype(REAL)) > e), REAL(0), INF)
    low, high = (np.trunc(end) for end in _ends(x, e))
    info = np.iinfo(y.dtype)
    fits = (low == high) & (low >= REAL(info.min)) & (high <= REAL(info.max))
    return np.where(fits, REAL(0), INF)


# ---- reductions --------------------------------------------------------------------------


def _total(x: Any, e: Any, y: Any, count: int, add: Callable[[Any], Any]) -> Any:
    """The bound of sums in any order; `add` sums arrays the way the primitive does."""
    if y.dtype.kind != "f":
        return add(e)
    info = np.finfo(y.dtype)
    finite = np.isfinite(x)
    size = add(np.where(finite, np.abs(x.astype(REAL)), REAL(0)) + np.where(np.isinf(e), 0, e))
    bound = add(e) + (REAL(count) * info.eps * size + count * REAL(info.tiny) if count > 1 else 0)
    bound = np.where(size > REAL(info.max) * 0.999, INF, bound)
    certain = ~np.isfinite(y) & (add(np.where(finite, REAL(0), REAL(1))) > 0) & (add(e) == 0)
    certain &= size <= REAL(info.max) * 0.999
    bound = np.where(certain, REAL(0), bound)
    return np.where(y == 0, np.maximum(bound, SMALLEST), bound)


def _sum(primitive: p.Sum, operands: list[Bounded], y: Any) -> Any:
    ((x, e),) = operands
    count = math.prod(x.shape[i] for i in primitive.axis)
    return _total(x, e, y, count, lambda a: np.sum(a, axis=primitive.axis, keepdims=True))


def _joined(primitive: Any, operands: list[Bounded], y: Any) -> Any:
    """Any other sum, of what each number gives; of what does not add up, nothing is known."""
    joining, ((x, e),) = facts_of(primitive).joining, operands
    if joining is None or not joining.adds:
        return INF
    each = joining.each or (lambda _, number: number)
    low, high = _ends(x, e)
    value = each(np, x)
    spread = np.maximum(*(np.abs(each(np, end) - value.astype(REAL)) for end in (low, high)))
    count = 2 * math.prod(x.shape[i] for i in primitive.axis)
    return _total(value, spread, y, count, lambda a: np.sum(a, axis=primitive.axis, keepdims=True))


def _prod(primitive: p.Prod, operands: list[Bounded], y: Any) -> Any:
    ((x, e),) = operands

    def joined(function: Any, a: Any) -> Any:
        return function(a, axis=primitive.axis, keepdims=True)

    if y.dtype.kind != "f":
        return joined(np.sum, e)
    info = np.finfo(y.dtype)
    count = math.prod(x.shape[i] for i in primitive.axis)
    size = np.abs(x.astype(REAL))
    most = joined(np.prod, np.maximum(size + e, REAL(1)))
    spread = joined(np.prod, size + e) - joined(np.prod, size)
    bound = spread + count * REAL(info.eps) * joined(np.prod, size + e)
    if count > 1:
        bound = bound + REAL(info.tiny) * count * most
    bound = np.where((most < REAL(info.max) * 0.999) & np.isfinite(y), bound, INF)
    exact = joined(np.sum, e) == 0
    nan = joined(np.any, np.isnan(x)) & exact
    return np.where(nan | (exact & (count <= 1)), REAL(0), bound)


def _extreme(primitive: Any, operands: list[Bounded], y: Any) -> Any:
    ((x, e),) = operands
    bound = np.max(e, axis=primitive.axis, keepdims=True, initial=REAL(0))
    if y.dtype.kind != "f":
        return bound
    nan = np.any(np.isnan(x) & (e == 0), axis=primitive.axis, keepdims=True)
    bound = np.where(y == 0, np.maximum(bound, SMALLEST), bound)
    return np.where(nan, REAL(0), bound)


def _position(primitive: Any, operands: list[Bounded], y: Any) -> Any:
    ((x, e),) = operands
    axis = primitive.axis
    exact = np.max(e, axis=axis, keepdims=True, initial=REAL(0)) == 0
    sign = 1 if isinstance(primitive, p.Argmax) else -1
    low, high = _ends(sign * x.astype(REAL), e)
    best = np.take_along_axis(low, y, axis)
    others = high.copy()
    np.put_along_axis(others, y, -INF, axis)
    clear = best > np.max(others, axis=axis, keepdims=True, initial=-INF)
    return np.where(exact | clear, REAL(0), INF)


def _cumulative_sum(primitive: p.CumulativeSum, operands: list[Bounded], y: Any) -> Any:
    ((x, e),) = operands
    axis = primitive.axis
    return _total(x, e, y, x.shape[axis], lambda a: np.cumsum(a, axis=axis))


def _matmul(primitive: p.MatMul, operands: list[Bounded], y: Any) -> Any:
    return _products(operands, y, np.matmul, operands[0][0].shape[-1])


def _convolution(primitive: p.Convolution, operands: list[Bounded], y: Any) -> Any:
    def convolved(x: Any, w: Any) -> Any:
        return primitive.forward(np, x, w)

    return _products(operands, y, convolved, math.prod(operands[1][0].shape[2:]))


def _fast_convolution(primitive: p.Convolution, operands: list[Bounded], y: Any) -> Any:
    """Where tiles may be transformed, an error is a share of the largest numbers of an image.

    So are overflows, and what is not finite is anywhere in its image.
    """
    bound = _convolution(primitive, operands, y)
    if y.dtype != np.float32 or len(primitive.stride) != len(_PLANE):
        return bound
    info, places = np.finfo(y.dtype), math.prod(operands[1][0].shape[3:])
    x, w = (_largest(*each) for each in operands)
    most = places * np.einsum("bgi,goi->bgo", x, w)[..., None, None]
    top = REAL(info.max) / OVERFLOW
    large = (np.max(x, (1, 2), initial=0)[:, None] > top) | (np.max(w, (0, 2), initial=0) > top)
    unknown = (most > top) | ~np.isfinite(most) | large[:, None, :, None, None]
    rounding = FAST_ROUNDINGS * REAL(info.eps) / 2 * most + TRANSFORMED * REAL(info.tiny)
    return np.where(unknown, INF, bound + rounding)


def _largest(x: Any, e: Any) -> Any:
    """The largest number of each image that an operand may have: (a, b, c)."""
    size = np.where(np.isfinite(x) & np.isfinite(e), np.abs(x.astype(REAL)) + e, INF)
    return np.max(size, axis=_PLANE, initial=REAL(0))


def _products(
    operands: list[Bounded], y: Any, product: Callable[[Any, Any], Any], count: int
) -> Any:
    """The bound of sums of `count` products in any order; `product` forms them."""
    (a, ea), (b, eb) = operands
    ones = np.ones(a.shape, int), np.ones(b.shape, int)
    if y.dtype.kind != "f":
        lost = product(np.isinf(ea).astype(int), ones[1]) + product(
            ones[0], np.isinf(eb).astype(int)
        )
        return np.where(lost > 0, INF, REAL(0))
    info = np.finfo(y.dtype)
    odd = [(~np.isfinite(x) | np.isinf(e)).astype(int) for x, e in operands]
    unsure = [(e > 0).astype(int) for _, e in operands]
    touched = product(odd[0], ones[1]) + product(ones[0], odd[1])
    vague = product(unsure[0], ones[1]) + product(ones[0], unsure[1])
    ends = [
        np.where(o, REAL(0), np.abs(x.astype(REAL)))
        for (x, _), o in zip(operands, odd, strict=True)
    ]
    wide = [s + np.where(o, REAL(0), e) for s, (_, e), o in zip(ends, operands, odd, strict=True)]
    most = product(*wide)
    bound = most - product(*ends) + (count + 1) * REAL(info.eps) * most
    bound = bound + 2 * count * REAL(info.tiny)
    bound = np.where(touched > 0, np.where(vague > 0, INF, REAL(0)), bound)
    bound = np.where(most > REAL(info.max) * 0.999, INF, bound)
    return np.where(y == 0, np.maximum(bound, SMALLEST), bound)


# ---- movement ----------------------------------------------------------------------------


def _moved(primitive: Any, operands: list[Bounded], y: Any) -> Any:
    return primitive.forward(np, *(e for _, e in operands))


def _padded(primitive: p.Pad, operands: list[Bounded], y: Any) -> Any:
    zeros = p.Pad(primitive.before, primitive.after, primitive.interior, 0.0)
    return zeros.forward(np, operands[0][1])


def _take(primitive: p.Take, operands: list[Bounded], y: Any) -> Any:
    (_, e), (indices, unsure) = operands
    return INF if np.isinf(unsure).any() else primitive.forward(np, e, indices)


def _scatter_add(primitive: p.ScatterAdd, operands: list[Bounded], y: Any) -> Any:
    (x, e), (indices, unsure) = operands
    if np.isinf(unsure).any():
        return INF
    count = max(indices.size, 1)
    return _total(x, e, y, count, lambda a: primitive.forward(np, a, indices))


def _overlap_add(primitive: p.OverlapAdd, operands: list[Bounded], y: Any) -> Any:
    ((x, e),) = operands
    count = math.prod(x.shape[x.ndim - len(primitive.axis) :])
    return _total(x, e, y, count, lambda a: primitive.forward(np, a))


RULES: Rules = {
    p.Add: _arithmetic(np.add),
    p.Gaussian: _density,
    p.LogisticDensity: _density,
    p.Subtract: _arithmetic(np.subtract),
    p.Multiply: _arithmetic(np.multiply),
    p.Divide: _arithmetic(np.divide),
    p.Power: _power,
    p.Negative: _same,
    p.Abs: _same,
    p.Sign: _step,
    p.Floor: _step,
    p.RoundedToBfloat16: _rounded,
    p.FloorDivide: _jumping,
    p.Remainder: _jumping,
    p.NextAfter: _jumping,
    p.Atan2: _jumping,
    p.BitwiseAnd: _jumping,
    p.BitwiseOr: _jumping,
    p.BitwiseXor: _jumping,
    p.BitwiseLeftShift: _jumping,
    p.BitwiseRightShift: _jumping,
    p.Argsort: _order,
    p.Maximum: _extreme_of_two,
    p.Minimum: _extreme_of_two,
    p.Sin: _wave,
    p.Cos: _wave,
    p.Equal: _comparison,
    p.Less: _comparison,
    p.LessEqual: _comparison,
    p.LogicalAnd: _logic,
    p.LogicalOr: _logic,
    p.LogicalNot: _logic,
    p.Where: _where,
    p.Cast: _cast,
    p.Identity: _same,
    p.StopGradient: _same,
    p.Sum: _sum,
    p.Prod: _prod,
    p.Max: _extreme,
    p.Min: _extreme,
    p.Argmax: _position,
    p.Argmin: _position,
    p.CumulativeSum: _cumulative_sum,
    p.MatMul: _matmul,
    p.Convolution: _convolution,
    p.Reshape: _moved,
    p.PermuteDims: _moved,
    p.BroadcastTo: _moved,
    p.Slice: _moved,
    p.Flip: _moved,
    p.Concat: _moved,
    p.Windows: _moved,
    p.OverlapAdd: _overlap_add,
    p.Pad: _padded,
    p.Take: _take,
    p.ScatterAdd: _scatter_add,
    p.CheckedIds: _same,
}

# Of programs some of whose convolutions have fewer multiplications.
FAST_RULES: Rules = RULES | {p.Convolution: _fast_convolution}
