"""Machine code as bytes and back; found by the graph; well made where steps are long."""

from dataclasses import replace

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors.native import machine_code as module
from pellucid.executors.native.machine_code import (
    LONG_NANOSECONDS,
    MachineCode,
    is_long,
    machine_code,
)
from pellucid.executors.native.schedule.work import Work

TEXT = """graph(x: float32[5,4], i: int64[3], w: float32[5,4])
  %c0: float32[2] = constant [1.5, 2.5]
  %0: float32[3,4] = take(axis=0) of (x, i)
  %1: float32[5,4] = add() of (x, w)
  return %0, %c0"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))


def same(a, b):
    """Field by field; arrays by their numbers and dtypes."""
    plain = replace(a, constants=()) == replace(b, constants=())
    pairs = zip(a.constants, b.constants, strict=True)
    return plain and all(type(x) is type(y) and np.array_equal(x, y) for x, y in pairs)


def test_what_was_packed_is_unpacked_as_it_was():
    made = machine_code(procedure(TEXT, {"w": "%1"}))
    arrays = np.arange(6, dtype=np.float64).reshape(2, 3), np.zeros((0, 2), np.int32), np.float32(7)
    made = replace(made, constants=(0, *map(np.asarray, arrays)))
    back = MachineCode.unpacked(made.packed())
    assert same(back, made)
    assert [c.dtype for c in back.constants[1:]] == [np.float64, np.int32, np.float32]
    assert all(c.flags.aligned and c.flags.writeable for c in back.constants[1:])


def test_there_is_a_name_bindings_and_work_for_each_kernel():
    made = machine_code(procedure(TEXT, {"w": "%1"}))
    assert len(made.names) == len(made.bindings) == len(made.work)
    assert made.can_fail  # a position may be out of range
    assert made.object


def test_a_program_that_is_on_the_disk_is_not_planned_again(monkeypatch):
    first = machine_code(procedure(TEXT, {"w": "%1"}))

    def planned(_):
        raise AssertionError("planned again")

    monkeypatch.setattr(module, "_planned", planned)
    assert same(machine_code(procedure(TEXT, {"w": "%1"})), first)
    with pytest.raises(AssertionError, match="planned again"):
        machine_code(procedure(TEXT))  # nothing is updated: another program


def test_steps_are_long_by_the_time_of_all_their_kernels():
    half = Work(1, LONG_NANOSECONDS / 2)
    assert not is_long([])
    assert not is_long([half, half])
    assert is_long([half, half, Work(1, 1.0)])
