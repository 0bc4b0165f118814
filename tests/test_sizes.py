"""What no array can be is refused by numbers, before anything is tried."""

import numpy as np
import pytest

from pellucid.errors import ShapeError
from pellucid.sizes import ceil_div, check_sizes

F4 = np.dtype(np.float32)


@pytest.mark.parametrize(
    "shape", [(), (0,), (2, 3), (2**60,), (2**61 - 1,), (1,) * 64, (0, 2**60), (2**20, 0, 2**30)]
)
def test_shapes_that_arrays_can_have_pass(shape):
    check_sizes("x", shape, F4)


@pytest.mark.parametrize(
    "shape",
    [(2**61,), (2**31, 2**31), (1,) * 65, (0, 2**61), (2**40, 0, 2**40), (-1,), (-2, -2, -1)],
)
def test_shapes_that_no_array_has_are_refused(shape):
    with pytest.raises(ShapeError, match=r"x: float32 of shape .* 64 axes or 2\^63 - 1 bytes"):
        check_sizes("x", shape, F4)
    with pytest.raises(ValueError):
        np.empty(shape, F4)  # NumPy agrees


@pytest.mark.parametrize(("count", "size", "pieces"), [(0, 3, 0), (1, 3, 1), (6, 3, 2), (7, 3, 3)])
def test_pieces_are_counted_with_the_last_one_that_is_not_full(count, size, pieces):
    assert ceil_div(count, size) == pieces
    assert ceil_div(2**60 * size + 1, size) == 2**60 + 1
