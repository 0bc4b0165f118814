"""Tensors never change, are compared by element, and are copied without their history."""

import copy
import pickle

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import CallError, OptionError


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


def test_an_array_that_nobody_can_write_is_shared():
    data = np.ones((2, 3))
    data.flags.writeable = False
    assert np.shares_memory(pc.tensor(data).array, data)
    assert not np.shares_memory(pc.tensor(data, np.float32).array, data)
    assert not np.shares_memory(pc.tensor(data.T).array, data)  # another order
    writable = np.arange(6.0)
    seen = writable.view()
    seen.flags.writeable = False
    assert not np.shares_memory(pc.tensor(seen).array, writable)


def test_a_copy_can_be_written():
    x = pc.tensor([1.0, 2.0])
    array = np.array(x)
    array[0] = 9.0
    assert x.tolist() == [1.0, 2.0]


def test_elements_cannot_be_assigned():
    with pytest.raises(TypeError):
        pc.tensor([1.0])[0] = 2.0


def test_equality_is_by_element_and_hashing_by_identity():
    x, y = pc.tensor([1.0]), pc.tensor([1.0])
    assert (x == y).tolist() == [True]
    assert len({x, y, x}) == 2


# ---- copies ------------------------------------------------------------------------------


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


@pytest.mark.parametrize("data", [[1.0], np.ones(2), pc.ones(2), (), None])
def test_a_tensor_is_made_by_the_function_alone(data):
    with pytest.raises(CallError, match=r"Tensor: .*pc.tensor\(\[1.0, 2.0\]\)"):
        pc.Tensor(data)


@pytest.mark.parametrize("others", [0, 1, 2])
@pytest.mark.parametrize("applied", [np.exp, abs, pc.exp, lambda x: x])
def test_what_is_applied_is_a_primitive(applied, others):
    x = pc.ones(2)
    message = r"apply: primitive is a .* It is a primitive; a function is called, as it is: f\(x\)."
    with pytest.raises(OptionError, match=message):
        x.apply(applied, *[x] * others)
    with pytest.raises(OptionError, match=message):
        pc.apply(applied, x, *[x] * others)
