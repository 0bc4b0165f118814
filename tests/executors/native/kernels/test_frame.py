"""Kernel functions: how they reach memory, in each step, and what they take of the stack."""

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.kernels.frame_program import run

from pellucid.executors.native.kernels.frame import Frame, Slot, kernel_type
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.types import I64, lanes_type
from pellucid.executors.native.planning import planned

TEXT = """graph(x: float32[6], c: float32[1])
  %0: float32[6] = add() of (x, c)
  return %0"""
X, FLOAT = np.arange(1, 7, dtype=np.float32), np.dtype(np.float32)


def values(frame):
    graph = frame.shared.graph
    return graph.inputs[0], graph.outputs[0]


def test_neighbours_are_loaded_and_stored_with_strides_and_from_an_offset():
    def emitted(frame):
        x, y = values(frame)
        frame.store(y, I64(0), frame.load(x, I64(1), 2, 2))  # x[1], x[3]
        frame.store(y, I64(2), frame.load(x, I64(0), 3, -1, None, 5))  # x[5], x[4], x[3]
        frame.store(y, I64(5), frame.load(x, I64(2), 1, 1))

    (found,) = run(procedure(TEXT), emitted, [X, [0]])
    assert found.tolist() == [2.0, 4.0, 6.0, 5.0, 4.0, 3.0]


def test_memory_of_arguments_and_results_moves_on_from_step_to_step():
    def emitted(frame):
        x, y = values(frame)
        frame.store(y, I64(0), frame.load(x, I64(0), 1, 1))

    made = procedure(TEXT)
    found = run(made, emitted, [np.arange(18.0).reshape(3, 6), [0]], steps=3)
    assert found[0][:, 0].tolist() == [0.0, 6.0, 12.0]
    assert not found[0][:, 1:].any()


def test_an_element_is_an_offset_and_indices_times_strides():
    def emitted(frame):
        x, y = values(frame)
        element = frame.element(1, (I64(2), None, I64(9), I64(1)), (2, 7, 0, -1))
        frame.store(y, I64(0), frame.load(x, element, 1, 1))

    (found,) = run(procedure(TEXT), emitted, [X, [0]])
    assert found[0] == X[1 + 2 * 2 - 1]


def test_a_place_is_bound_once():
    shared = planned(procedure(TEXT))
    frame = Frame(shared)
    x, y = values(frame)
    assert frame.pointer(x) is frame.pointer(x)
    frame.pointer(y)
    frame.pointer(x, 3)
    text, places = frame.finish()
    assert places == [shared.place(x), shared.place(y), shared.place(x, 3)]
    assert text.count("define") == 1


def test_memory_on_the_stack_is_counted_in_bytes():
    frame = Frame(planned(procedure(TEXT)))
    frame.scratch(lanes_type(FLOAT, 8), 3)
    frame.scratch(I64)
    frame.scratch(lanes_type(np.dtype(bool), 1), 5)
    assert frame.stack_bytes == 3 * 8 * 4 + 8 + 5


def test_claims_change_nothing():
    def emitted(frame):
        x, y = values(frame)
        frame.claim(y, I64(0), (0, 5))
        frame.store(y, I64(0), frame.load(x, I64(0), 1, 1))

    (found,) = run(procedure(TEXT), emitted, [X, [0]])
    assert found.tolist() == [1.0, 0, 0, 0, 0, 0]


def test_a_kernel_is_called_with_table_bindings_step_and_units():
    assert [str(kind) for kind in kernel_type().args] == ["ptr", "ptr", "i64", "i64", "i64"]


def test_a_slot_keeps_lanes_from_turn_to_turn():
    made = procedure("""graph(x: float32[10])
      %0: float32[1] = sum(axis=(0,)) of (x)
      return %0""")

    def emitted(frame):
        (x,), (y,) = frame.shared.graph.inputs, frame.shared.graph.outputs
        total = Slot(frame, frame.constant(0, x.dtype))
        total.put(frame.constant(100, x.dtype))
        with counted(frame.builder, 0, 10) as i:
            total.put(total.get() + frame.load(x, i))
        frame.store(y, 0, total.get())

    (found,) = run(made, emitted, [np.arange(10)])
    assert found.tolist() == [145.0]


@pytest.mark.parametrize(("units", "expected"), [((0, 1), 1.0), ((3, 3), 0.0), ((4, 3), 0.0)])
def test_an_empty_range_of_units_does_nothing(units, expected):
    made = procedure("""graph(x: float32[1])
      %0: float32[1] = negative() of (x)
      return %0""")

    def emitted(frame):
        (y,) = frame.shared.graph.outputs
        with frame.builder.if_then(frame.has_units):
            frame.store(y, 0, frame.constant(1, y.dtype))

    (found,) = run(made, emitted, [np.zeros(1)], units)
    assert found.tolist() == [expected]
