"""Shape rules refuse what does not fit, and say why."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import PositionError, ShapeError
from pellucid.executors import EXECUTORS

CONVOLUTION = p.Convolution((1,), (0,), (0,), (1,), (1,))
REFUSED = [
    (p.Add(), [(4, 3), (4, 2)], r"add: shapes \(4, 3\) and \(4, 2\) do not broadcast. From the"),
    (p.Where(), [(2,), (3,), (3,)], "where: shapes .* do not broadcast"),
    (p.Max((1,)), [(2, 0)], r"max: axis 1 of shape \(2, 0\) is empty. Nothing has no largest"),
    (p.Argmin(0), [(0,)], "argmin: axis 0 .* is empty"),
    (p.Reshape((4,)), [(2, 3)], r"reshape: shape \(2, 3\) holds 6 elements, \(4,\) would hold 4"),
    (p.Reshape((-2, -3)), [(2, 3)], "reshape"),
    (p.PermuteDims((0, 0)), [(2, 3)], "permute_dims: axes .* must stand exactly once"),
    (p.BroadcastTo((2, 3)), [(2,)], "broadcast_to: shapes .* do not broadcast"),
    (p.BroadcastTo((1,)), [(3,)], "broadcast_to: shape .* does not broadcast to"),
    (p.Slice((0,), (4,), (1,)), [(3,)], "slice: .* the last element taken lies inside"),
    (p.Slice((0,), (2,), (0,)), [(3,)], "slice"),
    (p.Slice((0,), (-1,), (1,)), [(3,)], "slice"),
    (p.Slice((0, 0), (1, 1), (1, 1)), [(3,)], "slice: .* One of each per axis"),
    (p.Pad((-1,), (0,), (0,), 0.0), [(3,)], "pad: .* none negative"),
    (p.Pad((0, 0), (0, 0), (0, 0), 0.0), [(3,)], "pad: .* One width per axis"),
    (p.Concat(0), [(2, 3), (2, 4)], "concat: .* All other axes must have equal sizes"),
    (
        p.Concat(2),
        [(2, 3)],
        "concat: axis 2 of shape .* counted from the front: this shape has 0 to 1",
    ),
    (p.MatMul(), [(2, 3), (4, 2)], r"matmul: .* The last size of the first \(3\) must equal"),
    (p.MatMul(), [(3,), (3, 2)], "matmul"),
    (p.Windows((1,), (4,), (1,), (1,)), [(2, 3)], "windows: axis 1 of shape .* needs 4 places"),
    (p.Windows((1,), (2,), (1,), (3,)), [(2, 3)], "windows: .* 3 apart. One window needs 4 places"),
    (p.Windows((1, 0), (1, 1), (1, 1), (1, 1)), [(2, 3)], "windows: axis .* They stand in order"),
    (p.Windows((0,), (1,), (0,), (1,)), [(2,)], "windows.*one number from 1 on of every kind"),
    (p.OverlapAdd((0,), (5,), (2,), (1,)), [(3, 2)], r"overlap_add: .* has windows \(2, 2\)"),
    (CONVOLUTION, [(1, 1, 2, 5), (1, 3, 2, 6)], "convolution: .* Axis 0 .* has 5 places, .* needs"),
    (CONVOLUTION, [(1, 1, 2, 5), (1, 3, 1, 2)], "convolution: .* 1 groups of 2 channels, w .* agr"),
    (CONVOLUTION, [(1, 1, 2, 0), (1, 3, 2, 1)], "convolution.* no size is 0"),
    (CONVOLUTION, [(1, 2, 5), (3, 2, 2)], r"convolution.* x is \(batch, group, in, \*sizes\)"),
    (p.CheckedIds(-1), [(3,)], "checked_ids: a count of -1"),
    (p.MatMul(), [(2, 2, 3), (5, 3, 2)], "matmul: batch axes: shapes .* do not broadcast"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: f"{c[0]} of {c[1]}")
def test_shapes_that_do_not_fit_are_refused(case):
    primitive, shapes, message = case
    inputs = [np.zeros(shape, np.float32) for shape in shapes]
    if isinstance(primitive, p.Where):
        inputs[0] = inputs[0].astype(bool)
    with pytest.raises(ShapeError, match=message):
        pc.apply(primitive, *inputs)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("index", [2, -3])
def test_positions_outside_their_axis_are_refused_where_they_are_known_late(executor, index):
    x, ids = np.ones((2, 3), np.float32), np.array([0, index])
    for function in (
        lambda x, ids: x.take(ids, axis=0),
        lambda x, ids: x.scatter_add(ids, axis=0, size=2),
    ):
        with pytest.raises(
            IndexError, match=rf"index {index} outside an axis of size 2\. .* -2 to 1"
        ):
            pc.compile(function, executor=executor)(x, ids)
        with pytest.raises(PositionError, match=f"index {index} outside an axis of size 2"):
            function(pc.tensor(x), pc.tensor(ids))


# Where nothing is moved, an index outside is an error all the same.
NOTHING_MOVED = [
    (p.Take(0), (3, 0), 3),
    (p.Take(1), (0, 3), 3),
    (p.Take(0), (0, 2), 0),
    (p.Take(0), (0, 0), 0),
    (p.ScatterAdd(0, 3), (2, 0), 3),
    (p.ScatterAdd(1, 3), (0, 2), 3),
    (p.ScatterAdd(0, 0), (2, 2), 0),
]


@pytest.mark.parametrize(("primitive", "shape", "size"), NOTHING_MOVED, ids=str)
@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_index_outside_is_refused_where_nothing_is_moved(primitive, shape, size, executor):
    x = np.ones(shape, np.float32)
    run = pc.compile(lambda x, i: pc.apply(primitive, x, i), executor=executor)
    for index in (size, -size - 1):
        positions = np.array([0, index] if size else [index, index])
        with pytest.raises(
            PositionError, match=f"{primitive.name}: index .* outside .* size {size}"
        ):
            run(x, positions)
        with pytest.raises(PositionError, match="outside an axis"):
            pc.apply(primitive, x, positions)
    if size:
        run(x, np.array([-size, size - 1]))


def test_a_position_error_is_an_index_error():
    assert issubclass(PositionError, IndexError)


def test_names_are_what_users_write():
    assert [k.name for k in (p.BroadcastTo, p.MatMul, p.Expm1)] == [
        "broadcast_to",
        "matmul",
        "expm1",
    ]


@pytest.mark.parametrize("kind", pc.PRIMITIVES, ids=lambda k: k.name)
def test_every_primitive_explains_itself(kind):
    assert kind.__doc__
    assert kind.formula
    assert kind.gradient_formula
