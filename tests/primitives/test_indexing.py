"""Positions: from both ends, repeated, of any shape, and outside of their axis."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import DTypeError, PositionError, ShapeError
from pellucid.primitives import indexing

X = np.arange(12.0).reshape(3, 4)
IDS = np.array([[2, -3], [-1, 0]])


@pytest.mark.parametrize("axis", [0, 1])
def test_slices_are_those_of_numpy(axis):
    np.testing.assert_array_equal(pc.apply(p.Take(axis), X, IDS).numpy(), np.take(X, IDS, axis))


def test_what_is_added_at_one_place_adds_up():
    y = pc.apply(p.ScatterAdd(0, 3), np.array([1.0, 10.0, 100.0]), np.array([2, -1, 0]))
    assert y.tolist() == [100.0, 0.0, 11.0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("places", [1, 40])
def test_many_numbers_at_one_place_are_added_as_exactly_as_few(monkeypatch, dtype, places):
    monkeypatch.setattr(indexing, "LONG", 8)
    draw = np.random.default_rng(0)
    x, ids = draw.uniform(1, 2, (3, 200, 2)).astype(dtype), draw.integers(-places, places, 200)
    y = pc.apply(p.ScatterAdd(1, places), x, ids).numpy()
    exact = np.zeros((3, places, 2))
    for i, place in enumerate(ids):
        exact[:, place] += x[:, i]
    np.testing.assert_allclose(y, exact, rtol=2 * np.finfo(dtype).eps * 4)


def test_ids_are_checked_and_the_first_wrong_one_is_told():
    ids = np.array([[0, 2], [3, -1]])
    assert pc.apply(p.CheckedIds(4), np.abs(ids)).tolist() == [[0, 2], [3, 1]]
    with pytest.raises(PositionError, match=r"id 3 at \(1, 0\), and there are 3\. .* 0 and 2"):
        pc.apply(p.CheckedIds(3), ids)
    with pytest.raises(PositionError, match=r"id -1 at \(1, 1\)"):
        pc.apply(p.CheckedIds(4), ids)


def test_positions_are_integers():
    with pytest.raises(DTypeError, match=r"take: indices of dtype float64. Positions are integers"):
        pc.tensor([1.0]).take([0.0], axis=0)


def test_scatter_add_needs_the_shape_of_its_indices():
    with pytest.raises(ShapeError, match=r"scatter_add: indices of shape \(3,\)"):
        pc.tensor([1.0, 2.0]).scatter_add([0, 1, 2], axis=0, size=3)
