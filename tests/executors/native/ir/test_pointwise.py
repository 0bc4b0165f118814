"""Which rules can be run on lanes: tried, and nothing that they raise comes out."""

from dataclasses import dataclass

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.executors.native.ir.pointwise import is_pointwise
from pellucid.graph import Node, Value
from pellucid.primitives import Elementwise, Primitive
from pellucid.primitives.base import FLOATS

FLOAT, BOOL = np.dtype(np.float32), np.dtype(bool)


def node(primitive, *dtypes, to=FLOAT):
    inputs = tuple(Value(f"x{i}", (3,), np.dtype(d)) for i, d in enumerate(dtypes or (FLOAT,)))
    return Node(primitive, inputs, Value("y", (3,), to))


@dataclass(frozen=True)
class Ruled(Elementwise):
    """Its rule is what a test gives it."""

    rule: object
    accepts = FLOATS

    def forward(self, xp, *operands):
        return self.rule(xp, *operands)


NATIVE = {
    "operators": lambda xp, x: x * x + 1.0,
    "names": lambda xp, x: xp.where(x > 0, xp.exp(x), xp.abs(x)),
    "numbers of NumPy": lambda xp, x: np.float32(2.0) * x,
}
FOREIGN = {
    "a name that lanes lack": lambda xp, x: xp.arccosh(x),
    "NumPy itself": lambda xp, x: np.sqrt(x),
    "a branch": lambda xp, x: x if bool(x > 0) and x.any() else -x,
    "another dtype": lambda xp, x: x > 0.0,
    "no lanes": lambda xp, x: 3.0,
    "all lanes at once": lambda xp, x: x.sum(),
    "an error of its own": lambda xp, x: 1 / 0,
}


@pytest.mark.parametrize("name", NATIVE)
def test_rules_of_operators_and_known_names_run_on_lanes(name):
    assert is_pointwise(node(Ruled(NATIVE[name])))


@pytest.mark.parametrize("name", FOREIGN)
def test_other_rules_do_not_and_raise_nothing(name):
    assert not is_pointwise(node(Ruled(FOREIGN[name])))


def test_a_result_of_another_dtype_counts_where_the_graph_says_so():
    rule = Ruled(FOREIGN["another dtype"])
    assert is_pointwise(node(rule, to=BOOL))


@pytest.mark.parametrize("primitive", [p.Add(), p.Where(), p.Tanh(), p.Arange(3, 0, 1, FLOAT)])
def test_the_librarys_own_are_known_by_their_row(primitive):
    assert is_pointwise(node(primitive))


@pytest.mark.parametrize("primitive", [p.MatMul(), p.Reshape((3, 1)), p.Take(0)])
def test_products_and_movements_are_not(primitive):
    assert not is_pointwise(node(primitive))


@pytest.mark.parametrize(("shape", "axis"), [((3,), ()), ((3, 1), (1,)), ((1, 1), (0, 1))])
def test_a_reduction_is_where_each_result_is_of_one_number(shape, axis):
    def reduced(shape):
        output = Value("y", p.Sum(axis).shape(shape), FLOAT)
        return Node(p.Sum(axis), (Value("x", shape, FLOAT),), output)

    assert is_pointwise(reduced(shape))
    assert axis == () or not is_pointwise(reduced((4, 4)))


class Sorted(Primitive):
    """Elementwise by its rule alone: not declared to be."""

    def shape(self, x):
        return x

    def forward(self, xp, x):
        return x + 1.0


def test_only_what_is_declared_elementwise_is_tried():
    assert not is_pointwise(node(Sorted()))


def test_integers_of_other_signs_are_another_dtype():
    rule = Ruled(lambda xp, x: x.astype(np.uint32))
    assert is_pointwise(node(rule, to=np.dtype(np.uint32)))
    assert not is_pointwise(node(rule, to=np.dtype(np.int32)))
