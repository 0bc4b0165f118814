"""A measure that falls with each rewrite, so that rewriting ends.

    weight          of a term, a whole number of at least 1
    falls           whether every term of a result weighs less than what it was written for
    watched         what every rewrite was given and gave, while something is read

A rewrite puts a sum in the place of one term. If each of its terms weighs less, the multiset of the
weights of all terms falls (Dershowitz and Manna, 1979), and there is no endless way down from one.

Factors of a product add their weights and one for each product sign. What a function weighs grows
with its argument: exp and log with its square, so that they weigh more than their parts; sigmoid
and softmax, which stand for more, in proportion; and more where a minus sign leads. An inverse of
a sigmoid weighs more than what is written for it, and four times as much for each further power.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from pellucid.explanation import algebra, conditions, rewrites
from pellucid.explanation.expressions import (
    ONE,
    Expression,
    Operation,
    applied,
    factors,
    is_call,
    product_of,
    terms,
)

Event = tuple[str, Expression, Expression]
SQUARED = {"exp": 1, "log": 0, "log1p": 8, "expm1": 12}
SIGN = 3


def weight(x: Expression) -> int:
    """What a term weighs; of a sum, all of its terms together."""
    if x.kind == "symbol":
        return 2
    if x.kind == "sum":
        return max(1, sum(weight(t) + (abs(c) != 1) for t, c in terms(x)))
    if x.kind == "product":
        powers = factors(x)
        return sum(_power(base, n) for base, n in powers) + max(len(powers) - 1, 0) + (x is ONE)
    return _call(x)


def _call(x: Expression) -> int:
    inner = sum(map(weight, x.inputs))
    name = x.head.name
    first = terms(x.inputs[0])[:1] if x.inputs else []
    sign = SIGN if first and first[0][1] < 0 else 0
    if name in SQUARED:
        u = rewrites._argument_of_one_plus_exp(x.inputs[0]) if name == "log" else None
        turned = weight(u) + 2 if u is not None and rewrites._leads_negative(u) else 0
        return inner * inner + SQUARED[name] + sign + turned
    return inner + (12 if name == "logistic_density" else 2) + sign


def _power(base: Expression, n: Any) -> int:
    parts = [t for t, _ in terms(base) if is_call(t, "sigmoid")]
    if n < 0 and parts:
        inner = weight(parts[0].inputs[0])
        return int((inner * inner + 24) * 4 ** int(-n - 1))
    return weight(base) + (n != 1)


def falls(before: Expression, after: Expression) -> bool:
    """Whether each term of what a rewrite gave weighs less than the term that it was given."""
    return all(weight(t) + (abs(c) != 1) < weight(before) for t, c in terms(after))


@contextmanager
def watched() -> Iterator[list[Event]]:
    """The events of all rewrites, and of conditions that are taken either way."""
    events: list[Event] = []

    def noting(name: str, rewrite: Callable[..., Any], made: Callable[..., Expression]) -> Any:
        def call(*given: Any) -> Any:
            before = made(*(dict(x) if isinstance(x, dict) else x for x in given))
            found = rewrite(*given)
            if found is not None:
                events.append((name, before, found))
            return found

        return call

    products = [noting("product", f, product_of) for f in algebra.OF_PRODUCTS]
    powers = [noting("power", f, lambda x, n: product_of({x: n})) for f in algebra.OF_POWERS]
    functions = {
        name: [noting(name, f, _of(name)) for f in rules]
        for name, rules in algebra.OF_FUNCTIONS.items()
    }
    assert conditions
    with (
        mock.patch.object(algebra, "OF_PRODUCTS", products),
        mock.patch.object(algebra, "OF_POWERS", powers),
        mock.patch.object(algebra, "OF_FUNCTIONS", functions),
    ):
        yield events


def _of(name: str) -> Callable[[Expression], Expression]:
    return lambda x: applied(Operation(name), (x,), x.shape)
