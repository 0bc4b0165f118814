"""Comparisons, truth, bits and kinds of numbers at each position, by the names of the standard."""

import math
from typing import Any

from pellucid import primitives as p
from pellucid.primitives.base import BOOL, FLOATS
from pellucid.standard.operands import array, pair
from pellucid.strict import strict
from pellucid.tensor import Tensor

# ---- comparisons -------------------------------------------------------------------------


@strict
def equal(x1: Any, x2: Any, /) -> Tensor:
    """Whether x1 = x2; nan equals nothing."""
    a, b = pair(x1, x2)
    return a == b


@strict
def not_equal(x1: Any, x2: Any, /) -> Tensor:
    """Whether x1 and x2 differ."""
    a, b = pair(x1, x2)
    return a != b


@strict
def less(x1: Any, x2: Any, /) -> Tensor:
    """Whether x1 < x2."""
    a, b = pair(x1, x2)
    return a < b


@strict
def less_equal(x1: Any, x2: Any, /) -> Tensor:
    """Whether x1 <= x2."""
    a, b = pair(x1, x2)
    return a <= b


@strict
def greater(x1: Any, x2: Any, /) -> Tensor:
    """Whether x1 > x2."""
    a, b = pair(x1, x2)
    return a > b


@strict
def greater_equal(x1: Any, x2: Any, /) -> Tensor:
    """Whether x1 >= x2."""
    a, b = pair(x1, x2)
    return a >= b


# ---- truth -------------------------------------------------------------------------------


@strict
def logical_and(x1: Any, x2: Any, /) -> Tensor:
    """Whether both are true."""
    a, b = pair(x1, x2)
    return a.apply(p.LogicalAnd(), b)


@strict
def logical_or(x1: Any, x2: Any, /) -> Tensor:
    """Whether at least one is true."""
    a, b = pair(x1, x2)
    return a.apply(p.LogicalOr(), b)


@strict
def logical_xor(x1: Any, x2: Any, /) -> Tensor:
    """Whether just one is true."""
    a, b = pair(x1, x2)
    return a.apply(p.LogicalOr(), b) & ~a.apply(p.LogicalAnd(), b)


@strict
def logical_not(x: Any, /) -> Tensor:
    """Whether it is false."""
    return array(x).apply(p.LogicalNot())


# ---- bits --------------------------------------------------------------------------------


@strict
def bitwise_and(x1: Any, x2: Any, /) -> Tensor:
    """Bits that are set in both; of booleans, whether both are true."""
    a, b = pair(x1, x2)
    return a & b


@strict
def bitwise_or(x1: Any, x2: Any, /) -> Tensor:
    """Bits that are set in at least one."""
    a, b = pair(x1, x2)
    return a | b


@strict
def bitwise_xor(x1: Any, x2: Any, /) -> Tensor:
    """Bits that are set in just one."""
    a, b = pair(x1, x2)
    return a ^ b


@strict
def bitwise_invert(x: Any, /) -> Tensor:
    """Bits that are not set."""
    return ~array(x)


@strict
def bitwise_left_shift(x1: Any, x2: Any, /) -> Tensor:
    """The bits of x1 moved up by x2 places."""
    a, b = pair(x1, x2)
    return a << b


@strict
def bitwise_right_shift(x1: Any, x2: Any, /) -> Tensor:
    """The bits of x1 moved down by x2 places; the sign stays."""
    a, b = pair(x1, x2)
    return a >> b


# ---- kinds of numbers --------------------------------------------------------------------


@strict
def isnan(x: Any, /) -> Tensor:
    """Whether it is nan: no number."""
    t = array(x)
    return t != t  # noqa: PLR0124 (nan alone differs from itself)


@strict
def isinf(x: Any, /) -> Tensor:
    """Whether it is inf or -inf."""
    t = array(x)
    return t.abs() == math.inf if t.dtype in FLOATS else _nowhere(t)


@strict
def isfinite(x: Any, /) -> Tensor:
    """Whether it is a number that is not infinite."""
    t = array(x)
    return t.abs() < math.inf if t.dtype in FLOATS else ~_nowhere(t)


def _nowhere(x: Tensor) -> Tensor:
    """False in the shape of x."""
    return x & ~x if x.dtype == BOOL else x != x  # noqa: PLR0124
