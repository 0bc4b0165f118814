"""Values at a point: numbers from positions, and members however far from their operands."""

import numpy as np
from executors.native.examples import procedure, same

from pellucid.executors.native.executor import Native


def test_numbers_from_positions_are_those_of_the_reference():
    made = procedure("""graph(x: float32[3,37], k: uint32[2], d: uint32[])
      %0: uint32[3,37] = random_bits(to=(3, 37), bits=24) of (k, d)
      %1: float32[3,37] = cast(to=float32) of (%0)
      %2: float32[3,37] = multiply() of (%1, x)
      return %2""")
    assert same(made) is None


def test_members_far_from_their_operands_need_no_deep_calls():
    lines = [
        "graph(x: float32[8])",
        *(f"%{i}: float32[8] = abs() of ({f'%{i - 1}' if i else 'x'})" for i in range(3000)),
    ]
    ready = Native(procedure("\n".join([*lines, "return %2999"])))
    x = -np.arange(8, dtype=np.float32)
    np.testing.assert_array_equal(ready([x], [])[0], -x)
