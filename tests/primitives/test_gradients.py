"""Gradient rules: compared with differences to second order, and pinned at kinks and ties."""

import math

import numpy as np
import pytest
from sample import ordinary, positive
from samples import ONE_OF_EACH

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import GradientError
from pellucid.primitives.reduction import Reduction

apart = np.array([[0.3, -1.2, 0.9], [1.7, -0.4, 2.2]])  # no ties, no zeros, no integers
ids = np.array([[2, 0], [1, 2]])
SMOOTH = [
    (p.Add(), ordinary(2, 3), ordinary(3, seed=1)),
    (p.Subtract(), ordinary(2, 1), ordinary(3, seed=1)),
    (p.Multiply(), ordinary(2, 3), ordinary(2, 1, seed=1)),
    (p.Divide(), ordinary(2, 3), positive(3)),
    (p.Power(), positive(2, 3), ordinary(3, seed=1)),
    (p.Negative(), apart),
    (p.Abs(), apart),
    (p.Sign(), apart),
    (p.Floor(), apart),
    (p.FloorDivide(), apart, positive(2, 3)),
    (p.Remainder(), apart + 0.05, positive(2, 3) + 3.0),
    (p.Remainder(), np.array([7.3, -7.3, 0.9]), np.array([2.0, 2.0, -0.4])),
    (p.Atan2(), ordinary(2, 3), ordinary(3, seed=1)),
    (p.NextAfter(), apart, ordinary(2, 3, seed=5)),
    (p.Maximum(), apart, ordinary(2, 3, seed=5)),
    (p.Minimum(), apart, ordinary(3, seed=5)),
    (p.Exp(), apart),
    (p.Expm1(), apart),
    (p.Log(), positive(2, 3)),
    (p.Log1p(), positive(2, 3) - 0.9),
    (p.Sqrt(), positive(2, 3)),
    (p.Sin(), apart),
    (p.Cos(), apart),
    (p.Tanh(), apart),
    (p.Sigmoid(), apart),
    (p.Erf(), apart),
    (p.Gaussian(0.5), apart),
    (p.Gaussian(1.0), apart),
    (p.NormalCdf(), apart),
    (p.LogisticDensity(), apart),
    (p.Where(), apart > 0, ordinary(2, 3), ordinary(3, seed=1)),
    (p.Identity(), apart),
    (p.Cast(np.dtype(np.float64)), apart),
    (p.Sum((0,)), apart),
    (p.Sum((0, 1)), apart),
    (p.Max((1,)), apart),
    (p.Max((0, 1)), apart),
    (p.Min((0,)), apart),
    (p.Prod((0,)), ordinary(1, 3)),
    (p.Prod((1,)), ordinary(2, 5)),
    (p.Prod((0, 2)), ordinary(2, 2, 3)),
    (p.Prod((1,)), np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 4.0]])),
    (p.CumulativeSum(1), apart),
    (p.Reshape((3, 2)), apart),
    (p.PermuteDims((2, 0, 1)), ordinary(2, 1, 3)),
    (p.BroadcastTo((4, 2, 3)), ordinary(2, 1)),
    (p.Slice((0, 1), (2, 1), (1, 2)), apart),
    (p.Slice((1, 0), (1, 2), (1, 2)), apart),
    (p.Pad((1, 0), (0, 2), (2, 1), 7.0), apart),
    (p.Flip((0, 1)), apart),
    (p.Concat(1), apart, ordinary(2, 1), ordinary(2, 2, seed=1)),
    (p.Windows((0, 2), (2, 2), (1, 2), (1, 2)), ordinary(3, 2, 6)),
    (p.OverlapAdd((1,), (6,), (2,), (1,)), ordinary(2, 2, 3)),
    (p.MatMul(), ordinary(2, 3), ordinary(3, 2, seed=1)),
    (p.MatMul(), ordinary(2, 1, 2, 3), ordinary(4, 3, 1, seed=1)),
    (p.MatMul(), ordinary(2, 2, 2, 3), ordinary(3, 2, seed=1)),
    *(
        (
            p.Convolution((stride,), (before,), (after,), (inside,), (apart_by,)),
            ordinary(2, 2, 2, 5),
            ordinary(2, 1, 2, 2, seed=1),
        )
        for stride, inside, apart_by in ((1, 1, 1), (2, 1, 1), (3, 2, 2), (1, 3, 1))
        for before, after in ((0, 0), (-1, 2), (3, -2))
    ),
    (
        p.Convolution((1, 2), (1, 0), (0, 1), (1, 1), (1, 2)),
        ordinary(2, 1, 2, 3, 4),
        ordinary(1, 2, 2, 2, 2, seed=1),
    ),
    (p.Take(1), apart, ids),
    (p.Take(0), apart, np.array([1, -1, 0])),
    (p.ScatterAdd(1, 4), ordinary(2, 2, 2), ids),
]
FLAT = {p.Equal, p.Less, p.LessEqual, p.LogicalAnd, p.LogicalOr, p.LogicalNot, p.Argmax, p.Argmin}
FLAT |= {p.Arange, p.RandomBits, p.CheckedIds, p.Argsort}
FLAT |= {p.BitwiseAnd, p.BitwiseOr, p.BitwiseXor, p.BitwiseLeftShift, p.BitwiseRightShift}
# What differentiation takes for something else than it is: pinned by tests of their own.
AS_MEANT = {p.StopGradient, p.RoundedToBfloat16}
LISTED = {type(case[0]) for case in SMOOTH} | FLAT | AS_MEANT
# Others are tried at ordinary numbers, with the attributes of a sample, and must be smooth there.
OTHERS = [kind for kind in pc.PRIMITIVES if kind not in LISTED]
NUMBERS = (apart, ordinary(3, seed=1), ordinary(2, 1, seed=2))
SMOOTH += [(ONE_OF_EACH[k], *NUMBERS[: k.arity]) for k in OTHERS if issubclass(k, pc.Elementwise)]
SMOOTH += [(k(axis), apart) for k in OTHERS if issubclass(k, Reduction) for axis in ((1,), (0, 1))]
each = pytest.mark.parametrize("case", SMOOTH, ids=lambda c: str(c[0]))


def function_of(primitive):
    def function(*inputs):
        return pc.apply(primitive, *inputs)

    return function


@each
def test_the_rule_matches_central_differences_to_second_order(case):
    primitive, *inputs = case
    pc.check_gradients(function_of(primitive), *inputs)


@each
def test_gradients_have_the_shape_and_dtype_of_their_inputs(case):
    primitive, *inputs = case
    if isinstance(primitive, p.Cast):
        inputs = [inputs[0].astype(np.float32)]
        floats = inputs
    else:
        inputs = [x.astype(np.float32) if x.dtype.kind == "f" else x for x in inputs]
        floats = [x for x in inputs if x.dtype.kind == "f"]
    chosen = tuple(i for i, x in enumerate(inputs) if x.dtype.kind == "f")
    found = pc.grad(lambda *xs: pc.apply(primitive, *xs).sum(), argument=chosen)(*inputs)
    assert [(dx.shape, dx.dtype) for dx in found] == [(x.shape, np.float32) for x in floats]


def test_every_primitive_has_its_gradient_checked_or_is_declared_flat():
    assert {type(case[0]) for case in SMOOTH} | FLAT | AS_MEANT == set(pc.PRIMITIVES)


def test_integers_and_booleans_carry_no_history():
    x = pc.tensor([1.0, 2.0], requires_grad=True)
    for y in (x > 1.0, x == 1.0, x.argmax(), x.astype("int32")):
        assert not y.requires_grad
        with pytest.raises(GradientError, match="Only floats have gradients"):
            y.backward()


nan, inf = math.nan, math.inf
KINKS = [
    ("abs is flat at 0", p.Abs(), [[0.0, -0.0, 3.0]], [[0, 0, 1]]),
    ("sign is flat", p.Sign(), [[0.0, 2.0, -3.0]], [[0, 0, 0]]),
    ("floor is flat", p.Floor(), [[1.0, 1.5]], [[0, 0]]),
    ("maximum halves a tie", p.Maximum(), [[1.0, 2.0, 0.0], [1.0, 1.0, -0.0]],
     [[0.5, 1, 0.5], [0.5, 0, 0.5]]),
    ("minimum halves a tie", p.Minimum(), [[1.0, 2.0], [1.0, 1.0]], [[0.5, 0], [0.5, 1]]),
    ("maximum gives nan none", p.Maximum(), [[nan, 1.0], [1.0, nan]], [[0, 0], [0, 0]]),
    ("max shares among ties", p.Max((0,)), [[3.0, 1.0, 3.0, 3.0]], [[1 / 3, 0, 1 / 3, 1 / 3]]),
    ("min shares among ties", p.Min((0,)), [[1.0, 1.0]], [[0.5, 0.5]]),
    ("max of nan has none", p.Max((0,)), [[1.0, nan]], [[nan, nan]]),
    ("sqrt is steep at 0", p.Sqrt(), [[0.0, 4.0]], [[inf, 0.25]]),
    ("log is steep at 0", p.Log(), [[0.0, 4.0]], [[inf, 0.25]]),
    ("power at base 0", p.Power(), [[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.5]],
     [[0, 1, 0, inf], [0, 0, 0, 0]]),
    ("power of a negative base", p.Power(), [[-3.0, -2.0], [2.0, 3.0]], [[-6, 12], [0, 0]]),
    ("where gives the branch not taken nothing", p.Where(), [[True, False], [1.0, nan], [nan, 2.0]],
     [[1, 0], [0, 1]]),
    ("prod with one zero", p.Prod((0,)), [[0.0, 2.0, 3.0]], [[6, 0, 0]]),
    ("prod with two zeros", p.Prod((0,)), [[0.0, 2.0, 0.0]], [[0, 0, 0]]),
    ("sigmoid saturates to 0", p.Sigmoid(), [[-1000.0, 0.0, 1000.0]], [[0, 0.25, 0]]),
    ("tanh saturates to 0", p.Tanh(), [[-1000.0, 0.0, 1000.0]], [[0, 1, 0]]),
    ("stop_gradient passes nothing", p.StopGradient(), [[1.0]], [[0]]),
    ("a cast to integers passes nothing", p.Cast(np.dtype(np.int32)), [[1.5]], [[0]]),
    ("take adds up repeated positions", p.Take(0), [[1.0, 2.0], [0, 0, 1]], [[2, 1]]),
]  # fmt: skip


@pytest.mark.parametrize("case", KINKS, ids=lambda c: c[0])
def test_at_kinks_and_ties(case):
    _, primitive, inputs, expected = case
    tensors = [pc.tensor(x) for x in inputs]
    chosen = tuple(i for i, x in enumerate(tensors) if x.dtype == np.float32)

    def total(*xs):
        y = pc.apply(primitive, *xs)
        return y.astype("float32").sum()

    with np.errstate(all="ignore"):
        found = pc.grad(total, argument=chosen)(*tensors)
    for dx, by_hand in zip(found, expected, strict=True):
        np.testing.assert_array_equal(dx.numpy(), np.array(by_hand, np.float32))


def test_where_gives_the_branch_not_taken_zero_even_of_an_inf():
    def f(a, b):
        return pc.tensor([True, False]).where(a, b).sqrt().sum()

    with np.errstate(divide="ignore"):
        da, db = pc.grad(f, argument=(0, 1))([0.0, 1.0], [1.0, 0.0])
    assert (da.tolist(), db.tolist()) == ([inf, 0.0], [0.0, inf])


def test_an_inf_behind_the_branch_not_taken_needs_a_safe_argument():
    x = np.array([0.0, 2.0])
    with np.errstate(all="ignore"):
        trapped = pc.grad(lambda x: (x > 0).where(x.log(), 0.0).sum())(x)
    safe = pc.grad(lambda x: (x > 0).where((x > 0).where(x, 1.0).log(), 0.0).sum())(x)
    assert math.isnan(trapped.numpy()[0])
    np.testing.assert_array_equal(safe.numpy(), [0.0, 0.5])
