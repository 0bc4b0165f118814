"""Tensors: what they are made from, what they refuse, what they give away."""

import copy
import pickle

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError, GradientError, ShapeError

# ---- making ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, "float32"),
        (3, "int64"),
        (True, "bool"),
        ([], "float32"),
        ([[1, 2.5]], "float32"),
        (np.float64(1.5), "float64"),
        ([np.float64(1.5)], "float64"),
        (np.arange(3, dtype=np.uint8), "uint8"),
        (range(3), "int64"),
    ],
    ids=repr,
)
def test_python_floats_become_float32_and_arrays_keep_their_dtype(data, dtype):
    assert pc.tensor(data).dtype == dtype
    np.testing.assert_array_equal(pc.tensor(data).numpy(), np.asarray(data))


def test_a_dtype_can_be_asked_for():
    assert pc.tensor([1, 2], "float64").dtype == np.float64
    assert pc.tensor(pc.tensor([1.5]), dtype="int32").tolist() == [1]


@pytest.mark.parametrize("data", ["abc", None, [1j], np.zeros(2, np.float16), object()], ids=repr)
def test_what_has_no_known_dtype_is_refused(data):
    with pytest.raises(DTypeError, match=r"tensor: dtype .* Known are bool, uint8"):
        pc.tensor(data)


def test_a_float16_result_cannot_be_asked_for():
    with pytest.raises(DTypeError, match="tensor: dtype float16"):
        pc.tensor([1.0], dtype="float16")


def test_ragged_lists_are_refused():
    with pytest.raises(ShapeError, match=r"nested lists are no array.*equally long"):
        pc.tensor([[1.0, 2.0], [3.0]])


def test_only_floats_can_want_gradients():
    with pytest.raises(GradientError, match="gradients of int64"):
        pc.tensor([1], requires_grad=True)


# ---- immutability ------------------------------------------------------------------------


def test_the_data_is_copied():
    source = np.ones(3)
    x, v = pc.tensor(source), pc.Variable(source)
    source[0] = 9.0
    assert x.tolist() == [1, 1, 1]
    assert v.tolist() == [1, 1, 1]


def test_arrays_that_a_tensor_gives_away_cannot_be_written():
    x = pc.tensor([1.0, 2.0])
    for array in (x.numpy(), np.asarray(x), x.reshape(2, 1).numpy()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9.0


def test_a_copy_can_be_written():
    x = pc.tensor([1.0, 2.0])
    array = np.array(x)
    array[0] = 9.0
    assert x.tolist() == [1.0, 2.0]


def test_elements_cannot_be_assigned():
    with pytest.raises(TypeError):
        pc.tensor([1.0])[0] = 2.0


# ---- dtypes that meet --------------------------------------------------------------------


def test_float32_with_float64_is_refused():
    with pytest.raises(DTypeError, match=r"add: float32 with float64.*silently.*astype"):
        pc.tensor([1.0]) + pc.tensor(np.ones(1))


def test_arrays_count_with_their_dtype():
    with pytest.raises(DTypeError, match="float32 with float64"):
        pc.tensor([1.0]) * np.ones(1)
    assert (np.ones(1, np.float32) - pc.tensor([3.0])).tolist() == [-2.0]
    assert isinstance(np.ones(1, np.float32) - pc.tensor([3.0]), pc.Tensor)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
def test_python_numbers_take_the_dtype_of_the_tensor(dtype):
    x = pc.tensor([1, 2], dtype)
    for y in (x + 1, 1 + x, x * 2, x.maximum(0), (x > 1).where(x, 0)):
        assert y.dtype == dtype


@pytest.mark.parametrize(
    ("dtype", "number"),
    [
        ("int64", 0.5),
        ("uint8", 256),
        ("uint8", -1),
        ("bool", 1),
        ("float32", True),
        ("int32", True),
    ],
)
def test_python_numbers_of_another_kind_are_refused(dtype, number):
    with pytest.raises(DTypeError, match=r"it is not a number of that kind.*astype"):
        pc.tensor([1], dtype) == number  # noqa: B015 (it raises)


def test_ufuncs_of_numpy_do_not_take_tensors():
    with pytest.raises(TypeError):
        np.exp(pc.tensor([1.0]))


# ---- reading -----------------------------------------------------------------------------


def test_small_tensors_print_their_numbers():
    assert repr(pc.tensor([[1.0, 2.5]])) == "tensor([[1. , 2.5]], float32)"
    assert repr(pc.tensor(3)) == "tensor(3, int64)"


def test_large_tensors_print_in_a_few_lines():
    text = repr(pc.tensor(np.zeros((1000, 1000), np.float32)))
    assert "..." in text
    assert len(text) < 600
    assert text.endswith("float32)")


def test_symbolic_tensors_print_shape_and_dtype():
    seen = []
    pc.capture(lambda x: seen.append(repr(x)) or x)(np.ones((2, 3)))
    assert seen == ["tensor(symbolic, float64[2,3])"]


def test_single_numbers_convert_to_python():
    x = pc.tensor([[2.5]])
    assert (x.item(), float(x), int(x), bool(x)) == (2.5, 2.5, 2, True)
    assert [10, 20, 30][pc.tensor(1)] == 20
    with pytest.raises(ShapeError, match="has 2 elements, not one"):
        pc.tensor([1.0, 2.0]).item()
    with pytest.raises(ShapeError, match=r"neither true nor false.*any"):
        bool(pc.tensor([True, False]))


def test_single_numbers_are_formatted_like_numbers_of_python():
    assert f"{pc.tensor(2.5):.3f} {pc.tensor([7]):>3}" == "2.500   7"
    assert f"{pc.tensor([1.0, 2.0])}" == "tensor([1., 2.], float32)"
    with pytest.raises(ShapeError, match="not one"):
        f"{pc.tensor([1.0, 2.0]):.3f}"


def test_tensors_iterate_over_their_first_axis():
    assert [row.tolist() for row in pc.tensor([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]
    assert len(pc.tensor([[1, 2], [3, 4]])) == 2
    with pytest.raises(TypeError, match="no length"):
        len(pc.tensor(1.0))


def test_equality_is_by_element_and_hashing_by_identity():
    x, y = pc.tensor([1.0]), pc.tensor([1.0])
    assert (x == y).tolist() == [True]
    assert len({x, y, x}) == 2


# ---- other libraries and copies ----------------------------------------------------------


def test_dlpack_gives_a_copy():
    x = pc.tensor([1.0, 2.0])
    array = np.from_dlpack(x)
    assert array.tolist() == [1.0, 2.0]
    assert not np.shares_memory(array, x.numpy())
    with pytest.raises(BufferError, match="copies only"):
        np.from_dlpack(x, copy=False)


def test_dlpack_takes_a_copy():
    source = np.arange(3, dtype=np.float32)
    x = pc.from_dlpack(source)
    source[0] = 9.0
    assert x.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_other_libraries_take_and_give_tensors(library):
    if library == "torch":
        torch = pytest.importorskip("torch")
        theirs, back = torch.from_dlpack, torch.arange(3)
    else:
        jax = pytest.importorskip("jax")
        theirs, back = jax.dlpack.from_dlpack, jax.numpy.arange(3)
    x = pc.tensor([1.5, 2.5])
    there = theirs(x)
    assert there.tolist() == [1.5, 2.5]
    if library == "torch":
        there[0] = 9.0
        assert x.tolist() == [1.5, 2.5]
    assert pc.from_dlpack(back).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_hold_the_numbers_and_no_history(again):
    source = pc.tensor([1.0, 2.0], requires_grad=True)
    y = source * 3.0
    twin = again(y)
    assert twin.tolist() == [3.0, 6.0]
    twin.sum().backward()
    assert twin.grad.tolist() == [1.0, 1.0]
    assert source.grad is None
    assert not again(pc.tensor([1])).requires_grad


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_of_variables_are_variables_of_their_own(again):
    v = pc.Parameter([1.0], name="w")
    twin = again(v)
    v.assign([5.0])
    assert (twin.name, twin.trainable, twin.tolist()) == ("w", True, [1.0])


def test_a_deep_copy_keeps_shared_variables_shared():
    v = pc.Parameter([1.0])
    first, second = copy.deepcopy([v, v])
    assert first is second
