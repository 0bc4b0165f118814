"""What kernels share: places of values, how they move from step to step, known numbers."""

import numpy as np
from executors.native.examples import procedure

from pellucid.executors.native.planning import planned

TEXT = """graph(x: float32[6,4], y: float64[3], w: float32[4])
  %0: float32[6,4] = add() of (x, w)
  %1: float32[6,1] = sum(axis=(1,)) of (%0)
  %2: float64[3] = exp() of (y)
  %3: float32[4] = multiply() of (w, w)
  return %1, %2"""


def shared():
    return planned(procedure(TEXT, {"w": "%3"}))


def test_arguments_and_results_move_by_their_size_from_step_to_step_and_nothing_else():
    found, plan = shared(), shared().plan
    assert [found.row_bytes(slot) for slot in range(plan.inputs)] == [6 * 4 * 4, 3 * 8, 0]
    first = plan.inputs + plan.constants
    assert [found.row_bytes(first + i) for i in range(plan.results)] == [6 * 4, 3 * 8]
    assert found.row_bytes(plan.arena_slot) == 0


def test_an_element_lies_its_bytes_behind_the_first():
    found = shared()
    x, y, _ = found.graph.inputs
    for value, size in ((x, 4), (y, 8)):
        first, place = found.place(value), found.place(value, 5)
        assert (place.slot, place.offset) == (first.slot, first.offset + 5 * size)


def test_a_kernel_is_told_slot_offset_and_step_of_each_place():
    found = shared()
    x, y, w = found.graph.inputs
    places = [found.place(x), found.place(y, 1), found.place(w)]
    assert found.bindings(places) == (0, 0, 96, 1, 8, 24, 2, 0, 0)
    assert found.bindings([]) == ()


def test_constants_of_one_element_are_known_numbers():
    made = planned(
        procedure("""graph(x: float32[3], c: float32[1,1], d: float32[2])
      %0: float32[1,3] = multiply() of (x, c)
      return %0, d""")
    )
    graph = made.graph
    held = tuple(zip(graph.inputs[1:], (np.float32([[2.5]]), np.float32([1, 2])), strict=True))
    again = type(made)(
        type(graph)(graph.inputs[:1], held, graph.nodes, graph.outputs), made.views, made.plan,
        made.target, 1,
    )  # fmt: skip
    assert again.numbers == {"c": 2.5}
