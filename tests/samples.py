"""The sample table: every primitive with inputs, attributes and the values expected of it.

Expected values come from outside: written here by hand, or made by `make_expected.py` with
PyTorch and stored in golden/expected.json. `SMOOTH` holds points away from kinks, where
gradients are compared with differences; what happens at kinks and ties is in `KINKS`.
"""

import math

import numpy as np
from sample import F4, F8, I4, I8, Sample, edges, few, ordinary, whole
from whole_samples import WHOLE
from window_samples import WINDOWS

from pellucid import primitives as p

UNARY = (p.Negative, p.Abs, p.Sign, p.Floor, p.Exp, p.Expm1, p.Log, p.Log1p, p.Sqrt, p.Sin)
UNARY += (p.Cos, p.Tanh, p.Sigmoid, p.LogisticDensity, p.Erf, p.NormalCdf)
BINARY = (p.Add, p.Subtract, p.Multiply, p.Divide, p.Power, p.Maximum, p.Minimum)
BINARY += (p.Equal, p.Less, p.LessEqual)


def elementwise() -> list[Sample]:
    found = []
    for kind in UNARY:
        for dtype in (F4, F8):
            x = edges(dtype)
            if kind in (p.Sin, p.Cos):
                x = x[np.abs(np.nan_to_num(x)) < 1e5]
            found.append(Sample(f"{kind.name} edges {x.dtype}", kind(), (x,)))
        found.append(Sample(f"{kind.name} 0-d", kind(), (np.array(0.75, F4),)))
        found.append(Sample(f"{kind.name} empty", kind(), (np.zeros((0, 3), F4),)))
    for factor in (0.5, 1.0):
        found += [
            Sample(f"gaussian {factor} {kind} {x.dtype}", p.Gaussian(factor), (x,))
            for kind, x in (
                ("edges", edges(F4)),
                ("edges", edges(F8)),
                ("0-d", np.array(0.75, F4)),
                ("empty", np.zeros((0, 3), F4)),
            )
        ]
    for kind in BINARY:
        for dtype in (F4, F8):
            pair = (few(dtype)[:, None], few(dtype)[None, :])
            found.append(Sample(f"{kind.name} table {pair[0].dtype}", kind(), pair))
        pair = (ordinary(2, 1, 3, dtype=F4), ordinary(4, 1, seed=1, dtype=F4))
        found.append(Sample(f"{kind.name} broadcast", kind(), pair))
        found.append(Sample(f"{kind.name} 0-d", kind(), (np.array(2.5, F4), np.array(1.5, F4))))
        empty = (np.zeros((0, 3), F4), np.ones(3, F4))
        found.append(Sample(f"{kind.name} empty", kind(), empty))
    return found


# 8 bits: a tie goes to the even one, so 1 + 2^-8 down and 1 + 3 2^-8 up; the last rounds to inf.
TO_BFLOAT16 = (
    (np.array([[1 + 2**-8, 1 + 3 * 2**-8, -0.0], [-np.pi, np.nan, 3.4e38]], F4),),
    np.array([[1, 1 + 2**-6, -0.0], [-3.140625, np.nan, np.inf]], F4),
)


def logic() -> list[Sample]:
    a, b = np.array([False, False, True, True]), np.array([False, True, False, True])
    x, y = np.array([1.0, 2.0, np.nan], F4), np.array([np.nan, -0.0, 5.0], F4)
    numbers = np.array([-2.9, -1.0, -0.0, 0.9, 255.0], F8)
    return [
        Sample("and", p.LogicalAnd(), (a, b), np.array([False, False, False, True])),
        Sample("or", p.LogicalOr(), (a, b), np.array([False, True, True, True])),
        Sample("not", p.LogicalNot(), (a,), np.array([True, True, False, False])),
        Sample("equal bool", p.Equal(), (a, b), np.array([True, False, False, True])),
        Sample("where", p.Where(), (b[:3], x, y), np.array([np.nan, 2.0, 5.0], F4)),
        Sample(
            "where broadcast", p.Where(), (a[2:, None], x[:2], y[1]), np.array([[1, 2]] * 2, F4)
        ),
        Sample("where ints", p.Where(), (a, whole(1), whole(2)), whole(2, 2, 1, 1)),
        Sample("cast down", p.Cast(np.dtype(I4)), (numbers,), whole(-2, -1, 0, 0, 255, dtype=I4)),
        Sample(
            "cast up", p.Cast(np.dtype(F8)), (np.array(0.1, F4),), np.array(0.10000000149011612)
        ),
        Sample("cast to bool", p.Cast(np.dtype(bool)), (x,), np.array([True, True, True])),
        Sample("cast from bool", p.Cast(np.dtype(F4)), (a,), np.array([0, 0, 1, 1], F4)),
        Sample("identity", p.Identity(), (y,), y.copy()),
        Sample("stop_gradient", p.StopGradient(), (y,), y.copy()),
        Sample("rounded_to_bfloat16", p.RoundedToBfloat16(), *TO_BFLOAT16),
    ]


CUBE = ordinary(2, 3, 4, dtype=F4)
TABLE = np.array([[1, 2, 3], [4, 5, 6]], F4)
TIES = np.array([[3, 1, 3], [-1, -1, -2]], F4)
ODD = np.array([[1.0, np.nan, 3.0], [np.inf, 2.0, -np.inf]], F4)
OVER_AXES = [
    Sample(f"{k.name} {axis}", k(axis), (CUBE,))
    for k in (p.Sum, p.Max, p.Min, p.Prod)
    for axis in ((), (0,), (1,), (2,), (0, 2), (0, 1, 2))
]
OVER_AXES += [Sample(f"{k.name} odd", k((1,)), (ODD,)) for k in (p.Sum, p.Max, p.Min, p.Prod)]
OVER_AXES += [
    Sample(f"{k.name} {axis}", k(axis), (CUBE,))
    for k in (p.Argmax, p.Argmin, p.CumulativeSum)
    for axis in (0, 1, 2)
]
LONG = ordinary(1, 100_003, dtype=F4, seed=3)
REDUCTIONS = [
    *OVER_AXES,
    Sample("sum long", p.Sum((1,)), (LONG,), np.array([[math.fsum(LONG[0])]], F4)),
    Sample("sum empty", p.Sum((1,)), (np.zeros((2, 0), F4),), np.zeros((2, 1), F4)),
    Sample("prod empty", p.Prod((0,)), (np.zeros((0, 2), F8),), np.ones((1, 2))),
    Sample("sum int", p.Sum((0,)), (whole(2**62, 2**61, -1),), whole(2**62 + 2**61 - 1)),
    Sample("max int", p.Max((0,)), (whole(-3, 2**62 + 1, 2**62),), whole(2**62 + 1)),
    Sample("argmax ties", p.Argmax(1), (TIES,), whole(0, 0).reshape(2, 1)),
    Sample("argmin ties", p.Argmin(1), (TIES,), whole(1, 2).reshape(2, 1)),
    Sample("argmax nan", p.Argmax(1), (ODD,), whole(1, 0).reshape(2, 1)),
    Sample("argmin nan", p.Argmin(1), (ODD,), whole(1, 2).reshape(2, 1)),
    Sample(
        "cumulative_sum empty",
        p.CumulativeSum(0),
        (np.zeros((0, 2), F4),),
        np.zeros((0, 2), F4),
    ),
    Sample("cumulative_sum int", p.CumulativeSum(0), (whole(1, 2, -5),), whole(1, 3, -2)),
]

PADDED = np.array([[9, 9, 9, 9, 9, 9], [9, 1, 9, 2, 9, 3], [9, 4, 9, 5, 9, 6]], F4)
MOVEMENT = [
    Sample("reshape", p.Reshape((3, 2)), (TABLE,), np.array([[1, 2], [3, 4], [5, 6]], F4)),
    Sample("reshape 0-d", p.Reshape(()), (TABLE[:1, :1],), np.array(1, F4)),
    Sample("permute_dims", p.PermuteDims((1, 0)), (TABLE,), np.array([[1, 4], [2, 5], [3, 6]], F4)),
    Sample(
        "permute_dims 3",
        p.PermuteDims((2, 0, 1)),
        (TABLE[None],),
        np.array([[[1, 4]], [[2, 5]], [[3, 6]]], F4),
    ),
    Sample(
        "broadcast_to",
        p.BroadcastTo((2, 2)),
        (np.array([[7], [8]], F4),),
        np.array([[7, 7], [8, 8]], F4),
    ),
    Sample(
        "broadcast_to 0-d", p.BroadcastTo((3,)), (np.array(-0.0, F4),), np.array([-0.0] * 3, F4)
    ),
    Sample("slice", p.Slice((0, 0), (2, 2), (1, 2)), (TABLE,), np.array([[1, 3], [4, 6]], F4)),
    Sample("slice empty", p.Slice((2, 1), (0, 1), (1, 1)), (TABLE,), np.zeros((0, 1), F4)),
    Sample("pad", p.Pad((1, 1), (0, 0), (0, 1), 9.0), (TABLE,), PADDED),
    Sample(
        "pad empty",
        p.Pad((1,), (1,), (2,), -np.inf),
        (np.zeros(0, F4),),
        np.array([-np.inf] * 2, F4),
    ),
    Sample("flip", p.Flip((0, 1)), (TABLE,), np.array([[6, 5, 4], [3, 2, 1]], F4)),
    Sample(
        "concat", p.Concat(1), (TABLE, TABLE[:, :1]), np.array([[1, 2, 3, 1], [4, 5, 6, 4]], F4)
    ),
    Sample(
        "concat empty",
        p.Concat(0),
        (np.zeros((0, 3), F4), TABLE, TABLE[:1]),
        np.array([[1, 2, 3], [4, 5, 6], [1, 2, 3]], F4),
    ),
]

BATCH = (ordinary(2, 1, 3, 4, dtype=F4), ordinary(5, 4, 2, dtype=F4, seed=1))
KEY, DRAW = np.array([0, 0], np.uint32), np.array(0, np.uint32)
PRODUCTS_AND_POSITIONS = [
    Sample("matmul", p.MatMul(), (TABLE, TABLE.T.copy()), np.array([[14, 32], [32, 77]], F4)),
    Sample("matmul batch", p.MatMul(), BATCH),
    Sample(
        "matmul of batches by one matrix",
        p.MatMul(),
        (np.arange(8, dtype=F4).reshape(2, 2, 2), np.array([[1, 2, 3], [4, 5, 6]], F4)),
        np.array(
            [[[4, 5, 6], [14, 19, 24]], [[24, 33, 42], [34, 47, 60]]],
            F4,
        ),
    ),
    Sample("matmul float64", p.MatMul(), (ordinary(7, 33), ordinary(33, 9, seed=1))),
    Sample(
        "matmul empty",
        p.MatMul(),
        (np.zeros((2, 0), F4), np.zeros((0, 3), F4)),
        np.zeros((2, 3), F4),
    ),
    Sample(
        "matmul nan",
        p.MatMul(),
        (np.array([[0, 1]], F4), np.array([[np.inf], [1]], F4)),
        np.array([[np.nan]], F4),
    ),
    Sample(
        "matmul int",
        p.MatMul(),
        (whole(1, 2).reshape(1, 2), whole(3, 4).reshape(2, 1)),
        whole(11).reshape(1, 1),
    ),
    Sample("take", p.Take(1), (TABLE, whole(2, -1, 0)), np.array([[3, 3, 1], [6, 6, 4]], F4)),
    Sample(
        "take table",
        p.Take(0),
        (TABLE, whole(1, 0).reshape(2, 1)),
        np.array([[[4, 5, 6]], [[1, 2, 3]]], F4),
    ),
    Sample("take 0-d", p.Take(0), (TABLE, np.array(1, np.uint8)), np.array([4, 5, 6], F4)),
    Sample("take none", p.Take(0), (TABLE, np.zeros(0, I4)), np.zeros((0, 3), F4)),
    Sample(
        "scatter_add",
        p.ScatterAdd(1, 4),
        (TABLE, whole(2, 0, 2)),
        np.array([[2, 0, 4, 0], [5, 0, 10, 0]], F4),
    ),
    Sample(
        "scatter_add back",
        p.ScatterAdd(0, 2),
        (TABLE, whole(-1, -1)),
        np.array([[0, 0, 0], [5, 7, 9]], F4),
    ),
    Sample("checked_ids", p.CheckedIds(3), (whole(2, 0, 1),), whole(2, 0, 1)),
    Sample("checked_ids none", p.CheckedIds(0), (np.zeros((0, 2), I4),), np.zeros((0, 2), I4)),
    Sample("arange", p.Arange(1.0, 0.5, 4, np.dtype(F4)), (), np.array([1, 1.5, 2, 2.5], F4)),
    Sample("arange down", p.Arange(3, -2, 3, np.dtype(I8)), (), whole(3, 1, -1)),
    Sample("arange none", p.Arange(0, 1, 0, np.dtype(I4)), (), np.zeros(0, I4)),
    # Under KEY 0, draw 0, the draw's KEY is the known answer 6b200159 99ba4efe of Random123;
    # the words were computed from there with the cipher of another library, JAX 0.10.
    Sample("random_bits", p.RandomBits((2, 2), 32), (KEY, DRAW)),
    Sample("random_bits 5", p.RandomBits((3,), 5), (KEY + np.uint32(7), DRAW + np.uint32(9))),
    Sample("random_bits none", p.RandomBits((0,), 8), (KEY, DRAW), np.zeros(0, np.uint32)),
]

SAMPLES = [*elementwise(), *logic(), *REDUCTIONS, *MOVEMENT, *WINDOWS, *PRODUCTS_AND_POSITIONS]
SAMPLES += WHOLE
# For each kind of primitive one with attributes that fit, where it has any.
ONE_OF_EACH = {type(sample.primitive): sample.primitive for sample in reversed(SAMPLES)}
UNTRIED = [kind.name for kind in p.PRIMITIVES if kind not in ONE_OF_EACH]
assert UNTRIED == [], f"{', '.join(UNTRIED)}: without a row in tests/samples.py"
