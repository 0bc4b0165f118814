"""Rows of a few points: which are woven, and the same numbers on every CPU and any threads."""

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.examples import procedure, same

from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.weaving import woven_nest


def put_back(outer, lanes, points, dtype="float32", work=""):
    """Planes side by side, one number of each in turn; `work` on them meanwhile."""
    given, to = (points, outer, lanes), (outer, lanes, points)
    of = [",".join(map(str, shape)) for shape in (given, to)]
    last = "%0" if not work else "%1"
    joined = (outer, lanes * points)
    lines = [
        f"graph(x: {dtype}[{of[0]}])",
        f"%0: {dtype}[{of[1]}] = permute_dims(axes=(1, 2, 0)) of (x)",
        *([f"%1: {dtype}[{of[1]}] = {work} of (%0)"] if work else []),
        f"%2: {dtype}[{outer},{lanes * points}] = reshape(to={joined}) of ({last})",
        "return %2",
    ]
    return procedure("\n".join(lines))


def woven_counts(made):
    shared = planned(made)
    kernels = [kernel for kernel in shared.plan.kernels if hasattr(kernel, "space")]
    nests = [woven_nest(kernel, shared.views) for kernel in kernels]
    return [len(nest.points[-1]) if nest.unrolled else 1 for nest in nests]


@pytest.mark.parametrize("lanes", [4, 7, 8, 14, 16, 17, 40])
@pytest.mark.parametrize("points", [2, 3, 4])
@pytest.mark.parametrize("target", TARGETS)
def test_planes_are_put_side_by_side(target, points, lanes):
    with on_target(target):
        made = put_back(5, lanes, points, work="tanh()")
        assert points in woven_counts(made)
        assert same(made) is None


@pytest.mark.parametrize("dtype", ["float64", "bool", "uint8", "int64"])
def test_numbers_of_all_kinds_are_woven(dtype):
    made = put_back(3, 21, 2, dtype)
    assert same(made) is None
    assert woven_counts(made) == [2]


@pytest.mark.parametrize(("outer", "lanes", "points"), [(4, 16, 5), (4, 16, 1), (1, 3, 2)])
def test_many_points_and_few_lanes_are_not(outer, lanes, points):
    made = put_back(outer, lanes, points)
    assert set(woven_counts(made)) <= {1}
    assert same(made) is None


def test_bits_do_not_depend_on_threads(monkeypatch):
    made = put_back(64, 56, 2, work="tanh()")
    x = np.random.default_rng(0).normal(size=(2, 64, 56)).astype(np.float32)
    found = []
    for count in (1, 2, 3):
        monkeypatch.setattr(threads._Choice, "count", count)
        found.append(Native(made)([x], [])[0].tobytes())
    assert len({*found}) == 1


@pytest.mark.parametrize("shape", [(3, 0), (0, 3), (5, 0, 4), (3, 0, 40), (20, 2, 0)])
@pytest.mark.parametrize("target", TARGETS)
def test_sums_of_no_number_are_zero_where_their_terms_are_kept(target, shape):
    for axis in range(len(shape)):
        kept = tuple(1 if i == axis else size for i, size in enumerate(shape))
        of, to = (",".join(map(str, sizes)) for sizes in (shape, kept))
        made = procedure(f"""graph(x: float32[{of}])
          %0: float32[{of}] = add() of (x, x)
          %1: float32[{to}] = sum(axis=({axis},)) of (%0)
          return %0, %1""")
        with on_target(target):
            assert same(made) is None
