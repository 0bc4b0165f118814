"""Positions of extremes are those of NumPy, and of one number alone."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors.native.executor import Native


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_first_extreme_wins_and_nan_before_all(name, axis):
    shape = [4, 5, 6]
    to = [1 if i == axis else n for i, n in enumerate(shape)]
    made = procedure(f"""graph(x: float32[4,5,6])
      %0: int64[{",".join(map(str, to))}] = {name}(axis={axis}) of (x)
      return %0""")
    x = np.random.default_rng(1).integers(-2, 3, shape).astype(np.float32)
    x[1, 2, 3], x[3, 4, :], x[0, 0, 0] = np.nan, -np.inf, np.inf
    expected = getattr(np, name)(x, axis, keepdims=True)
    np.testing.assert_array_equal(Native(made)([x], [])[0], expected)


def test_integers_have_no_nan_to_look_for():
    made = procedure("""graph(x: int64[3,4])
      %0: int64[3,1] = argmin(axis=1) of (x)
      return %0""")
    x = np.array([[3, 1, 2, 1], [0, 0, 0, 0], [5, 4, 3, 2]])
    np.testing.assert_array_equal(Native(made)([x], [])[0], [[1], [0], [3]])
