"""Every primitive gives the values expected of it, on every executor, and obeys its rules."""

import numpy as np
import pytest
from samples import ONE_OF_EACH, SAMPLES

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import DTypeError
from pellucid.evaluation import run
from pellucid.executors import EXECUTORS
from pellucid.primitives.base import BOOL, DTYPES, FLOAT32, FLOAT64, FLOATS, INTEGERS, UINT8
from pellucid.primitives.reduction import Reduction

# Machine code takes denormal numbers as 0, as they cost a hundred times the others.
FLUSHING = ["native"]
# Relative errors in units of the last place; sums and products of many numbers have more.
PLACES = {p.Sum: 40, p.MatMul: 40, p.Convolution: 40, p.CumulativeSum: 8, p.Prod: 8}
OTHER_PLACES = 4
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)


def applied(sample, executor="eager"):
    def function(*inputs):
        return pc.apply(sample.primitive, *inputs)

    if executor != "eager":
        function = pc.compile(function, executor=executor)
    with np.errstate(all="ignore"):
        return function(*(pc.tensor(x) for x in sample.inputs)).numpy()


def is_denormal(x):
    smallest = np.finfo(x.dtype).tiny if x.dtype.kind == "f" else 0
    return (x != 0) & (np.abs(x) < smallest)


def without_denormals(sample, y, expected):
    """What is left where neither the inputs nor the result are denormal numbers."""
    if not isinstance(sample.primitive, pc.Elementwise):
        return y, expected
    skipped = is_denormal(expected)
    for x in sample.inputs:
        skipped = skipped | is_denormal(x)
    return y[~skipped], expected[~skipped]


def assert_expected(sample, y, executor):
    expected = sample.expected
    assert (y.shape, y.dtype) == (expected.shape, expected.dtype)
    if executor in FLUSHING:
        y, expected = without_denormals(sample, y, expected)
    if y.dtype not in FLOATS:
        np.testing.assert_array_equal(y, expected)
        return
    info = np.finfo(y.dtype)
    places = PLACES.get(type(sample.primitive), OTHER_PLACES)
    np.testing.assert_allclose(
        y, expected, rtol=places * float(info.eps), atol=places * float(info.smallest_subnormal)
    )


@each_sample
@pytest.mark.parametrize("executor", ["eager", *EXECUTORS])
def test_every_executor_gives_the_expected_value(executor, sample):
    assert_expected(sample, applied(sample, executor), executor)


SIGNED = [p.Negative, p.Abs, p.Floor, p.Multiply, p.Divide, p.Expm1, p.Log1p, p.Sqrt, p.Sin, p.Tanh]
SIGNED += [p.Erf, p.Where, p.Identity, p.BroadcastTo, p.FloorDivide, p.Remainder, p.Atan2]
SIGNED += [p.RoundedToBfloat16]


@pytest.mark.parametrize("executor", ["eager", *EXECUTORS])
@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if type(s.primitive) in SIGNED], ids=lambda s: s.name
)
def test_zeros_have_the_expected_sign(executor, sample):
    y, expected = applied(sample, executor), sample.expected
    if executor in FLUSHING:
        y, expected = without_denormals(sample, y, expected)
    zero = expected == 0
    np.testing.assert_array_equal(np.signbit(y[zero]), np.signbit(expected[zero]))


@each_sample
def test_captured_printed_parsed_and_run_gives_the_same_value(sample):
    graph = pc.capture(lambda *xs: pc.apply(sample.primitive, *xs))(*sample.inputs)
    again = pc.parse(str(graph), constants=[array for _, array in graph.constants])
    assert again == graph
    (y,) = run(again, sample.inputs)
    np.testing.assert_array_equal(y, applied(sample))


@each_sample
def test_forward_never_writes_into_its_inputs(sample):
    inputs = [np.array(x) for x in sample.inputs]
    for x in inputs:
        x.flags.writeable = False
    with np.errstate(all="ignore"):
        sample.primitive.forward(np, *inputs)  # which would raise
    for x, given in zip(inputs, sample.inputs, strict=True):
        np.testing.assert_array_equal(x, given)


def test_samples_are_of_primitives_of_the_library():
    assert set(ONE_OF_EACH) == set(pc.PRIMITIVES)


def test_samples_have_names_of_their_own():
    assert len({s.name for s in SAMPLES}) == len(SAMPLES)


# ---- the dtype rule ----------------------------------------------------------------------

EVERYTHING = frozenset(DTYPES)
REALS = frozenset(FLOATS)
NUMBERS = frozenset({*INTEGERS, *FLOATS})
WHOLE = frozenset(INTEGERS)
ACCEPTED = {
    # What is not named below takes what it says that it accepts.
    **{k: frozenset(k.accepts) for k in pc.PRIMITIVES if issubclass(k, pc.Elementwise | Reduction)},
    **dict.fromkeys([p.Add, p.Subtract, p.Multiply, p.Negative, p.Abs, p.Sign], NUMBERS),
    **dict.fromkeys([p.Maximum, p.Minimum, p.Less, p.LessEqual, p.ScatterAdd], NUMBERS),
    **dict.fromkeys([p.Max, p.Min, p.Argmax, p.Argmin], NUMBERS),
    **dict.fromkeys([p.Sum, p.Prod, p.CumulativeSum, p.MatMul], NUMBERS - {UINT8}),
    **dict.fromkeys([p.OverlapAdd, p.Convolution], NUMBERS - {UINT8}),
    **dict.fromkeys([p.Divide, p.Power, p.Floor, p.Exp, p.Expm1, p.Log, p.Log1p], REALS),
    **dict.fromkeys([p.Sqrt, p.Sin, p.Cos, p.Tanh, p.Sigmoid, p.LogisticDensity, p.Erf], REALS),
    **dict.fromkeys([p.Gaussian, p.NormalCdf, p.Atan2, p.NextAfter], REALS),
    **dict.fromkeys([p.FloorDivide, p.Remainder, p.Argsort], NUMBERS),
    **dict.fromkeys([p.BitwiseAnd, p.BitwiseOr, p.BitwiseXor], WHOLE),
    **dict.fromkeys([p.BitwiseLeftShift, p.BitwiseRightShift], WHOLE),
    **dict.fromkeys([p.LogicalAnd, p.LogicalOr, p.LogicalNot], frozenset({BOOL})),
    **dict.fromkeys([p.Equal, p.Where, p.Cast, p.Identity, p.StopGradient], EVERYTHING),
    **dict.fromkeys([p.Reshape, p.PermuteDims, p.BroadcastTo, p.Slice, p.Pad], EVERYTHING),
    **dict.fromkeys([p.Flip, p.Concat, p.Windows, p.Take], EVERYTHING),
    p.CheckedIds: frozenset(INTEGERS),
}
RESULTS = {p.Equal: BOOL, p.Less: BOOL, p.LessEqual: BOOL, p.Argmax: np.int64, p.Argmin: np.int64}
RESULTS |= {p.Argsort: np.int64}
MIXING = [k for k in ACCEPTED if k.arity == 2 and k not in (p.Take, p.ScatterAdd)]
MIXING = [k for k in MIXING if FLOAT32 in ACCEPTED[k]]
ONES = np.ones((2, 2))
KERNEL = np.ones((2, 2, 2))  # of a convolution over no axes: groups of products
ARGUMENTS = {
    p.Cast: (p.Cast(FLOAT32), ONES),
    p.Where: (p.Where(), np.ones((2, 2), bool), ONES, ONES),
    p.Reshape: (p.Reshape((4,)), ONES),
    p.PermuteDims: (p.PermuteDims((1, 0)), ONES),
    p.BroadcastTo: (p.BroadcastTo((3, 2, 2)), ONES),
    p.Slice: (p.Slice((0, 1), (2, 1), (1, 1)), ONES),
    p.Pad: (p.Pad((0, 1), (1, 0), (0, 0), 1.0), ONES),
    p.Flip: (p.Flip((0,)), ONES),
    p.Concat: (p.Concat(0), ONES, ONES),
    p.Windows: (p.Windows((1,), (2,), (1,), (1,)), ONES),
    p.OverlapAdd: (p.OverlapAdd((0,), (3,), (1,), (1,)), ONES),
    p.Convolution: (p.Convolution((), (), (), (), ()), KERNEL, KERNEL),
    p.Take: (p.Take(0), ONES, np.array([1])),
    p.ScatterAdd: (p.ScatterAdd(0, 3), ONES, np.array([1, 1])),
    p.CheckedIds: (p.CheckedIds(2), ONES),
    **{k: (k((0,)), ONES) for k in pc.PRIMITIVES if issubclass(k, Reduction)},
    **{k: (k(0), ONES) for k in (p.Argmax, p.Argmin, p.CumulativeSum, p.Argsort)},
}


def example(kind, dtype):
    """The primitive, and inputs whose data have the given dtype."""
    if kind in ARGUMENTS:
        primitive, *inputs = ARGUMENTS[kind]
    else:
        primitive, inputs = ONE_OF_EACH[kind], [ONES] * kind.arity
    return primitive, [x.astype(dtype) if x.dtype == FLOAT64 else x for x in inputs]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("kind", ACCEPTED, ids=lambda k: k.name)
def test_a_dtype_is_accepted_or_refused_with_a_remedy(kind, dtype):
    primitive, inputs = example(kind, dtype)
    if dtype not in ACCEPTED[kind]:
        with pytest.raises(DTypeError, match=rf"{kind.name}: not defined for {dtype}.*astype"):
            pc.apply(primitive, *inputs)
        return
    y = pc.apply(primitive, *inputs)
    assert y.dtype == (primitive.to if kind is p.Cast else RESULTS.get(kind, dtype))


@pytest.mark.parametrize("kind", MIXING, ids=lambda k: k.name)
def test_two_dtypes_are_not_mixed(kind):
    primitive, (a, _) = example(kind, FLOAT32)
    with pytest.raises(DTypeError, match=r"float32 with float64.*one dtype.*astype"):
        pc.apply(primitive, a, a.astype(FLOAT64))


def test_the_dtype_table_covers_every_primitive_with_inputs():
    assert set(ACCEPTED) == set(pc.PRIMITIVES) - {p.Arange, p.RandomBits}


def test_products_of_infinities_and_zeros_are_nan_without_a_warning():
    infinite, zero = pc.tensor([[float("inf")]]), pc.tensor([[0.0]])
    assert np.isnan((infinite @ zero).item())
    x, w = (t.reshape((1, 1, 1, 1)) for t in (infinite, zero))
    assert np.isnan(pc.apply(p.Convolution((1,), (0,), (0,), (1,), (1,)), x, w).item())
