"""Functions of whole arrays: NumPy's results, through every executor, and what is refused."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError, GradientError, GraphError, OptionError, ShapeError

X = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)
SQUARE, LINE = X[0, :, :4].copy(), X[0, 0]
CASES = {
    "reshape": lambda m, x: m.reshape(x, (4, 15)),
    "permute_dims": lambda m, x: m.permute_dims(x, (2, 0, 1)),
    "matrix_transpose": lambda m, x: m.matrix_transpose(x),
    "moveaxis": lambda m, x: m.moveaxis(x, 0, -1),
    "moveaxis of several": lambda m, x: m.moveaxis(x, (0, 1), (2, 0)),
    "expand_dims": lambda m, x: m.expand_dims(x, axis=1),
    "squeeze": lambda m, x: m.squeeze(x[:, :1], axis=1),
    "broadcast_to": lambda m, x: m.broadcast_to(x[:, :1], (2, 3, 4, 5)),
    "flip": lambda m, x: m.flip(x, axis=(0, 2)),
    "flip all": lambda m, x: m.flip(x),
    "roll": lambda m, x: m.roll(x, 3),
    "roll axis": lambda m, x: m.roll(x, -2, axis=1),
    "roll axes": lambda m, x: m.roll(x, (1, 7), axis=(0, 2)),
    "tile": lambda m, x: m.tile(x, (2, 1, 3)),
    "tile more": lambda m, x: m.tile(x, (2, 1, 1, 1)),
    "tile fewer": lambda m, x: m.tile(x, (2,)),
    "repeat": lambda m, x: m.repeat(x, 2),
    "repeat axis": lambda m, x: m.repeat(x, np.array([1, 0, 2, 3]), axis=1),
    "concat": lambda m, x: m.concat([x, x], axis=1),
    "stack": lambda m, x: m.stack([x, x], axis=-1),
    "tril": lambda m, x: m.tril(x, k=1),
    "triu": lambda m, x: m.triu(x, k=-1),
    "take": lambda m, x: m.take(x, np.array([2, 0, 1]), axis=1),
    "take_along_axis": lambda m, x: m.take_along_axis(x, np.argsort(X, axis=1), axis=1),
    "sum": lambda m, x: m.sum(x, axis=(0, 2)),
    "prod": lambda m, x: m.prod(x, axis=1, keepdims=True),
    "max": lambda m, x: m.max(x),
    "min": lambda m, x: m.min(x, axis=-1),
    "mean": lambda m, x: m.mean(x, axis=0),
    "var": lambda m, x: m.var(x, axis=1, correction=1),
    "std": lambda m, x: m.std(x, axis=(1, 2)),
    "cumulative_sum": lambda m, x: m.cumulative_sum(x, axis=1),
    "cumulative_sum from 0": lambda m, x: m.cumulative_sum(x, axis=2, include_initial=True),
    "cumulative_prod": lambda m, x: m.cumulative_prod(x, axis=2),
    "cumulative_prod from 1": lambda m, x: m.cumulative_prod(x, axis=0, include_initial=True),
    "diff": lambda m, x: m.diff(x, axis=1),
    "diff twice": lambda m, x: m.diff(x, n=2),
    "argmax": lambda m, x: m.argmax(x, axis=1),
    "argmin": lambda m, x: m.argmin(x),
    "argsort": lambda m, x: m.argsort(x, axis=1, stable=True),
    "sort": lambda m, x: m.sort(x, axis=0),
    "matmul": lambda m, x: m.matmul(x, m.matrix_transpose(x)),
    "tensordot": lambda m, x: m.tensordot(x, m.permute_dims(x, (1, 2, 0)), axes=2),
    "tensordot of axes": lambda m, x: m.tensordot(x, x, axes=((0, 1), (0, 1))),
    "vecdot": lambda m, x: m.vecdot(x, x, axis=-1),
    "all": lambda m, x: m.all(x > -1.0, axis=1),
    "any": lambda m, x: m.any(x > 2.0, axis=1),
    "count_nonzero": lambda m, x: m.count_nonzero(x > 0, axis=1),
    "isin": lambda m, x: m.isin(m.round(x), np.float32([0.0, 1.0])),
    "searchsorted": lambda m, x: m.searchsorted(m.sort(x[0, 0]), x),
}


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize("name", CASES)
def test_a_function_of_arrays_is_numpys(name, executor):
    def function(x):
        return CASES[name](pc, x)

    expected = CASES[name](np, X)
    found = (function if executor == "eager" else pc.compile(function, executor=executor))(X)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found.numpy(), expected, rtol=2e-5, atol=1e-5)


WITHOUT = {"argmax", "argmin", "argsort", "all", "any", "count_nonzero", "isin", "searchsorted"}


@pytest.mark.parametrize("name", sorted(set(CASES) - WITHOUT))
def test_its_gradient_matches_differences(name):
    if name == "take_along_axis":
        small, places = X[:2, :3, :2], np.argsort(X[:2, :3, :2], axis=1)
        pc.check_gradients(lambda x: pc.take_along_axis(x, places, axis=1), small.astype("f8"))
        return
    pc.check_gradients(lambda x: CASES[name](pc, x), X.astype("f8"))


def test_several_arrays_at_once():
    a, b = np.arange(3), np.arange(4.0)
    for indexing in ("xy", "ij"):
        for ours, theirs in zip(
            pc.meshgrid(a, b, indexing=indexing), np.meshgrid(a, b, indexing=indexing), strict=True
        ):
            np.testing.assert_array_equal(ours.numpy(), theirs.astype(ours.dtype))
    parts = pc.broadcast_arrays(pc.ones((3, 1)), pc.zeros(2))
    assert [part.shape for part in parts] == [(3, 2), (3, 2)]
    assert [x.tolist() for x in pc.unstack(pc.tensor([[1, 2], [3, 4]]), axis=1)] == [[1, 3], [2, 4]]


def test_different_values_and_their_places():
    x = np.array([[3, 1, 3], [2, 1, 3]])
    ours, theirs = pc.unique_all(x), np.unique_all(x)
    for part, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(part.numpy(), other)
    assert pc.unique_counts(x).counts.tolist() == [2, 1, 3]
    assert pc.unique_inverse(x).inverse_indices.tolist() == [[2, 0, 2], [1, 0, 2]]
    assert pc.unique_values(x).tolist() == [1, 2, 3]
    assert [part.tolist() for part in pc.nonzero(x == 1)] == [[0, 1], [1, 1]]


@pytest.mark.parametrize("side", ["left", "right"])
def test_places_among_equal_numbers(side):
    line, wanted = np.array([1, 2, 2, 2, 5]), np.array([[0, 2], [5, 9]])
    found = pc.searchsorted(line, wanted, side=side)
    np.testing.assert_array_equal(found.numpy(), np.searchsorted(line, wanted, side=side))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64", "bool"])
def test_descending_orders_keep_what_is_equal_in_place(dtype):
    x = np.array([2, 0, 1, 2, 0, 1], dtype)
    expected = sorted(range(6), key=lambda i: -int(x[i]))
    assert pc.argsort(x, descending=True).tolist() == expected


# ---- dtypes ------------------------------------------------------------------------------------


def test_dtypes_and_their_limits():
    assert pc.float32 == np.dtype("float32")
    assert pc.bool == np.dtype(bool)
    assert pc.isdtype(pc.int32, ("bool", "signed integer"))
    assert not pc.isdtype(pc.uint8, "real floating")
    assert pc.finfo(pc.ones(2)).bits == 32
    assert pc.iinfo("int32").max == 2**31 - 1
    assert pc.can_cast(pc.int32, pc.int64)
    assert not pc.can_cast(pc.ones(1), pc.int32)
    assert pc.result_type(pc.ones(2), 3, 2.5) == pc.float32


def test_what_the_standard_leaves_open_is_told():
    told = pc.ones(1).__array_namespace__().__array_namespace_info__()
    assert told.default_dtypes()["real floating"] == pc.float32
    assert told.devices() == [pc.ones(1).device] == ["cpu"]
    assert set(told.dtypes(kind="integral")) == {"uint8", "uint32", "int32", "int64"}
    assert pc.ones(2).to_device("cpu").tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: pc.result_type(pc.ones(1), pc.int32), DTypeError, "float32, int32.*one dtype"),
        (lambda: pc.isdtype(pc.int32, "integer"), OptionError, "Did you mean 'integral'"),
        (lambda: pc.asarray(1.0, device="gpu"), OptionError, "device 'gpu'.*'cpu' alone"),
        (lambda: pc.moveaxis(pc.ones((2, 2)), (0, 0), (0, 1)), ShapeError, "each once"),
        (lambda: pc.roll(pc.ones(3), (1, 2)), OptionError, "move by one number"),
        (lambda: pc.tile(pc.ones(2), (-1,)), OptionError, "not negative"),
        (lambda: pc.repeat(pc.ones(3), [1, 2]), ShapeError, r"shape \(2,\) for 3 elements"),
        (lambda: pc.meshgrid(pc.ones((2, 2))), ShapeError, "Each has one axis"),
        (lambda: pc.cumulative_sum(pc.ones((2, 2))), OptionError, "no axis for shape"),
        (lambda: pc.searchsorted([1, 2], [1], side="middle"), OptionError, "'left' or 'right'"),
        (lambda: pc.vecdot(pc.ones(3), pc.ones(2)), ShapeError, "one size in both"),
        (lambda: pc.tensordot(pc.ones((2, 3)), pc.ones((2, 3)), axes=1), ShapeError, "be equal"),
        (lambda: pc.take(pc.ones((2, 2)), [0]), OptionError, "no axis for shape"),
        (lambda: pc.nonzero(1.0), ShapeError, "single number"),
        (lambda: pc.compile(pc.nonzero)(np.ones(3)), GraphError, "being captured"),
        (lambda: pc.ones(1).__array_namespace__(api_version="1"), OptionError, "version '1'"),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


# ---- NumPy's functions -------------------------------------------------------------------------


def test_numpys_functions_compute_as_pellucids():
    x = pc.tensor([[1.0, 2.0], [3.0, 4.0]])
    for found, expected in [
        (np.exp(x), x.exp()),
        (np.mean(x, 0), x.mean(axis=0)),
        (np.std(x, ddof=1), x.std(correction=1)),
        (np.concatenate([x, x], axis=1), pc.concat([x, x], axis=1)),
        (np.transpose(x), x.T),
        (np.dot(x, x), x @ x),
        (np.where(x > 2.0, x, 0.0), pc.where(x > 2.0, x, 0.0)),
        (np.float64(2) * x, 2.0 * x),
        (x * np.int64(3), x * 3.0),
        (np.ones(2, np.float32) + x, 1.0 + x),
        (np.power(x, 2.0), x**2.0),
    ]:
        assert isinstance(found, pc.Tensor)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.numpy(), expected.numpy())


def test_gradients_and_capture_go_through_numpys_functions():
    def f(x):
        return np.sum(np.exp(x) * np.tanh(x))

    x = np.array([0.3, -0.2])
    pc.check_gradients(f, x)
    np.testing.assert_allclose(pc.compile(f)(x).numpy(), np.sum(np.exp(x) * np.tanh(x)))


def test_what_pellucid_does_not_have_is_done_by_numpy_unless_a_gradient_would_be_lost():
    x = pc.tensor([3.0, 1.0, 2.0])
    assert np.percentile(x, 50) == 2.0
    assert np.add.reduce(x) == 6.0
    assert np.allclose(pc.tensor(1.0, requires_grad=True), 1.0)
    with pytest.raises(GradientError, match=r"np.percentile: .* would not go through"):
        np.percentile(pc.tensor([1.0, 2.0], requires_grad=True), 50)
    with pytest.raises(GraphError, match=r"np.percentile: .* being captured"):
        pc.compile(lambda x: np.percentile(x, 50))(np.ones(2))


def test_axes_and_shifts_may_be_numbers_of_numpy():
    x, one = pc.reshape(pc.arange(6), (2, 3)), np.int64(1)
    np.testing.assert_array_equal(pc.moveaxis(x, one, np.int64(0)), np.moveaxis(x.numpy(), 1, 0))
    np.testing.assert_array_equal(pc.roll(x, one), np.roll(x.numpy(), 1))
    np.testing.assert_array_equal(pc.roll(x, one, axis=one), np.roll(x.numpy(), 1, 1))
    np.testing.assert_array_equal(pc.sort(x, axis=one, descending=True), x.numpy()[:, ::-1])
    product = pc.tensordot(x, pc.permute_dims(x, (1, 0)), axes=one)
    np.testing.assert_array_equal(product, x.numpy() @ x.numpy().T)
