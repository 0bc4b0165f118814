"""Where the numbers of an expression lie, as far as its form tells.

Interval    its ends, which it does not contain
interval    that of an expression
"""

from typing import NamedTuple

from pellucid.explanation.expressions import (
    INFINITY,
    ONE,
    Expression,
    is_call,
    terms,
)


class Interval(NamedTuple):
    """The numbers above `low` and below `high`."""

    low: float
    high: float


ANY = Interval(-INFINITY, INFINITY)
POSITIVE = Interval(0.0, INFINITY)
SHARE = Interval(0.0, 1.0)
RANGES = {
    "exp": POSITIVE,
    "sigmoid": SHARE,
    "softmax": SHARE,
    "tanh": Interval(-1.0, 1.0),
}


def interval(x: Expression) -> Interval:
    """The open interval that the numbers of an expression lie in."""
    if x.kind == "symbol":
        return Interval(x.head.low, x.head.high)
    if is_call(x, "reshape", "sum", "transpose", "broadcast_to"):
        return POSITIVE if interval(x.inputs[0]).low == 0 else ANY
    if x.kind == "call":
        return RANGES.get(x.head.name, ANY)
    if x is ONE:
        return Interval(1.0, 1.0)
    if x.kind == "product":
        positive = all(interval(base).low >= 0 for base in x.inputs)
        return POSITIVE if positive else ANY
    ends = [_multiple(interval(term), float(c)) for term, c in terms(x)]
    return Interval(
        sum(each.low for each in ends),
        sum(each.high for each in ends),
    )


def _multiple(numbers: Interval, c: float) -> Interval:
    """What a factor makes of an interval: one below 0 exchanges its ends."""
    ends = (c * numbers.low, c * numbers.high)
    return Interval(min(ends), max(ends))
