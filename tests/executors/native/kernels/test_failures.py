"""What machine code tells of indices that are out of range."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import PositionError
from pellucid.executors.native.executor import Native
from pellucid.graph import Procedure


def procedure(text):
    graph = pc.parse(text)
    return Procedure(graph, len(graph.inputs))


@pytest.mark.parametrize("dtype", ["uint8", "uint32", "int32", "int64"])
def test_the_first_id_outside_is_told_with_its_place(dtype):
    ready = Native(
        procedure(f"""graph(x: {dtype}[2,3])
      %0: {dtype}[3,2] = permute_dims(axes=(1, 0)) of (x)
      %1: {dtype}[3,2] = checked_ids(count=7) of (%0)
      return %1""")
    )
    x = np.array([[1, 2, 3], [4, 5, 6]], dtype)
    np.testing.assert_array_equal(ready([x], [])[0], x.T)
    x[0, 2], x[1, 1] = 9, 7
    with pytest.raises(
        PositionError, match=r"^id 7 at \(1, 1\), and there are 7\. Ids lie between"
    ):
        ready([x], [])


def test_an_id_below_0_may_be_a_position_but_is_no_id():
    ready = Native(
        procedure("""graph(x: float32[3], i: int64[2])
      %0: float32[2] = take(axis=0) of (x, i)
      %1: int64[2] = checked_ids(count=3) of (i)
      return %0, %1""")
    )
    x = np.arange(3, dtype=np.float32)
    ready([x, np.array([2, 0])], [])
    with pytest.raises(PositionError, match=r"id -1 at \(1,\)"):
        ready([x, np.array([2, -1])], [])


def test_a_step_with_an_unknown_class_changes_nothing():
    weight, total = pc.Parameter(np.ones((2, 3), np.float32)), pc.Buffer(np.zeros((), np.float32))
    optimizer = pc.optim.SGD({"weight": weight}, 0.5)

    @pc.compile
    def step(x, t):
        total.assign(total + 1.0)
        optimizer.minimize(pc.functional.cross_entropy(x @ weight, t))

    x = np.ones((4, 2), np.float32)
    with pytest.raises(PositionError, match=r"cross_entropy: id 3 at \(2,\)"):
        step(x, np.array([0, 1, 3, 2]))
    assert (weight.numpy() == 1.0).all()
    assert (total.item(), optimizer.steps.item()) == (0.0, 0)
    step(x, np.array([0, 1, 2, 2]))
    assert (weight.numpy() != 1.0).any()
