"""Programs out of all primitives do natively what they do on the reference executor."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from executors.native.attributes import CLASSES
from executors.native.bounds import RULES, ULPS, disagreement, reference_with_bounds
from executors.native.coverage import ALL, met_by, selected
from executors.native.growth import GROW
from executors.native.guarded import ARENAS
from executors.native.pairs import IMPOSSIBLE
from executors.native.programs import difference, program
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pellucid import primitives as p
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.reduction import Reduction
from pellucid.primitives.scan import Scan

ROOT = Path(__file__).parents[3]
SHARES = 8  # of the programs that the tests run


class Drawn:
    """Choices drawn by Hypothesis, which makes a failing program smaller."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def integer(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_native_programs_agree_with_the_reference_within_their_bounds(data):
    made = program(Drawn(data))
    assert difference(made, ARENAS[len(made.procedure.graph.nodes) % 3]) is None, str(
        made.procedure.graph
    )


@pytest.mark.parametrize("share", range(SHARES))
def test_programs_that_meet_all_pairs_and_attributes_do_what_the_reference_does(share):
    seeds = [str(seed) for seed in selected()[share::SHARES]]
    command = [sys.executable, "-m", "executors.native.programs", "of", *seeds]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        command,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_all_pairs_of_walks_and_readers_and_all_classes_of_attributes_are_met():
    met = met_by(selected())
    assert [feature for feature in ALL if not met[feature]] == []
    assert [pair for pair in IMPOSSIBLE if met[pair]] == []


def test_every_primitive_grows_and_has_classes_and_a_bound():
    kinds = [kind for kind in p.PRIMITIVES if issubclass(kind, p.Elementwise | Reduction)]
    bounded = {*RULES, *ULPS, *kinds, p.Arange, p.RandomBits}
    assert set(GROW) == set(CLASSES) == {*p.PRIMITIVES, Scan}
    assert bounded == set(p.PRIMITIVES)


def of_one(primitive, *arrays):
    """The bounds of one primitive applied to arrays."""
    inputs = tuple(Value(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays))
    shape = primitive.shape(*(a.shape for a in arrays))
    output = Value("y", shape, primitive.dtype(*(a.dtype for a in arrays)))
    graph = Graph(inputs, (), (Node(primitive, inputs, output),), (output,))
    return reference_with_bounds(graph, list(arrays))[0]


def test_bounds_demand_the_same_number_of_exact_operations():
    x = np.array([0.1, 0.2, 3e37], np.float32)
    expected = of_one(p.Add(), x, x)
    assert disagreement(expected, x + x) is None
    assert disagreement(expected, np.nextafter(x + x, np.float32(0))) is not None


def test_bounds_allow_sums_their_rounding_and_no_more():
    x = np.linspace(0.1, 1.0, 100, dtype=np.float32)
    y, bound = expected = of_one(p.Sum((0,)), x)
    assert disagreement(expected, y + np.float32(bound[0] / 2)) is None
    assert disagreement(expected, y + np.float32(bound[0] * 2)) is not None
    assert bound[0] < 100 * 1.2e-7 * y[0] * 1.01


def test_bounds_know_nothing_of_a_sum_whose_overflow_depends_on_its_order():
    x = np.array([3e38, 3e38, -3e38], np.float32)
    assert np.isinf(of_one(p.Sum((0,)), x)[1]).all()


def test_bounds_keep_nan_and_inf_of_certain_origin():
    x = np.array([np.nan, np.inf, -np.inf, -1.0], np.float32)
    expected = of_one(p.Sqrt(), x)
    assert disagreement(expected, np.array([np.nan, np.inf, 0.0, np.nan], np.float32))
    assert disagreement(expected, np.array([np.nan, np.inf, np.nan, np.nan], np.float32)) is None
