"""Programs take arrays of what they were compiled for, and refuse all others before they run."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.executors.native.executor import Native

STEP = """graph(x: float32[3,2], w: float32[2], wk: float32[])
 %0: float32[3,2] = multiply() of (x, w)
 %1: float32[3,2] = add() of (%0, wk)
 %2: float32[2] = add() of (w, w)
 return %1"""


def ready():
    return Native(procedure(STEP, {"w": "%2"}))


def x_of(steps=()):
    return np.arange(6 * int(np.prod(steps)), dtype=np.float32).reshape((*steps, 3, 2))


def state():
    return [np.ones(2, np.float32), np.zeros((), np.float32)]


def displaced(array):
    """The same numbers in memory that begins at an odd address."""
    memory = np.empty(array.nbytes + 1, np.uint8)[1:]
    copy = memory.view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


@pytest.mark.parametrize("shape", [(3,), (2, 3), (3, 2, 1), (3, 3), (0, 2), (2, 2)])
def test_arguments_of_other_shapes_are_refused(shape):
    text = rf"argument x: float32\[{', '.join(map(str, shape))}\] for .* float32\[3, 2\]"
    with pytest.raises(ShapeError, match=text):
        ready()([np.ones(shape, np.float32)], state())


@pytest.mark.parametrize("dtype", ["float64", "int32", ">f4", "bool"])
def test_arguments_of_other_dtypes_are_refused(dtype):
    with pytest.raises(DTypeError, match=rf"argument x: {dtype}.* compiled for float32\[3, 2\]"):
        ready()([x_of().astype(dtype)], state())


def test_rows_of_a_call_are_refused_by_a_loop_and_the_other_way_round():
    program, rows = ready(), x_of((4,))
    program.loop([rows], state())
    with pytest.raises(ShapeError, match=r"argument x: float32\[4, 3, 2\]"):
        program([rows], state())
    with pytest.raises(ShapeError, match=r"argument x: float32\[3, 2\] .* float32\[3, 3, 2\]"):
        program.loop([x_of()], state())
    with pytest.raises(ShapeError, match="no calls"):
        program.loop([x_of((0,))], state())


def test_loops_refuse_arguments_with_other_numbers_of_calls():
    program = Native(
        procedure("""graph(x: float32[2], y: float32[2])
      %0: float32[2] = add() of (x, y)
      return %0""")
    )
    with pytest.raises(ShapeError, match=r"argument y: float32\[3, 2\] .* float32\[4, 2\]"):
        program.loop([np.ones((4, 2), np.float32), np.ones((3, 2), np.float32)], [])


def test_other_numbers_of_arrays_are_refused():
    program = ready()
    with pytest.raises(GraphError, match=r"2 arguments and 2 variables. .* for 1 and 2"):
        program([x_of(), x_of()], state())
    with pytest.raises(GraphError, match=r"1 arguments and 1 variables. .* for 1 and 2"):
        program.loop([x_of((2,))], state()[:1])


def test_arguments_with_gaps_or_at_odd_addresses_are_read_as_they_are():
    wide = np.zeros((3, 4), np.float32)
    wide[:, ::2] = x_of()
    for given in (wide[:, ::2], displaced(x_of()), x_of()[::-1], x_of().T.copy().T):
        (found,) = ready()([given], state())
        np.testing.assert_array_equal(found, given)
        (looped,), _ = ready().loop([given[None]], state())
        np.testing.assert_array_equal(looped[0], given)


@pytest.mark.parametrize(
    ("position", "array", "error", "text"),
    [
        (0, np.ones(3, np.float32), ShapeError, r"variable w: float32\[3\]"),
        (1, np.ones(1, np.float32), ShapeError, r"variable wk: float32\[1\] .* float32\[\]"),
        (0, np.ones(2), DTypeError, r"variable w: float64\[2\] .* float32\[2\]"),
        (0, np.ones(4, np.float32)[::2], GraphError, r"variable w: .* strides \(8,\)"),
        (0, displaced(np.ones(2, np.float32)), GraphError, "variable w: .* multiple of its 4"),
        (0, np.broadcast_to(np.float32(1), (2,)), GraphError, r"variable w: .* strides \(0,\)"),
    ],
)
def test_variables_that_do_not_fit_are_refused(position, array, error, text):
    program, arrays = ready(), state()
    program([x_of()], arrays)
    arrays[position] = array
    with pytest.raises(error, match=text):
        program([x_of()], arrays)


def test_variables_that_may_not_be_written_are_refused_where_the_program_updates_them():
    program, (w, k) = ready(), state()
    k.flags.writeable = False
    program([x_of()], [w, k])
    w.flags.writeable = False
    with pytest.raises(GraphError, match="variable w: an array that may not be written"):
        ready()([x_of()], [w, k])


def test_what_is_refused_leaves_the_program_as_it_was():
    program, arrays = ready(), state()
    program([x_of()], arrays)
    for given in ([x_of((2,))], [x_of().astype(int)]):
        with pytest.raises((ShapeError, DTypeError)):
            program(given, arrays)
    with pytest.raises(ShapeError):
        program([x_of()], [arrays[0], np.ones(2, np.float32)])
    assert arrays[0].tolist() == [2.0, 2.0]
    np.testing.assert_array_equal(program([x_of()], arrays)[0], x_of() * 2)
