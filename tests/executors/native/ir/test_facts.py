"""One table tells the compiler of primitives, and nothing falls through it."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.executors.native.ir import facts
from pellucid.executors.native.ir.facts import FACTS, WRITTEN, Cost, Facts, Lowering, facts_of
from pellucid.executors.native.kernels.standalone import _CODE
from pellucid.primitives import PRIMITIVES, RECORDS
from pellucid.primitives.base import Elementwise
from pellucid.primitives.reduction import Reduction, Sum


def test_every_primitive_of_the_library_has_one_row() -> None:
    without = [primitive.name for primitive in (*PRIMITIVES, *RECORDS) if primitive not in FACTS]
    assert without == [], "give them a row of FACTS in executors/native/ir/facts.py"
    assert set(FACTS) == {*PRIMITIVES, *RECORDS, *WRITTEN}


def test_rows_say_what_their_primitives_are() -> None:
    for primitive, row in FACTS.items():
        assert (row.lowering is Lowering.POINTWISE) == issubclass(primitive, Elementwise), primitive
        assert (row.lowering is Lowering.REDUCED) == issubclass(primitive, Reduction), primitive
        assert (row.joining is not None) == (row.lowering is Lowering.REDUCED), primitive
        assert row.cost is Cost.USUAL or row.lowering in {
            Lowering.POINTWISE,
            Lowering.COUNTED,
        }, primitive


def test_what_has_code_by_itself_is_what_the_table_says() -> None:
    assert {kind for kind, row in FACTS.items() if row.lowering is Lowering.SINGLE} == set(_CODE)


@dataclass(frozen=True)
class SumOfSquares(Reduction):
    """A reduction that the table does not know."""

    def forward(self, xp, x):
        return xp.sum(x * x, axis=self.axis, keepdims=True)

    def backward(self, dy, y, x):
        return (dy * 2.0 * x,)


class AnotherSum(Sum):
    """A subclass of one that it knows, with another rule."""

    def forward(self, xp, x):
        return super().forward(xp, x) + 1


@pytest.mark.parametrize(("rows", "columns"), [(5, 37), (3, 5000), (4000, 3), (1, 19), (1, 1)])
@pytest.mark.parametrize("axis", [(), (0,), (1,), (0, 1)])
def test_a_reduction_with_a_row_is_native_and_gives_what_each_number_gives(
    rows, columns, axis, monkeypatch
) -> None:
    added = FACTS[Sum].joining
    joining = replace(added, each=lambda xp, x: x * x)
    monkeypatch.setitem(FACTS, SumOfSquares, Facts(Lowering.REDUCED, joining=joining))
    x = np.random.default_rng(0).normal(size=(rows, columns)).astype(np.float32)
    run = pc.compile(lambda x: pc.apply(SumOfSquares(axis), x * 0.5) + 0.0)
    exact = ((x.astype(np.float64) * 0.5) ** 2).sum(axis=axis, keepdims=True)
    np.testing.assert_allclose(run(x).numpy(), exact, rtol=3e-7)
    assert run.report(x).fallbacks == ()


def another(kind):
    """A subclass of a primitive with another rule: one more than before."""

    def one_more(self, xp, x):
        return kind.forward(self, xp, x) + 1

    def with_another(self, xp, x, y):
        return kind.forward(self, xp, x, y) + 1

    return type(
        f"Another{kind.__name__}", (kind,), {"forward": (one_more, with_another)[kind.arity - 1]}
    )


X, IDS = np.full((2, 3), 2.0, np.float32), np.array([1, 0])
IMAGE, WINDOW = np.ones((1, 1, 2, 4), np.float32), np.ones((1, 3, 2, 2), np.float32)
SUBCLASSED = [
    (p.Pad, ((0, 1), (1, 0), (0, 0), 5.0), (X,)),
    (p.Take, (0,), (X, IDS)),
    (p.Convolution, ((1,), (0,), (0,), (1,), (1,)), (IMAGE, WINDOW)),
    (p.MatMul, (), (X, X[0, :, None])),
    (p.Identity, (), (X,)),
    (p.StopGradient, (), (X,)),
    (p.Multiply, (), (X, np.ones((2, 3), np.float32))),
    (p.BroadcastTo, ((2, 3),), (X,)),
    (p.Reshape, ((3, 2),), (X,)),
    (p.Flip, ((0,),), (X[:1],)),
    *((kind, ((),), (X,)) for kind in (p.Sum, p.Max, p.Min, p.Prod)),
]


@pytest.mark.parametrize(
    ("kind", "options", "arrays"), SUBCLASSED, ids=[k[0].name for k in SUBCLASSED]
)
def test_a_subclass_of_a_primitive_is_taken_for_no_other(kind, options, arrays) -> None:
    primitive = another(kind)(*options)
    expected = primitive.forward(np, *arrays)
    found = pc.compile(lambda *inputs: pc.apply(primitive, *inputs))(*arrays)
    np.testing.assert_array_equal(found.numpy(), expected)
    # And so is what reads it: here as one number, stretched or moved.
    after = pc.compile(lambda *inputs: pc.apply(primitive, *inputs) * 3.0 + 1.0)(*arrays)
    np.testing.assert_array_equal(after.numpy(), expected * 3 + 1)


@pytest.mark.parametrize(
    ("primitive", "expected"),
    [(SumOfSquares((1,)), [[5.0], [25.0]]), (AnotherSum((1,)), [[4.0], [8.0]])],
    ids=["unknown", "subclass"],
)
def test_a_reduction_without_a_row_runs_by_its_rule(primitive, expected) -> None:
    assert facts_of(primitive) is facts.OWN_RULE
    x = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    run = pc.compile(lambda x: pc.apply(primitive, x * 1.0) + 0.0)
    np.testing.assert_array_equal(run(x).numpy(), expected)
