"""Rules that Python runs inside a program: on its memory, once each; what fails is kept."""

import numpy as np
import pytest
from executors.native.examples import procedure

import pellucid as pc
from pellucid.executors.native.executor import Native
from pellucid.primitives import Primitive
from pellucid.primitives.base import FLOATS


class Noted(Primitive):
    """Its rule notes what it was given, and raises where a test says so."""

    accepts = FLOATS
    given: list = []  # noqa: RUF012
    fault = None

    def shape(self, x):
        return x

    def forward(self, xp, x):
        Noted.given.append(x.copy())
        if Noted.fault is not None and len(Noted.given) == Noted.fault:
            raise OSError("here")
        return xp.sort(x, axis=-1)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(Noted, "given", [])
    monkeypatch.setattr(Noted, "fault", None)


def program():
    """A rule on a value that is only seen transposed."""
    return pc.compile(lambda x: pc.apply(Noted(), (x * 2.0).T) + 1.0)


def test_a_rule_sees_a_view_of_the_programs_memory_and_its_result_goes_on():
    x = np.array([[3, 1, 2], [9, 8, 7]], np.float32)
    found = program()(x).numpy()
    np.testing.assert_array_equal(Noted.given[0], 2 * x.T)
    np.testing.assert_array_equal(found, np.sort(2 * x.T, axis=-1) + 1)
    assert len(Noted.given) == 1


SORTED = """graph(x: float32[4], w: float32[4])
  %0: int64[4] = argsort(axis=0) of (x)
  %1: float32[4] = add() of (w, x)
  return %0, %1"""


def test_each_step_of_a_loop_has_rows_of_its_own():
    ready = Native(procedure(SORTED, {"w": "%1"}))
    rows = np.random.default_rng(0).permutation(20).reshape(5, 4).astype(np.float32)
    (order, _), failure = ready.loop([rows], [np.zeros(4, np.float32)])
    assert failure is None
    np.testing.assert_array_equal(order, np.argsort(rows, axis=1))


def test_the_step_that_failed_is_told_and_the_next_call_runs(monkeypatch):
    total = pc.Buffer(np.zeros((), np.float32))

    @pc.compile
    def step(x):
        total.assign(total + 1.0)
        return pc.apply(Noted(), x).sum()

    x = np.ones(3, np.float32)
    step(x)
    monkeypatch.setattr(Noted, "fault", 2)
    with pytest.raises(OSError, match="here"):
        step(x)
    assert total.item() == 1.0
    assert step(x).item() == 3.0
    assert total.item() == 2.0


def test_a_program_without_rules_has_failed_in_nothing():
    ready = Native(procedure(SORTED, {"w": "%1"}))
    assert ready.call_back.failed() is None
    assert ready.inside is None
