"""Methods and operators of tensors mean what NumPy means by the same words."""

import hypothesis.extra.numpy as hn
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pc
from pellucid.errors import DTypeError, ShapeError
from pellucid.executors import EXECUTORS

numbers = st.floats(-8, 8, width=32).map(lambda x: round(x * 8) / 8)
arrays = hn.arrays(
    np.float64, hn.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4), elements=numbers
)
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def assert_same(found, expected):
    assert found.shape == np.shape(expected)
    np.testing.assert_array_equal(found.numpy(), expected)


@given(hn.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4))
def test_operands_broadcast_as_in_numpy(shapes):
    a, b = (
        np.arange(np.prod(s, dtype=int), dtype=np.float64).reshape(s) for s in shapes.input_shapes
    )
    for function in BINARY.values():
        assert_same(function(pc.tensor(a), pc.tensor(b)), function(a, b))


@given(
    hn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    hn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
def test_what_numpy_refuses_to_broadcast_is_refused(first, second):
    a, b = np.ones(first), np.ones(second)
    try:
        expected = a + b
    except ValueError:
        with pytest.raises(ShapeError, match="do not broadcast"):
            pc.tensor(a) + pc.tensor(b)
    else:
        assert_same(pc.tensor(a) + pc.tensor(b), expected)


@given(st.data())
def test_reductions_over_any_axes_are_those_of_numpy(data):
    array = data.draw(arrays)
    axis = data.draw(st.none() | hn.valid_tuple_axes(array.ndim))
    keepdims = data.draw(st.booleans())
    x = pc.tensor(array)
    for name in ("sum", "prod", "max", "min", "any", "all"):
        try:
            expected = getattr(np, name)(array, axis=axis, keepdims=keepdims)
        except ValueError:  # the largest of nothing
            with pytest.raises(ShapeError, match="Nothing has no largest"):
                getattr(x, name)(axis=axis, keepdims=keepdims)
        else:
            assert_same(getattr(x, name)(axis=axis, keepdims=keepdims), expected)


@given(st.data())
def test_means_and_spreads_are_those_of_numpy(data):
    shape = data.draw(hn.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    array = data.draw(hn.arrays(np.float64, shape, elements=numbers))
    axis = data.draw(st.none() | hn.valid_tuple_axes(array.ndim))
    for name in ("mean", "var", "std"):
        found = getattr(pc.tensor(array), name)(axis=axis).numpy()
        np.testing.assert_allclose(found, getattr(np, name)(array, axis=axis), atol=1e-13)


def test_the_mean_of_equal_numbers_is_that_number():
    for count in range(1, 200):
        assert pc.tensor(np.full(count, 0.1)).mean().item() == pytest.approx(0.1, rel=1e-15)
        assert pc.tensor(np.ones(count, np.float32)).mean().item() == 1.0


def test_the_variance_can_be_corrected():
    x = [1.0, 2.0, 4.0, 9.0]
    assert pc.tensor(x).var(correction=1).item() == pytest.approx(np.var(x, ddof=1))
    assert np.isnan(pc.tensor([1.0]).var(correction=1).item())


def test_nothing_has_no_mean():
    assert np.isnan(pc.tensor(np.zeros((0, 2))).mean(axis=0).numpy()).all()


def test_the_mean_of_integers_is_refused():
    with pytest.raises(DTypeError, match=r"mean: not defined for int64\. Use x\.astype"):
        pc.tensor([1, 2]).mean()


def test_fractions_and_nan_are_true():
    x = pc.tensor([0.5, 0.0, np.nan])
    assert x.any().item() is True
    assert x.all().item() is False
    assert pc.tensor([0.25, np.nan]).all().item() is True


@given(st.data())
def test_positions_of_extremes_are_those_of_numpy(data):
    shape = data.draw(hn.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    array = data.draw(hn.arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0, np.nan])))
    axis = data.draw(st.none() | st.integers(-array.ndim, array.ndim - 1))
    keepdims = data.draw(st.booleans())
    for name in ("argmax", "argmin"):
        expected = getattr(np, name)(array, axis=axis, keepdims=keepdims)
        assert_same(getattr(pc.tensor(array), name)(axis=axis, keepdims=keepdims), expected)


@given(st.data())
def test_permuting_and_reshaping_go_forth_and_back(data):
    array = data.draw(arrays)
    x = pc.tensor(array)
    axes = tuple(data.draw(st.permutations(range(array.ndim))))
    back = tuple(axes.index(i) for i in range(array.ndim))
    assert_same(x.permute_dims(axes), np.transpose(array, axes))
    assert_same(x.permute_dims(axes).permute_dims(back), array)
    assert_same(x.flatten(), array.ravel())
    assert_same(x.flatten().reshape(array.shape), array)
    axis = data.draw(st.integers(-array.ndim - 1, array.ndim))
    assert_same(x.expand_dims(axis), np.expand_dims(array, axis))
    assert_same(x.expand_dims(axis).squeeze(axis), array)
    assert_same(x.flip(), np.flip(array))
    assert_same(x.T, array.T)


@pytest.mark.parametrize(
    ("shape", "to", "expected"),
    [((2, 6), (3, -1), (3, 4)), ((4,), (-1, 2, 1), (2, 2, 1)), ((0, 3), (-1, 3), (0, 3))],
)
def test_one_size_of_a_reshape_may_be_left_open(shape, to, expected):
    assert pc.tensor(np.zeros(shape)).reshape(*to).shape == expected
    assert pc.tensor(np.zeros(shape)).reshape(to).shape == expected


def test_two_open_sizes_are_refused():
    with pytest.raises(ShapeError, match="Only one may be -1"):
        pc.tensor([1.0]).reshape(-1, -1)


def test_only_axes_of_size_one_are_squeezed():
    with pytest.raises(ShapeError, match="Only size 1 can go"):
        pc.tensor([[1.0, 2.0]]).squeeze(1)


SHAPES = [((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3,))]
SHAPES += [((3,), (5, 3, 2)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((2, 0), (0, 2))]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_matrix_products_are_those_of_numpy(shapes):
    a, b = (np.arange(np.prod(s), dtype=np.float64).reshape(s) for s in shapes)
    assert_same(pc.tensor(a) @ pc.tensor(b), a @ b)
    assert_same(a @ pc.tensor(b), a @ b)


def test_transposes_of_matrices_and_vectors():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert_same(pc.tensor(x).mT, np.swapaxes(x, -1, -2))
    with pytest.raises(ShapeError, match="mT: shape"):
        pc.tensor([1.0]).mT  # noqa: B018 (a property that raises)


def test_scatter_add_counts_its_axis_from_the_end_too():
    x = pc.tensor(np.ones((2, 3)))
    found = x.scatter_add([1, 1, 0], axis=-1, size=2)
    assert_same(found, [[1.0, 2.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    "name", ["abs", "sign", "floor", "exp", "expm1", "log1p", "sqrt", "sin", "cos", "tanh"]
)
def test_functions_are_called_as_in_numpy(name):
    x = np.array([0.5, 1.0, 2.5])
    np.testing.assert_allclose(getattr(pc.tensor(x), name)().numpy(), getattr(np, name)(x))


def test_number_operands_stand_on_either_side():
    x = pc.tensor([1.0, 4.0])
    for found, expected in [
        (1 - x, [0, -3]),
        (2 / x, [2, 0.5]),
        (2.0**x, [2, 16]),
        (x**0.5, [1, 2]),
        (-x, [-1, -4]),
        (abs(-x), [1, 4]),
        (x.maximum(2), [2, 4]),
        (x.minimum(2.0), [1, 2]),
        (x < 2, [True, False]),
    ]:
        assert_same(found, np.array(expected))
    assert_same(~(x > 2.0) | (x == 4.0), [True, True])
    assert_same((x > 0.0) & (x < 2.0), [True, False])


def test_where_chooses_between_numbers_and_tensors():
    x = pc.tensor([1.0, 4.0])
    assert_same((x > 2.0).where(x, 0), [0.0, 4.0])
    assert_same((x > 2.0).where(0, x), [1.0, 0.0])
    chosen = (x > 2.0).where(1.0, 2)
    assert_same(chosen, [2.0, 1.0])
    assert chosen.dtype == np.float32
    with pytest.raises(DTypeError, match=r"condition of dtype float32. It must be bool"):
        x.where(x, x)


# ---- compositions ------------------------------------------------------------------------

STEPS = [
    lambda x: x.tanh(),
    lambda x: x.sigmoid(),
    lambda x: (x * 0.3).exp(),
    lambda x: x * x,
    lambda x: x.sin() + 1.5,
    lambda x: x.T,
    lambda x: x.flip(axis=0),
    lambda x: x.sum(axis=0, keepdims=True) * 0.3 + x,
    lambda x: x.mean(axis=1, keepdims=True) - x,
    lambda x: x @ x.T @ x * 0.1,
    lambda x: x.cumulative_sum(axis=1),
    lambda x: x[::-1, 1:],
    lambda x: x[:, [0, 0, 1]],
    lambda x: x.pad(((1, 0), (0, 1)), value=0.5),
    lambda x: x.reshape(x.shape[1], x.shape[0]),
    lambda x: x.prod(axis=1, keepdims=True) + x,
]


@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5), st.integers(0, 999))
def test_the_gradient_of_any_composition_is_that_of_differences(steps, seed):
    def composed(x):
        for step in steps:
            y = step(x).tanh()  # stays tame: differences of steep functions are inexact
            x = y if min(y.shape) > 1 else x  # stays a matrix
        return x

    pc.check_gradients(composed, np.random.default_rng(seed).uniform(-1, 1, (3, 3)), order=1)


# ---- integers --------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", [*EXECUTORS, "eager"])
@pytest.mark.parametrize("dtype", ["uint8", "uint32", "int32", "int64"])
def test_sums_and_products_of_integers_do_not_wrap(dtype, executor):
    most = min(np.iinfo(dtype).max, 2**40)
    x = np.array([[most, most, 3], [1, most, 2]], dtype)

    def reduced(x):
        total = x.sum(axis=1, keepdims=True)
        return total, x[:, 1:].prod(axis=1), x.cumulative_sum(axis=0)

    run = reduced if executor == "eager" else pc.compile(reduced, executor=executor)
    found = run(pc.tensor(x))
    wide = x.astype(np.int64)
    assert {y.dtype for y in found} == {np.dtype(np.int64)}
    np.testing.assert_array_equal(found[0].numpy(), wide.sum(axis=1, keepdims=True))
    np.testing.assert_array_equal(found[1].numpy(), wide[:, 1:].prod(axis=1))
    np.testing.assert_array_equal(found[2].numpy(), wide.cumsum(axis=0))


@pytest.mark.parametrize("shape", [(0, 3), (0,), (2, 0)])
def test_an_open_size_next_to_0_is_refused_as_any_would_do(shape):
    with pytest.raises(ShapeError, match=r"reshape: shape .* as \(0, -1\)\. Next to a size of 0"):
        pc.zeros(shape).reshape(0, -1)
    assert pc.zeros(shape).reshape(-1, 3).shape == (0, 3)


def test_sizes_of_a_reshape_are_whole_numbers():
    assert pc.zeros(4).reshape(np.int64(2), np.uint8(2)).shape == (2, 2)
    with pytest.raises(ShapeError, match=r"reshape: sizes \(2, 2\.5\)\. They are whole numbers"):
        pc.zeros(4).reshape(2, 2.5)


@pytest.mark.parametrize(
    "name",
    ["sum", "max", "min", "prod", "mean", "all", "any", "var", "std", "argmax", "argmin"],
)
def test_the_axis_of_a_reduction_may_be_given_by_place(name):
    x = np.array([[1.0, 2.0, 0.0], [4.0, 3.0, 9.0]])
    for axis in (0, 1, -1):
        found = getattr(pc.tensor(x), name)(axis)
        np.testing.assert_allclose(found.numpy(), getattr(x, name)(axis), rtol=1e-15)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_numbers_that_are_all_the_same_have_a_spread_without_a_slope(executor):
    x = np.array([[2.0, 2.0], [1.0, 3.0]], np.float32)
    std = pc.compile(lambda x: x.std(axis=1), executor=executor)
    assert std(x).tolist() == [0.0, 1.0]
    slopes = pc.grad(lambda x: x.std(axis=1).sum())
    # Of two numbers the spread is half their distance.
    found = pc.compile(slopes, executor=executor)(x).numpy()
    np.testing.assert_allclose(found, [[0.0, 0.0], [-0.5, 0.5]], rtol=1e-6)
    assert np.isnan(pc.tensor([1.0, np.nan]).std().item())
    assert np.isnan(pc.tensor([1.0]).std(correction=1).item())


@pytest.mark.parametrize("executor", EXECUTORS)
def test_truths_are_counted(executor):
    x = np.array([[True, False, True], [False, False, False]])
    for axis in (None, 0, 1):
        found = pc.compile(lambda x, axis=axis: x.sum(axis=axis), executor=executor)(x)
        assert_same(found, x.sum(axis=axis))
    assert pc.tensor(x).cumulative_sum(axis=1).tolist() == x.cumsum(axis=1).tolist()
    assert pc.tensor(x).prod().tolist() == 0


def test_a_tensor_is_not_nothing():
    t = pc.ones(2)
    assert (t == None, None == t, t != None) == (False, False, True)  # noqa: E711, SIM300
    assert [t, None].index(None) == 1
