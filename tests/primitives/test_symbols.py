"""Tensors made like one that is there: symbols, and zeros that a graph makes."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import GraphError
from pellucid.primitives.symbols import symbol, zeros

LIKE = pc.tensor(np.ones((2, 3), np.float32))


def test_a_symbol_has_shape_and_dtype_and_no_numbers():
    x = symbol(LIKE)
    assert (type(x), x.shape, x.dtype) == (pc.Tensor, (2, 3), np.float32)
    with pytest.raises(GraphError):
        x.numpy()


def test_zeros_are_numbers_or_repeated_where_a_graph_runs():
    assert zeros(LIKE, symbolic=False).tolist() == [[0.0] * 3] * 2
    repeated = zeros(LIKE, symbolic=True)
    assert (repeated.shape, repeated.dtype) == ((2, 3), np.float32)
    assert repeated.origin.primitive.name == "broadcast_to"
    assert [x.shape for x in repeated.origin.inputs] == [()]  # no constant of its size
