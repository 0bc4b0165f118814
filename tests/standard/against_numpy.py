"""Functions of the standard beside NumPy's of the same names, eager and on each executor."""

import numpy as np

import pellucid as pc

EXECUTORS = ["eager", "reference", "native"]
DTYPES = ["float32", "float64"]
EDGES = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, -7.3, 30.0, -30.0, 800.0])
EDGES = np.concatenate([EDGES, [np.inf, -np.inf, np.nan]])
SMOOTH = np.array([0.3, 0.7, -0.45, 0.12, -0.8])
X = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)


def executed(function, executor):
    return function if executor == "eager" else pc.compile(function, executor=executor)


def same(found, expected, dtype):
    assert found.dtype == expected.dtype
    tolerance = {"float32": 1e-6, "float64": 4e-15}[dtype]
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=tolerance)


def one_number(name, dtype, executor):
    """A function of one number has NumPy's values on edges, and the signs of its zeros."""
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


def two_numbers(name, dtype, executor):
    """A function of two numbers has NumPy's values on all pairs of edges."""
    x = EDGES.astype(dtype)
    a, b = x[:, None], x[None, :]
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(a, b)
        found = executed(getattr(pc, name), executor)(a, b)
        if executor == "native" and name == "nextafter":  # machine code takes denormals as 0
            shown = np.abs(expected) >= np.finfo(dtype).tiny
            found, expected = pc.tensor(found.numpy()[shown]), expected[shown]
    same(found, expected, dtype)


def without_a_warning(name, inputs):
    """What has a value, by NumPy's function, has it without a warning: those are errors here."""
    edges = [0.0, -0.0, 0.5, -2.5, 30.0, np.inf, -np.inf]
    theirs = getattr(np, name)
    for values in [(a,) for a in edges] if inputs == 1 else [(a, b) for a in edges for b in edges]:
        try:
            theirs(*map(np.float32, values))
        except (RuntimeWarning, TypeError):
            continue
        getattr(pc, name)(*(pc.tensor([value]) for value in values))


def of_arrays(case, executor):
    """A case of (module, array) has NumPy's result."""

    def function(x):
        return case(pc, x)

    expected = case(np, X)
    found = executed(function, executor)(X)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found.numpy(), expected, rtol=2e-5, atol=1e-5)


def integers(names, dtype, executor):
    """Functions of two integers have NumPy's values, the largest of the dtype among them."""
    x = np.array([0, 1, 2, 3, 7, 100, np.iinfo(dtype).max], dtype)
    y = np.array([1, 2, 3, 5], dtype)
    for name in names:
        expected = getattr(np, name)(x[:, None], y)
        found = executed(getattr(pc, name), executor)(x[:, None], y)
        np.testing.assert_array_equal(found.numpy(), expected, err_msg=name, strict=True)
