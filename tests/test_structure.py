"""Nests of arguments and results come apart and together again."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pc
from pellucid.errors import GraphError
from pellucid.structure import flatten, row, unflatten

Point = namedtuple("Point", ["x", "y"])
leaves_and_fixed = st.one_of(
    st.floats(allow_nan=False), st.integers(), st.booleans(), st.none(), st.text(max_size=3)
)
nests = st.recursive(
    leaves_and_fixed,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.builds(Point, inner, inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(nests)
def test_what_is_taken_apart_comes_together_again(nest):
    leaves = []
    structure = flatten(nest, leaves)
    assert all(type(leaf) is float for leaf in leaves)
    again = unflatten(structure, iter(leaves))
    assert again == nest
    assert type(again) is type(nest)


@given(nests, nests)
def test_structures_are_equal_where_only_the_leaves_differ(one, other):
    first, second = [], []
    same = flatten(one, first) == flatten(other, second)
    replaced = unflatten(flatten(one, []), iter(second + [0.0] * len(first)))
    assert same == (len(first) == len(second) and repr(replaced) == repr(other))


def test_leaves_are_tensors_arrays_and_floats():
    leaves = []
    variable = pc.Variable([1.0])
    nest = {"b": pc.tensor([1.0]), "a": [np.ones(2), np.float32(3), 2.5, variable]}
    structure = flatten(nest, leaves)
    assert [type(leaf) for leaf in leaves] == [
        pc.Tensor,
        np.ndarray,
        np.float32,
        float,
        pc.Variable,
    ]
    assert list(unflatten(structure, iter(leaves))) == ["b", "a"]


def test_structures_tell_kinds_and_order_apart():
    kinds = [1, True, "1", None, (1,), [1], Point(1, 1), (1, 1), {"a": 1, "b": 1}, {"b": 1, "a": 1}]
    structures = [flatten(nest, []) for nest in kinds]
    assert len(set(structures)) == len(kinds)


def test_other_objects_are_refused():
    with pytest.raises(GraphError, match=r"an argument or result of type set. It may be a tensor"):
        flatten([{1, 2}], [])


def test_a_row_is_the_structure_of_a_tuple_of_arrays():
    arrays = (np.ones(2), np.ones(3))
    leaves = []
    assert flatten(arrays, leaves) == row(2)
    assert row(2) is row(2)
    assert flatten((), []) == row(0)
