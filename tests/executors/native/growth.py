"""How a random program grows by one primitive of each kind.

GROW    for each primitive, what adds a node of it to a builder
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from executors.native.attention_growth import attention
from executors.native.scan_growth import scan
from executors.native.window_growth import convolution, overlap_add, windows
from samples import ONE_OF_EACH

from pellucid import primitives as p
from pellucid.primitives.base import BOOL, DTYPES, FLOATS, INTEGERS, NUMBERS, SUMMABLE, UINT32
from pellucid.primitives.reduction import Reduction
from pellucid.primitives.scan import Scan
from pellucid.tensor import Tensor

Growth = Callable[[Any], Tensor | None]

LARGE_SIDE = 700  # of a matrix that products take in blocks


def _unary(kind: type[p.Primitive]) -> Growth:
    return lambda builder: builder.add(ONE_OF_EACH[kind], builder.pick(kind.accepts))


def _binary(kind: type[p.Primitive]) -> Growth:
    def grow(builder: Any) -> Tensor | None:
        a = builder.pick(kind.accepts)
        b = builder.partner(a)
        return builder.add(ONE_OF_EACH[kind], *((a, b) if builder.chance(50) else (b, a)))

    return grow


def _power(builder: Any) -> Tensor | None:
    """A power of a value, or one that is known: some of those need no logarithm."""
    if builder.chance(40):
        return _binary(p.Power)(builder)
    x = builder.pick(FLOATS)
    exponent = builder.choice((-1.0, -0.5, 0.5, 2.0, 3.0, 0.0, 1.0, 2.5))
    shape = tuple(1 for _ in x.shape) if builder.chance(50) else ()
    known = builder.leaf(shape, x.dtype, np.full(shape, exponent, x.dtype), kind="constants")
    return builder.add(p.Power(), x, known)


def _where(builder: Any) -> Tensor | None:
    a = builder.pick(DTYPES)
    b = builder.partner(a)
    return builder.add(p.Where(), builder.partner(a, BOOL), a, b)


def _cast(builder: Any) -> Tensor | None:
    return builder.add(p.Cast(builder.choice(DTYPES)), builder.pick(DTYPES))


def _axes(builder: Any, x: Tensor) -> tuple[int, ...]:
    return tuple(i for i in range(len(x.shape)) if builder.chance(50))


def _reduction(kind: type[p.Primitive]) -> Growth:
    def grow(builder: Any) -> Tensor | None:
        x = builder.pick(kind.accepts, lambda v: len(v.shape) > 0)
        axes = _axes(builder, x)
        if builder.chance(10):
            x, axes = builder.leaf((builder.choice((1, 3)), 0), x.dtype), (1,)
        y = builder.add(kind(axes), x)
        if y is not None and builder.chance(30):  # without the axes of size 1, as users mostly ask
            rest = tuple(n for i, n in enumerate(x.shape) if i not in axes)
            return builder.add(p.Reshape(rest), y)
        return y

    return grow


def _along(kind: type[p.Primitive]) -> Growth:
    def grow(builder: Any) -> Tensor | None:
        x = builder.pick(kind.accepts, lambda v: len(v.shape) > 0)
        return builder.add(kind(builder.source.integer(0, len(x.shape) - 1)), x)

    return grow


def _reshape(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES)
    factors: list[int] = []
    for n in x.shape:
        divisors = [d for d in range(1, n + 1) if n % d == 0] or [0]
        d = builder.choice(divisors)
        factors += [d, n // d] if d and builder.chance(50) else [n]
    while len(factors) > 1 and builder.chance(50):  # join neighbours
        at = builder.source.integer(0, len(factors) - 2)
        factors[at : at + 2] = [factors[at] * factors[at + 1]]
    if builder.chance(30):
        factors.insert(builder.source.integer(0, len(factors)), 1)
    return builder.add(p.Reshape(tuple(factors)), x)


def _permute_dims(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES)
    rest, axes = list(range(len(x.shape))), []
    while rest:
        axes.append(rest.pop(builder.source.integer(0, len(rest) - 1)))
    return builder.add(p.PermuteDims(tuple(axes)), x)


def _broadcast_to(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES)
    to = [builder.choice((0, 1, 2, 3, 17)) if n == 1 and builder.chance(70) else n for n in x.shape]
    if builder.chance(40):
        to.insert(0, builder.choice((0, 1, 2, 3, 5)))
    return builder.add(p.BroadcastTo(tuple(to)), x)


def _slice(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES)
    start, count, step = [], [], []
    for n in x.shape:
        a = builder.source.integer(0, min(n, 3))
        s = builder.choice((1, 1, 2, 3))
        most = -(-(n - a) // s)
        start.append(a)
        step.append(s)
        count.append(max(most - builder.source.integer(0, 2), 0))
    return builder.add(p.Slice(tuple(start), tuple(count), tuple(step)), x)


def _pad(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES)
    widths = [tuple(builder.choice((0, 0, 1, 2)) for _ in x.shape) for _ in range(3)]
    value = builder.choice((0.0, 0.0, 1.0, np.inf) if x.dtype in FLOATS else (0.0, 1.0))
    return builder.add(p.Pad(*widths, value), x)


def _flip(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES)
    return builder.add(p.Flip(_axes(builder, x)), x)


def _concat(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES, lambda v: len(v.shape) > 0)
    axis = builder.source.integer(0, len(x.shape) - 1)

    def fits(v: Tensor) -> bool:
        same = v.shape[:axis] + v.shape[axis + 1 :] == x.shape[:axis] + x.shape[axis + 1 :]
        return v.dtype == x.dtype and len(v.shape) == len(x.shape) and same

    others = [v for v in builder.values if fits(v)]
    parts = [x, *(builder.choice(others) for _ in range(builder.source.integer(0, 2)))]
    return builder.add(p.Concat(axis), *parts)


def _matmul(builder: Any) -> Tensor | None:
    if builder.chance(33) and not builder.is_inside:
        return _large_product(builder) if builder.chance(60) else attention(builder)
    a = builder.pick(SUMMABLE, lambda v: len(v.shape) > 1)
    if len(a.shape) == 2 and builder.chance(35):
        return _there_and_back(builder, a)
    found = [v for v in builder.values if v.dtype == a.dtype and len(v.shape) > 1]
    found = [v for v in found if v.shape[-2] == a.shape[-1]]
    if found and builder.chance(50):
        b = builder.choice(found)
    elif builder.chance(25):
        b = builder.add(p.PermuteDims((*range(len(a.shape) - 2), *_last_two(a))), a)
    else:
        batch = tuple(1 if builder.chance(30) else n for n in a.shape[:-2])
        batch = batch[builder.source.integer(0, len(batch)) :]
        b = builder.leaf((*batch, a.shape[-1], builder.choice((0, 1, 2, 3, 5, 16, 33))), a.dtype)
    return builder.add(p.MatMul(), a, b)


def _large_product(builder: Any) -> Tensor | None:
    """A product of a size at which operands are copied into blocks, with something after it."""
    m, k, n = (builder.source.integer(1, LARGE_SIDE) for _ in range(3))
    dtype = builder.choice(FLOATS)
    a, b = (_maybe_turned(builder, shape, dtype) for shape in ((m, k), (k, n)))
    result = builder.add(p.MatMul(), a, b, most=LARGE_SIDE**2)
    if builder.chance(50):
        result = builder.add(p.Add(), result, builder.leaf((n,), dtype), most=LARGE_SIDE**2)
    return result


def _maybe_turned(builder: Any, shape: tuple[int, int], dtype: Any) -> Tensor:
    """A matrix, as it lies in memory or transposed."""
    if builder.chance(50):
        return builder.leaf(shape, dtype)
    return builder.add(p.PermuteDims((1, 0)), builder.leaf(shape[::-1], dtype), most=LARGE_SIDE**2)


def _there_and_back(builder: Any, a: Tensor) -> Tensor | None:
    """The result of a unit, something done with it, and the gradient of its weights."""
    weights = builder.leaf((a.shape[1], 1), a.dtype)
    result = builder.add(p.MatMul(), a, weights)
    if builder.chance(50):
        result = builder.add(p.Negative(), result)
    turned = builder.add(p.PermuteDims((1, 0)), a)
    if builder.chance(50):
        return builder.add(p.MatMul(), turned, result)
    # What such a product becomes, or nearly: only a sum of products may be cut into strips.
    kind = builder.choice((p.Multiply, p.Add, p.Maximum))
    both = builder.add(kind(), turned, builder.add(p.PermuteDims((1, 0)), result))
    return builder.add(p.Sum((builder.choice((0, 1, 1)),)), both)


def _last_two(x: Tensor) -> tuple[int, int]:
    return len(x.shape) - 1, len(x.shape) - 2


def _take(builder: Any) -> Tensor | None:
    x = builder.pick(DTYPES, lambda v: len(v.shape) > 0)
    axis = builder.source.integer(0, len(x.shape) - 1)
    shape = builder.choice(((), (1,), (3,), (17,), (2, 3), (0,)))
    if x.shape[axis] == 0:
        shape = (0,)
    return builder.add(p.Take(axis), x, builder.indices(shape, x.shape[axis]))


def _scatter_add(builder: Any) -> Tensor | None:
    x = builder.pick(NUMBERS, lambda v: len(v.shape) > 0)
    axis = builder.source.integer(0, len(x.shape) - 1)
    end = min(axis + builder.choice((0, 1, 1, 1, 2)), len(x.shape))
    size = builder.choice((1, 2, 5, 17))
    indices = builder.indices(x.shape[axis:end], size)
    return builder.add(p.ScatterAdd(axis, size), x, indices)


def _checked_ids(builder: Any) -> Tensor | None:
    count, shape = builder.choice((1, 2, 5, 17)), builder.shape()
    generator = np.random.default_rng(builder.source.integer(0, 2**20))
    array = generator.integers(0, count, shape).astype(builder.choice(INTEGERS))
    ids = builder.leaf(shape, array.dtype, array, fixed=True)
    return builder.add(p.CheckedIds(count), ids)


def _arange(builder: Any) -> Tensor | None:
    start, step = builder.choice(((0.0, 1.0), (3.0, 2.0), (1.0, 0.0), (0.5, 0.25)))
    of = builder.choice(NUMBERS)
    return builder.add(p.Arange(start, step, builder.choice((0, 1, 3, 17, 65)), of))


def _random_bits(builder: Any) -> Tensor | None:
    key, draw = builder.leaf((2,), UINT32), builder.leaf((), UINT32)
    bits = builder.choice((1, 8, 24, 32))
    shape = builder.shape()
    return builder.add(p.RandomBits(shape, bits), key, draw)


GROW: dict[type[p.Primitive], Growth] = {
    **{
        kind: _unary(kind)
        for kind in p.PRIMITIVES
        if issubclass(kind, p.Elementwise) and kind.arity == 1 and kind is not p.Gaussian
    },
    **{
        kind: _binary(kind)
        for kind in p.PRIMITIVES
        if issubclass(kind, p.Elementwise) and kind.arity == 2
    },
    **{kind: _reduction(kind) for kind in p.PRIMITIVES if issubclass(kind, Reduction)},
    **{kind: _along(kind) for kind in (p.Argmax, p.Argmin, p.CumulativeSum, p.Argsort)},
    p.Gaussian: lambda b: b.add(p.Gaussian(b.choice((0.5, 1.0))), b.pick(FLOATS)),
    p.Power: _power,
    p.Where: _where,
    p.Cast: _cast,
    p.Reshape: _reshape,
    p.PermuteDims: _permute_dims,
    p.BroadcastTo: _broadcast_to,
    p.Slice: _slice,
    p.Pad: _pad,
    p.Flip: _flip,
    p.Concat: _concat,
    p.Windows: windows,
    p.OverlapAdd: overlap_add,
    p.Convolution: convolution,
    p.MatMul: _matmul,
    p.Take: _take,
    p.ScatterAdd: _scatter_add,
    p.CheckedIds: _checked_ids,
    p.Arange: _arange,
    p.RandomBits: _random_bits,
    Scan: scan,
}
