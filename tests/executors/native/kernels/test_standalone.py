"""Primitives that stand by themselves: gathers, as NumPy does them."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.standalone import SingleKind, is_row_gather


def took(shape, positions, axis, dtype="float32", moved=False):
    """A gather; `moved`: from the transposed of what is given."""
    to = (*shape[:axis], *positions, *shape[axis + 1 :])
    given = shape[::-1] if moved else shape
    of = [",".join(map(str, s)) for s in (given, positions, to, shape)]
    lines = [f"graph(x: {dtype}[{of[0]}], i: int64[{of[1]}])"]
    if moved:
        lines.append(f"%0: {dtype}[{of[3]}] = permute_dims(axes=(1, 0)) of (x)")
    lines.append(f"%1: {dtype}[{of[2]}] = take(axis={axis}) of ({'%0' if moved else 'x'}, i)")
    return Native(procedure("\n".join([*lines, "return %1"])))


def gather_of(ready):
    """The gather of a program, as a kernel with its plan."""
    return next(e for e in ready.coded if e.kernel.nodes[0].primitive.name == "take")


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "bool"])
@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize(("positions", "axis"), [((3,), 0), ((2, 2), 0), ((4,), 1)])
def test_gathers_are_numpys_from_both_ends(positions, axis, moved, dtype):
    draw = np.random.default_rng(0)
    x = draw.integers(0, 2 if dtype == "bool" else 200, (5, 7)).astype(dtype)
    where = draw.integers(-5, 5, positions)
    found = took((5, 7), positions, axis, dtype, moved)([x.T.copy() if moved else x, where], [])
    np.testing.assert_array_equal(found[0], np.take(x, where, axis))


def test_whole_rows_are_shared_by_threads_and_single_numbers_are_not():
    kind = SingleKind()
    for ready, is_rows in ((took((5, 7), (6,), 0), True), (took((5, 7), (6,), 1), False)):
        each = gather_of(ready)
        assert is_row_gather(each.kernel.nodes[0], each.shared.views) is is_rows
        assert kind.units(each.kernel, each.shared) == (6 if is_rows else 1)


def test_what_has_no_code_calls_python_and_says_so():
    made = procedure("""graph(x: float32[6])
      %0: int64[6] = argsort(axis=0) of (x)
      return %0""")
    ready = Native(made)
    (each,) = ready.coded
    assert SingleKind().calls_python(each.kernel)
    assert not SingleKind().calls_python(gather_of(took((5, 7), (6,), 0)).kernel)
    x = np.array([3, 1, 2, 0, 5, 4], np.float32)
    np.testing.assert_array_equal(ready([x], [])[0], np.argsort(x, kind="stable"))
