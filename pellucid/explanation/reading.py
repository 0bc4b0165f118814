"""Graphs read as expressions: what each primitive means in algebra.

    reader, Reader  the expressions of a graph's values, some of them given
    constant        an array of numbers as an expression, or None where it is no single number

Elementwise arithmetic, sums, products of matrices and choices become algebra; any other primitive,
a user's own too, stays what it is: its name, applied to expressions.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.explanation.algebra import minus, plus, power, scaled, times, unary
from pellucid.explanation.arrays import (
    MANY,
    fitted,
    product,
    reshaped,
    summed,
)
from pellucid.explanation.conditions import chosen, is_equal, is_less, larger, same_ids, smaller
from pellucid.explanation.correlations import corr_read, flip_read
from pellucid.explanation.expressions import (
    LIMITLESS,
    ONE,
    SAMPLES,
    Expression,
    Operation,
    applied,
    number,
    symbol,
    value_of,
)
from pellucid.explanation.movements import (
    concat_read,
    crossing_read,
    padded_read,
    part_read,
    permuted_read,
    sliced_read,
    split_read,
)
from pellucid.explanation.stepwise import over_time
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import BOOL

HALF = Fraction(1, 2)
NEAR = Fraction(1, 1 << 22)  # relative, of a float32 and the fraction it was rounded from


@dataclass(frozen=True)
class Reader:
    """A graph to be read: `basis`, what its inputs and constants are."""

    graph: Graph
    basis: Mapping[str, Expression]

    @cached_property
    def _makers(self) -> dict[str, int]:
        return {node.output.name: i for i, node in enumerate(self.graph.nodes)}

    @cached_property
    def _counts(self) -> set[str]:
        return {value.name for value, array in self.graph.constants if _counts_up(array)}

    def expression(self, name: str, given: Mapping[str, Expression]) -> Expression:
        """The expression of a value; values that are `given` are not looked into."""
        known = {**self.basis, **given}
        for place in self._needed(name, known):
            node = self.graph.nodes[place]
            known[node.output.name] = _read(node, known, self._counts)
        return known[name]

    def _needed(self, name: str, known: Collection[str]) -> list[int]:
        """The places of the nodes that a value needs beyond what is known, in their order."""
        waiting = [name]
        needed: set[int] = set()
        while waiting:
            each = waiting.pop()
            if each in known:
                continue
            place = self._makers[each]
            if place not in needed:
                needed.add(place)
                inputs = self.graph.nodes[place].inputs
                waiting += [value.name for value in inputs]
        return sorted(needed)


def reader(graph: Graph, shares: Collection[str] = ()) -> Reader:
    """A graph to be read, its inputs as symbols by their own names.

    `shares`: the names of those that sum to one along their last axis.
    """
    basis = {}
    for value in graph.inputs:
        is_whole = value.name in shares
        own = symbol(value.name, value.shape, shares=True) if is_whole else _symbol_of(value)
        basis[value.name] = own
    for value, array in graph.constants:
        basis[value.name] = constant(array) or _symbol_of(value)
    return Reader(graph, basis)


def _symbol_of(value: Value) -> Expression:
    own = symbol(value.name, value.shape)
    return held(own) if value.dtype == BOOL else own


def constant(array: Any) -> Expression | None:
    """A number, where all elements are the same one; a whole multiple of `MANY` counts samples."""
    flat = np.asarray(array).reshape(-1)
    if flat.size == 0 or not (flat == flat[0]).all():
        return None
    value = float(flat[0])
    if math.isinf(value):
        return LIMITLESS if value > 0 else scaled(-1, LIMITLESS)
    if value and value % MANY == 0:
        return scaled(Fraction(int(value) // MANY), SAMPLES)
    share = Fraction(value) * MANY
    simple = share.limit_denominator(16)
    if value and abs(share) <= 64 and abs(simple - share) <= abs(simple) * NEAR:
        return scaled(simple, power(SAMPLES, Fraction(-1)))
    return number(value)


def _counts_up(array: Any) -> bool:
    """Whether numbers are 0, 1, 2, ..., as those of classes."""
    flat = np.asarray(array)
    if flat.ndim != 1 or flat.size < 2:
        return False
    return np.array_equal(flat, np.arange(flat.size))


def _read(node: Node, known: Mapping[str, Expression], counts: set[str]) -> Expression:
    parts = [known[value.name] for value in node.inputs]
    kind = node.primitive.name
    if kind == "equal":
        found = _one_hot(node, known, counts)
        if found is not None:
            return found
    if kind in SIMPLE:
        return SIMPLE[kind](*parts)
    if kind in FUNCTIONS and type(node.primitive).__module__.startswith("pellucid."):
        return unary(kind, parts[0])
    if kind in WITH_NODE:
        found = WITH_NODE[kind](node, *parts)
        if found is not None:
            return found
    return opaque(node, parts)


def held(x: Expression) -> Expression:
    """A condition that is given, as a number."""
    return applied(Operation("holds"), (x,), x.shape)


def opaque(node: Node, parts: list[Expression]) -> Expression:
    """A primitive as it is, applied to inputs of exactly their shapes."""
    shaped = [fitted(x, v.shape) for x, v in zip(parts, node.inputs, strict=True)]
    rule = str(node.primitive)
    made = applied(Operation(node.primitive.name, (), rule), shaped, node.output.shape)
    return held(made) if node.output.dtype == BOOL else made


def _one_hot(node: Node, known: Mapping[str, Expression], counts: set[str]) -> Expression | None:
    for ids, classes in (node.inputs, node.inputs[::-1]):
        if classes.name in counts and ids.shape[-1:] == (1,) and ids.dtype.kind in "iu":
            return same_ids(fitted(known[ids.name], ids.shape), node.output.shape)
    return None


def _power(a: Expression, b: Expression) -> Expression | None:
    n = value_of(b)
    return None if n is None else power(a, n)


def _cast(node: Node, x: Expression) -> Expression | None:
    """Floats stay what they are, and conditions are numbers already."""
    given = node.inputs[0].dtype
    to = node.primitive.to
    stays = to.kind == "f" or given in (to, BOOL)
    return x if stays else None


def _sum(node: Node, x: Expression) -> Expression:
    shape = node.inputs[0].shape
    return over_time(summed(x, node.primitive.axis, shape))


def _reduced(node: Node, x: Expression) -> Expression:
    shape = node.inputs[0].shape
    axes = tuple(axis - len(shape) for axis in node.primitive.axis)
    operation = Operation(node.primitive.name, axes)
    return applied(operation, (fitted(x, shape),), node.output.shape)


def _reshape(node: Node, x: Expression) -> Expression:
    return reshaped(x, node.inputs[0].shape, node.output.shape)


def _matmul(node: Node, a: Expression, b: Expression) -> Expression:
    left, right = node.inputs
    return product(a, b, (left.shape, right.shape), node.output.shape)


def _or(p: Expression, q: Expression) -> Expression:
    return minus(plus(p, q), times(p, q))


SIMPLE: dict[str, Callable[..., Expression]] = {
    "add": plus,
    "subtract": minus,
    "multiply": times,
    "divide": lambda a, b: times(a, power(b, Fraction(-1))),
    "negative": lambda x: scaled(-1, x),
    "sqrt": lambda x: power(x, HALF),
    "identity": lambda x: x,
    "stop_gradient": lambda x: x,
    "checked_ids": lambda x: x,
    "broadcast_to": lambda x: x,
    "less": is_less,
    "less_equal": lambda a, b: minus(ONE, is_less(b, a)),
    "equal": is_equal,
    "logical_and": times,
    "logical_or": _or,
    "logical_not": lambda p: minus(ONE, p),
    "where": chosen,
    "maximum": larger,
    "minimum": smaller,
}
FUNCTIONS = (
    "exp",
    "log",
    "log1p",
    "expm1",
    "sigmoid",
    "logistic_density",
    "tanh",
    "abs",
    "sign",
    "floor",
    "sin",
    "cos",
    "erf",
    "normal_cdf",
)
WITH_NODE: dict[str, Callable[..., Expression | None]] = {
    "power": lambda node, a, b: _power(a, b),
    "cast": _cast,
    "sum": _sum,
    "max": _reduced,
    "min": _reduced,
    "prod": _reduced,
    "reshape": _reshape,
    "permute_dims": permuted_read,
    "convolution": corr_read,
    "flip": flip_read,
    "crossing": crossing_read,
    "slice": sliced_read,
    "pad": padded_read,
    "concat": concat_read,
    "split": split_read,
    "part": part_read,
    "matmul": _matmul,
}
