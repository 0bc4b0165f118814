"""What tensors are made of: data of every kind, and what is refused."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.arrays import freeze, is_frozen
from pellucid.errors import DTypeError, GradientError, ShapeError


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


@pytest.mark.parametrize(
    "data",
    [None, [1, None], [1j], np.zeros(2, np.float16), pytest.param(object(), id="object")],
    ids=repr,
)
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


# ---- numbers that meet tensors -----------------------------------------------------------


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


def test_a_frozen_array_and_what_it_is_a_view_of_cannot_be_written():
    owner = np.zeros(12, np.float32)
    view = owner[2:8].reshape(2, 3)
    assert not is_frozen(view)
    freeze(view)
    assert is_frozen(view)
    with pytest.raises(ValueError, match="read-only"):
        owner[0] = 1.0


def test_an_array_at_an_odd_address_is_not_taken_as_it_is():
    memory = np.zeros(9, np.uint8)
    memory.flags.writeable = False
    view = memory[1:].view(np.float32)
    assert is_frozen(memory)
    assert not is_frozen(view)
    assert pc.tensor(view).array.flags.aligned


def test_objects_that_are_numbers_are_numbers_and_texts_are_named():
    assert pc.tensor(np.array([[1.5, True], [2, False]], object)).tolist() == [[1.5, 1.0], [2, 0]]
    assert pc.tensor(np.array([True, False], object)).dtype == np.bool_
    message = (
        r"tensor: dtype <U3, with the text 'cat'\. A tensor holds numbers: names .*from_arrays"
    )
    with pytest.raises(DTypeError, match=message):
        pc.tensor(["cat", "dog"])
