"""Units of loop kernels: reductions along every axis, in stages, in bodies short and long."""

import pytest
from executors.native.examples import procedure, same
from executors.native.kernels.test_loops import long

from pellucid.executors.native.kernels.loop_unit import LONG_NODES

SHAPES = [(3, 21), (20, 5), (40, 33), (7, 3), (2, 16)]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("shape", [(3, 21), (20, 5), (40, 33)])
def test_long_bodies_with_reductions_are_right(shape, axis):
    end, kept = LONG_NODES + 5, [n if i != axis else 1 for i, n in enumerate(shape)]
    text = f"""  %s: float32[{kept[0]},{kept[1]}] = sum(axis=({axis},)) of (%{end - 1})
      %t: float32[{shape[0]},{shape[1]}] = multiply() of (%{end - 1}, %s)
      return %t"""
    assert same(long(f"{shape[0]},{shape[1]}", end, text)) is None


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_follows_from_a_reduction_is_a_stage_of_the_same_kernel(shape, axis):
    """Normalisation: two reductions, the second of what the first gives, and what follows."""
    kept = [n if i != axis else 1 for i, n in enumerate(shape)]
    of, one = f"{shape[0]},{shape[1]}", f"{kept[0]},{kept[1]}"
    made = procedure(f"""graph(x: float32[{of}])
      %0: float32[{one}] = max(axis=({axis},)) of (x)
      %1: float32[{of}] = subtract() of (x, %0)
      %2: float32[{of}] = exp() of (%1)
      %3: float32[{one}] = sum(axis=({axis},)) of (%2)
      %4: float32[{of}] = divide() of (%2, %3)
      return %4, %3""")
    assert same(made) is None
