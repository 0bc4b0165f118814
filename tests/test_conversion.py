"""From tensors back to numbers, text and the arrays of other libraries."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import ShapeError


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


# ---- other libraries ---------------------------------------------------------------------


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
