"""Subscripts select what NumPy selects, and refuse what does not exist."""

import hypothesis.extra.numpy as hn
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pellucid as pc
from pellucid.errors import DTypeError, GraphError, PositionError, ShapeError

shapes = hn.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


def counted(shape):
    return np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape)


def assert_selects_the_same(shape, key):
    array = counted(shape)
    expected = array[key]
    found = pc.tensor(array)[key].numpy()
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found, expected)


@given(st.data())
def test_basic_keys_select_what_numpy_selects(data):
    shape = data.draw(shapes)
    key = data.draw(hn.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True))
    assert_selects_the_same(shape, key)


@given(st.data())
def test_masks_select_what_numpy_selects(data):
    shape = data.draw(hn.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    axes = data.draw(st.integers(1, len(shape)))
    mask = data.draw(hn.arrays(bool, shape[:axes]))
    assert_selects_the_same(shape, mask)
    assert_selects_the_same(shape, (..., data.draw(hn.arrays(bool, shape[-1:]))))


@st.composite
def mixed_keys(draw, shape):
    """A key with integers, slices, new axes, dots and integer arrays in any order."""
    together = draw(hn.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    key = []
    for size in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["integer", "slice", "array", "list"]))
        if size == 0 or kind == "slice":
            key.append(draw(st.slices(size)))
        elif kind == "integer":
            key.append(draw(st.integers(-size, size - 1)))
        else:
            dtype = draw(st.sampled_from([np.int64, np.int32]))
            stretched = tuple(draw(st.sampled_from([1, n])) for n in together)
            array = draw(hn.arrays(dtype, stretched, elements=st.integers(-size, size - 1)))
            key.append(array.tolist() if kind == "list" and array.ndim == 1 else array)
    for _ in range(draw(st.integers(0, 2))):
        key.insert(draw(st.integers(0, len(key))), None)
    if draw(st.booleans()):
        key.insert(draw(st.integers(0, len(key))), ...)
    return tuple(key)


@given(st.data())
def test_keys_of_every_kind_select_what_numpy_selects(data):
    shape = data.draw(hn.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    key = data.draw(mixed_keys(shape))
    try:
        counted(shape)[key]
    except IndexError:  # dots moved a position to a smaller axis
        assume(False)
    assert_selects_the_same(shape, key)


@pytest.mark.parametrize(
    "key",
    [
        (0, slice(None), [1, 2]),
        (slice(None), [0], ..., [1]),
        ([0, 1], None, [1, 2]),
        (np.array([0, 1], np.uint8), np.array([[1], [2]], np.int32)),
        (np.array(1), slice(None), np.array([0])),
        (slice(None, None, -2), -1, slice(4, 0, -3)),
        (np.array([True, False, True]), slice(None), [1, 2]),
        ([], ...),
    ],
    ids=str,
)
def test_keys_that_are_easy_to_get_wrong(key):
    assert_selects_the_same((3, 4, 5), key)


def test_uint8_positions_reach_beyond_255_elements():
    assert_selects_the_same((20, 30), (np.array([19], np.uint8), np.array([29], np.uint8)))


def test_tensors_are_keys():
    x = pc.tensor(counted((3, 4)))
    np.testing.assert_array_equal(x[pc.tensor([2, 0])].numpy(), counted((3, 4))[[2, 0]])
    np.testing.assert_array_equal(x[x > 5.0].numpy(), np.arange(6.0, 12.0))
    assert x[pc.tensor(1), pc.tensor(2)].item() == 6.0


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (3, r"position 3 on axis 0 of shape \(3, 4\). Positions go from -3 to 2"),
        ((0, -5), "position -5 on axis 1"),
        (([0, 3],), "position 3 on axis 0"),
        ((0, 0, 0), r"3 indices for shape \(3, 4\). One per axis at most"),
        ((..., 0, ...), "stands twice"),
    ],
    ids=str,
)
def test_positions_that_do_not_exist_are_index_errors(key, message):
    with pytest.raises(PositionError, match=message) as caught:
        pc.tensor(counted((3, 4)))[key]
    assert isinstance(caught.value, IndexError)


def test_other_keys_are_refused():
    x = pc.tensor(counted((3, 4)))
    with pytest.raises(DTypeError, match="single bool"):
        x[True]
    with pytest.raises(DTypeError, match="Positions are integers"):
        x[[0.5]]
    with pytest.raises(ShapeError, match=r"a mask of size 2 on axis 0 of shape \(3, 4\)"):
        x[np.array([True, False])]


def test_a_mask_cannot_be_captured():
    with pytest.raises(GraphError, match=r"being captured.*where"):
        pc.capture(lambda x: x[x > 0.0])(np.ones(3))


@given(st.data())
def test_gradients_land_where_elements_were_taken(data):
    shape = data.draw(hn.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3))
    key = data.draw(hn.integer_array_indices(shape))
    array = counted(shape)
    dx = pc.grad(lambda x: (x[key] * x[key].stop_gradient()).sum())(array)
    expected = np.zeros(shape)
    np.add.at(expected, key, array[key])
    np.testing.assert_array_equal(dx.numpy(), expected)


def test_a_mask_without_axes_selects_all_or_nothing():
    x = np.arange(6.0).reshape(2, 3)
    for mask in (np.array(True), np.array(False)):
        np.testing.assert_array_equal(pc.tensor(x)[pc.tensor(mask)].numpy(), x[mask])
    assert pc.tensor(5.0)[pc.tensor(5.0) > 4.0].tolist() == [5.0]
