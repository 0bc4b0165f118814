"""Functions at each position: NumPy's values on edges and ordinary numbers, and their gradients."""

import numpy as np
import pytest
import scipy.special

import pellucid as pc

EDGES = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, -7.3, 30.0, -30.0, 800.0])
EDGES = np.concatenate([EDGES, [np.inf, -np.inf, np.nan]])
SMOOTH = np.array([0.3, 0.7, -0.45, 0.12, -0.8])
UNARY = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "exp",
    "expm1", "floor", "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "negative",
    "positive", "reciprocal", "round", "sign", "signbit", "sin", "sinh", "sqrt", "square", "tan",
    "tanh", "trunc", "real", "imag", "conj",
]  # fmt: skip
BINARY = [
    "add", "atan2", "copysign", "divide", "equal", "floor_divide", "greater", "greater_equal",
    "hypot", "less", "less_equal", "logaddexp", "maximum", "minimum", "multiply", "nextafter",
    "not_equal", "pow", "remainder", "subtract",
]  # fmt: skip
FLAT = {"ceil", "floor", "round", "sign", "trunc", "imag", "isfinite", "isinf", "isnan", "signbit"}
FLAT |= {"equal", "greater", "greater_equal", "less", "less_equal", "not_equal"}
DOMAIN = {"acosh": SMOOTH + 2.1, "log": SMOOTH + 1.0, "log2": SMOOTH + 1.0, "log10": SMOOTH + 1.0}
DOMAIN |= {"log1p": SMOOTH, "sqrt": SMOOTH + 1.0}
NOT_SMOOTH = FLAT | {"floor_divide", "nextafter"}


def executed(function, executor):
    return function if executor == "eager" else pc.compile(function, executor=executor)


def same(found, expected, dtype):
    assert found.dtype == expected.dtype
    tolerance = {"float32": 1e-6, "float64": 4e-15}[dtype]
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", UNARY)
def test_a_function_of_one_number_is_numpys(name, dtype, executor):
    x = EDGES.astype(dtype)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x)
        if name in {"sin", "cos", "tan"}:
            x, expected = x[np.abs(x) < 100], expected[np.abs(x) < 100]
        found = executed(getattr(pc, name), executor)(x)
    same(found, expected, dtype)
    if expected.dtype.kind == "f" and name not in {"imag", "real"}:
        zero = expected == 0
        assert (np.signbit(found.numpy()) == np.signbit(expected))[zero].all()


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", BINARY)
def test_a_function_of_two_numbers_is_numpys(name, dtype, executor):
    x = EDGES.astype(dtype)
    a, b = x[:, None], x[None, :]
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(a, b)
        found = executed(getattr(pc, name), executor)(a, b)
        if executor == "native" and name == "nextafter":  # machine code takes denormals as 0
            shown = np.abs(expected) >= np.finfo(dtype).tiny
            found, expected = pc.tensor(found.numpy()[shown]), expected[shown]
    same(found, expected, dtype)


@pytest.mark.parametrize("name", sorted(set(UNARY) - NOT_SMOOTH))
def test_the_gradient_of_a_function_of_one_number(name):
    pc.check_gradients(getattr(pc, name), DOMAIN.get(name, SMOOTH))


@pytest.mark.parametrize("name", sorted(set(BINARY) - NOT_SMOOTH))
def test_the_gradients_of_a_function_of_two_numbers(name):
    a, b = SMOOTH + 2.0, SMOOTH[::-1] + 1.7
    pc.check_gradients(getattr(pc, name), a, b)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_large_and_small_numbers_do_not_overflow_on_the_way(size):
    x = np.array([3.0, -4.0], np.float32) * np.float32(size)
    np.testing.assert_allclose(pc.hypot(x[0], x[1]).numpy(), np.float32(5 * size), rtol=1e-6)
    y = np.float32([89.0, -88.9])  # e^89 is larger than any float32, half of it is not
    np.testing.assert_allclose(pc.sinh(y).numpy(), np.sinh(y), rtol=1e-5)
    np.testing.assert_allclose(pc.cosh(y).numpy(), np.cosh(y), rtol=1e-5)
    far = np.float32([1e30, -1e30])
    np.testing.assert_allclose(pc.asinh(far).numpy(), np.arcsinh(far), rtol=1e-6)


def test_hyperbolic_functions_keep_their_digits_near_0():
    x = np.float32([1e-6, -1e-4, 3e-3])
    for name in ("sinh", "asinh", "atanh", "tanh", "expm1", "log1p"):
        exact = getattr(np, name)(x.astype(np.float64))
        np.testing.assert_allclose(getattr(pc, name)(x).numpy(), exact, rtol=3e-7, err_msg=name)


# ---- integers and booleans -----------------------------------------------------------------


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize("dtype", ["uint8", "uint32", "int32", "int64"])
def test_bits_quotients_and_powers_of_integers_are_numpys(dtype, executor):
    x = np.array([0, 1, 2, 3, 7, 100, np.iinfo(dtype).max], dtype)
    y = np.array([1, 2, 3, 5], dtype)
    names = ["bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "pow"]
    for name in [*names, "bitwise_right_shift", "floor_divide", "remainder"]:
        expected = getattr(np, name)(x[:, None], y)
        found = executed(getattr(pc, name), executor)(x[:, None], y)
        np.testing.assert_array_equal(found.numpy(), expected, err_msg=name, strict=True)
    np.testing.assert_array_equal(pc.bitwise_invert(x).numpy(), ~x, strict=True)
    for name in ("floor", "ceil", "trunc", "round"):
        assert getattr(pc, name)(x).dtype == x.dtype


def test_truth_tables():
    a, b = np.array([False, False, True, True]), np.array([False, True, False, True])
    for name in ("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_xor"):
        expected = getattr(np, name)(a, b)
        np.testing.assert_array_equal(getattr(pc, name)(a, b).numpy(), expected)
    np.testing.assert_array_equal(pc.logical_not(a).numpy(), ~a)


def test_operators_of_tensors_follow_python():
    x = pc.tensor([7, -7, 5])
    assert (x // 2).tolist() == [3, -4, 2]
    assert (x % 3).tolist() == [1, 2, 2]
    assert (17 // x).tolist() == [2, -3, 3]
    assert (17 % x).tolist() == [3, -4, 2]
    assert (x & 6).tolist() == [6, 0, 4]
    assert (1 | x).tolist() == [7, -7, 5]
    assert (x ^ 1).tolist() == [6, -8, 4]
    assert (~x).tolist() == [-8, 6, -6]
    assert (x << 1).tolist() == [14, -14, 10]
    assert (x >> 1).tolist() == [3, -4, 2]
    assert (2 ** pc.tensor([3, 0])).tolist() == [8, 1]
    assert (+x).tolist() == x.tolist()
    assert (pc.tensor([7.5]) // 2.0).tolist() == [3.0]


def test_clip_keeps_between_what_is_given():
    x = pc.tensor([-2.0, 0.5, 9.0])
    assert pc.clip(x, max=1.0).tolist() == [-2.0, 0.5, 1.0]
    assert pc.clip(x, min=0.0).tolist() == [0.0, 0.5, 9.0]
    assert pc.clip(x).tolist() == x.tolist()


def test_logarithms_of_sums_equal_scipys():
    x = np.array([[1000.0, 1000.5], [-1000.0, 3.0]])
    expected = scipy.special.logsumexp(x, axis=1)
    np.testing.assert_allclose(pc.logaddexp(x[:, 0], x[:, 1]).numpy(), expected)


def test_equal_infinities_share_the_slope_of_their_sum():
    for end in (-np.inf, np.inf, 1.0):
        other = pc.tensor([end])
        assert pc.grad(lambda a, b: pc.logaddexp(a, b).sum())(other, other).tolist() == [0.5]


@pytest.mark.parametrize("name", sorted({*UNARY, *BINARY} - {"isfinite", "isinf", "isnan"}))
def test_what_has_a_value_has_it_without_a_warning(name):
    # Warnings are errors here. NumPy's function tells where there is no value, or none that fits.
    edges = [0.0, -0.0, 0.5, -2.5, 30.0, np.inf, -np.inf]
    theirs = getattr(np, name, None)
    for values in (
        [(a,) for a in edges] if name in UNARY else [(a, b) for a in edges for b in edges]
    ):
        try:
            theirs(*map(np.float32, values))
        except (RuntimeWarning, TypeError):
            continue
        getattr(pc, name)(*(pc.tensor([value]) for value in values))
