"""Elements one by one: every point of a shape once, in order, through any strides."""

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.kernels.frame_program import run

from pellucid.executors.native.ir.views import View
from pellucid.executors.native.kernels.elements import get, put, walk, with_index, without_axis
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import I64

SHAPES = [(), (1,), (5,), (2, 3), (3, 1, 2), (2, 0), (0,)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_points_come_in_order_each_once(shape):
    """Each point is given the number of points that came before it."""
    of = ",".join(map(str, shape))
    made = procedure(f"""graph(x: int64[{of}])
      %0: int64[{of}] = add() of (x, x)
      return %0""")

    def emitted(frame):
        y, b = frame.shared.graph.outputs[0], frame.builder
        count = frame.scratch(I64)
        b.store(I64(0), count)
        with walk(frame, shape) as indices:
            assert len(indices) == len(shape)
            now = b.load(count, typ=I64)
            put(frame, y, indices, Lanes(b, now, np.int64))
            b.store(b.add(now, I64(1)), count)

    (found,) = run(made, emitted, [np.zeros(shape, np.int64)])
    size = int(np.prod(shape))
    np.testing.assert_array_equal(found, np.arange(size).reshape(shape))


@pytest.mark.parametrize(
    ("offset", "strides"), [(0, (4, 1)), (3, (4, -1)), (1, (0, 1)), (8, (-4, 0))]
)
def test_elements_of_a_view_are_those_of_its_strides(offset, strides):
    made = procedure("""graph(x: float32[3,4])
      %0: float32[3,3] = slice(start=(0, 0), count=(3, 3), step=(1, 1)) of (x)
      %1: float32[3,3] = exp() of (%0)
      return %1""")
    x = np.arange(12, dtype=np.float32).reshape(3, 4)

    def emitted(frame):
        graph = frame.shared.graph
        view = View(graph.inputs[0], offset, strides, (3, 3))
        with walk(frame, (3, 3)) as indices:
            put(frame, graph.outputs[0], indices, get(frame, view, indices))

    (found,) = run(made, emitted, [x])
    expected = [
        [x.flat[offset + i * strides[0] + j * strides[1]] for j in range(3)] for i in range(3)
    ]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_an_axis_is_taken_out_and_put_in_again(axis):
    shape = (2, 3, 4)
    others = without_axis(shape, axis)
    assert others == tuple(np.delete(shape, axis))
    assert with_index(others, axis, shape[axis]) == shape
