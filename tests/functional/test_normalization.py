"""Scaling by the largest absolute value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pc
from pellucid.errors import DTypeError
from pellucid.functional import max_abs_normalize


@given(st.lists(st.lists(st.floats(-1024.0, 1024.0, width=32), min_size=3, max_size=3), min_size=1))
def test_rows_lie_between_minus_1_and_1_and_reach_it(rows):
    x = np.array(rows, np.float32)
    y = max_abs_normalize(x, axis=1).numpy()
    assert (np.abs(y) <= 1).all()
    np.testing.assert_array_equal(np.abs(y).max(axis=1), (np.abs(x).max(axis=1) > 0))
    np.testing.assert_array_equal(np.sign(y[np.abs(x) > 1e-5]), np.sign(x[np.abs(x) > 1e-5]))


def test_the_whole_array_or_some_axes_give_the_largest():
    x = np.array([[[1.0, 2.0], [-4.0, 0.5]], [[8.0, 0.0], [1.0, 1.0]]])
    assert max_abs_normalize(x).numpy() == pytest.approx(x / 8)
    found = max_abs_normalize(x, axis=(1, 2)).numpy()
    assert found == pytest.approx(x / np.array([4.0, 8.0]).reshape(2, 1, 1))


def test_gradients_are_central_differences():
    pc.check_gradients(lambda x: max_abs_normalize(x, axis=1), np.array([[0.5, -2.0], [3.0, 1.0]]))


def test_integers_are_refused():
    with pytest.raises(DTypeError):
        max_abs_normalize(np.arange(3))
