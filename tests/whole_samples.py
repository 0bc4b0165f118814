"""Samples of whole quotients, bits, arcs, neighbours and orders; expected: Python's own arithmetic.

Python and NumPy agree on them by definition but for a divisor of 0, which Python refuses: there
a quotient of floats is that of `/`, and everything else 0 or nan.
"""

import math
import operator
from collections.abc import Callable

import numpy as np
from sample import F4, F8, I4, I8, Sample, few, ordinary

from pellucid import primitives as p

INTEGERS = [np.uint8, np.uint32, np.int32, np.int64]


def table(make: Callable[..., object], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The operation on every pair, one by one, in Python's numbers."""
    pairs = [[make(x.item(), y.item()) for y in b] for x in a]
    with np.errstate(all="ignore"):
        return np.array(pairs).astype(a.dtype)


def floor_divided(a: float, b: float) -> float:
    if b == 0:
        negative = math.copysign(1.0, a) != math.copysign(1.0, b)
        infinite = -math.inf if negative else math.inf
        return math.nan if a == 0 or math.isnan(a) else infinite
    return math.nan if math.isinf(a) else a // b


def remainder(a: float, b: float) -> float:
    return math.nan if b == 0 or math.isinf(a) else a % b


def some(dtype: type) -> np.ndarray:
    """The ends of the range, and small numbers of both signs where there are two."""
    info = np.iinfo(dtype)
    numbers = [0, 1, 2, 3, 7, 100, info.max, info.max - 1, info.min, info.min + 1]
    return np.array(numbers + ([-1, -2, -3, -7, -100] if info.min else []), dtype)


def wrapped(number: int, dtype: type) -> int:
    info = np.iinfo(dtype)
    return (number - info.min) % (info.max - info.min + 1) + info.min


def of_integers(dtype: type) -> list[Sample]:
    x, bits = some(dtype), 8 * np.dtype(dtype).itemsize
    places = np.array([0, 1, 2, bits - 1], dtype)

    def by(make: Callable[[int, int], int]) -> Callable[..., object]:
        return lambda a, b: wrapped(make(a, b) if b else 0, dtype)

    def each(make: Callable[[int, int], int]) -> Callable[..., object]:
        return lambda a, b: wrapped(make(a, b), dtype)

    rows = [
        (p.FloorDivide(), x, by(operator.floordiv)),
        (p.Remainder(), x, by(operator.mod)),
        (p.BitwiseAnd(), x, each(operator.and_)),
        (p.BitwiseOr(), x, each(operator.or_)),
        (p.BitwiseXor(), x, each(operator.xor)),
        (p.BitwiseLeftShift(), places, each(operator.lshift)),
        (p.BitwiseRightShift(), places, each(operator.rshift)),
    ]
    return [
        Sample(f"{primitive.name} {x.dtype}", primitive, (x[:, None], b), table(make, x, b))
        for primitive, b, make in rows
    ]


def of_floats(dtype: type) -> list[Sample]:
    x = few(dtype)
    ordered = np.array([2.0, -0.0, np.nan, 0.0, -np.inf, 2.0, np.inf, -1.0], dtype)
    rows = [(p.FloorDivide(), floor_divided), (p.Remainder(), remainder), (p.Atan2(), math.atan2)]
    found = [
        Sample(f"{primitive.name} {x.dtype}", primitive, (x[:, None], x), table(make, x, x))
        for primitive, make in rows
    ]
    steps = [(1.0, 2.0), (1.0, -2.0), (0.0, -1.0), (1.0, 1.0), (np.inf, 0.0), (np.nan, 1.0)]
    info = np.finfo(dtype)
    after = [1 + info.eps, 1 - info.eps / 2, -info.smallest_subnormal, 1.0, info.max, np.nan]
    a, b = np.array(steps, dtype).T
    found.append(Sample(f"nextafter {x.dtype}", p.NextAfter(), (a, b), np.array(after, dtype)))
    positions = np.array([4, 7, 1, 3, 0, 5, 6, 2])
    found.append(Sample(f"argsort {x.dtype}", p.Argsort(0), (ordered,), positions))
    return found


def _sorted_positions(x: np.ndarray) -> np.ndarray:
    """The positions along the middle axis of three, by Python's own stable sort."""
    y = np.empty(x.shape, I8)
    for i in range(x.shape[0]):
        for k in range(x.shape[2]):
            line = x[i, :, k].tolist()
            y[i, :, k] = sorted(range(len(line)), key=line.__getitem__)
    return y


LINES = ordinary(2, 33, 3, dtype=F4).round(1)
WHOLE = [sample for dtype in INTEGERS for sample in of_integers(dtype)]
WHOLE += [sample for dtype in (F4, F8) for sample in of_floats(dtype)]
WHOLE += [
    Sample("argsort ties", p.Argsort(1), (LINES,), _sorted_positions(LINES)),
    Sample("argsort empty", p.Argsort(0), (np.zeros((0, 2), F4),), np.zeros((0, 2), I8)),
    Sample("argsort int", p.Argsort(0), (np.array([3, -1, 3, 0], I4),), np.array([1, 3, 0, 2])),
]
