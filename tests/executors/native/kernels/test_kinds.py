"""Each class of kernels that has code is one kind, and says what a report tells of it."""

import numpy as np
import pytest
from executors.native.examples import procedure

import pellucid as pc
from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir import kernels
from pellucid.executors.native.ir.kernels import Fused, Kernel, TurnedLoop
from pellucid.executors.native.kernels.kinds import KINDS, kind_of
from pellucid.executors.native.schedule.plan import CopyBack


def test_every_class_of_kernels_is_a_kind_but_those_that_only_hold_others() -> None:
    classes = {c for c in vars(kernels).values() if isinstance(c, type) and issubclass(c, Kernel)}
    assert set(KINDS) == (classes | {CopyBack}) - {Kernel, Fused, TurnedLoop}


TEXT = """graph(x: float32[40,30], w: float32[30,20], u: float32[7], s: float32[40])
  %0: float32[40,20] = matmul() of (x, w)
  %1: float32[40,20] = exp() of (%0)
  %2: float32[40,1] = sum(axis=(1,)) of (%1)
  %3: int64[1] = argmax(axis=0) of (u)
  %4: float32[40] = reshape(to=(40,)) of (%2)
  return %1, %3, %4"""
# Flops and bytes follow from the shapes.
FLOATS = 4
EXPECTED = {
    "matmul+exp": (2 * 40 * 30 * 20, FLOATS * (40 * 30 + 30 * 20 + 40 * 20), "product [40, 20]"),
    "argmax": (0, FLOATS * 7 + 8, "single"),
    "sum": (0, FLOATS * (40 * 20 + 40), "loop [40, 20], reduced over [1]"),
}


def test_a_kind_tells_operations_bytes_and_what_a_kernel_is() -> None:
    program = Native(procedure(TEXT, None))
    found = {}
    for each in program.coded:
        kind = kind_of(each.kernel)
        told = (kind.flops(each.kernel), kind.bytes(each.kernel, each.shared))
        found[kind.name(each.kernel)] = (*told, kind.described(each.kernel))
    assert {name: row for name, row in found.items() if name in EXPECTED} == EXPECTED


def test_time_is_estimated_by_points_and_multiply_adds() -> None:
    times = {}
    for size in (64, 128):
        text = f"""graph(x: float32[{size},{size}], w: float32[{size},{size}])
          %0: float32[{size},{size}] = matmul() of (x, w)
          return %0"""
        (each,) = Native(procedure(text, None)).coded
        times[size] = kind_of(each.kernel).nanoseconds(each.kernel)
    assert times[128] / times[64] == pytest.approx(8.0, rel=0.2)


def test_what_a_loop_begins_with_is_told() -> None:
    made = pc.compile(lambda x: pc.scan(lambda s, row: (s * 0.5 + row, s), pc.zeros(3), x))
    rows = {row.name: row for row in made.report(np.ones((4, 3), np.float32)).rows}
    assert (rows["start"].bytes, rows["start"].flops) == (2 * 3 * FLOATS, 0)


def test_a_copy_of_a_variable_is_told() -> None:
    v = pc.Variable(np.zeros(5, np.float32), name="v")

    def turned(x):
        v.assign(v.read()[::-1] + x)
        return v.read().sum()

    rows = pc.compile(turned).report(np.ones(5, np.float32)).rows
    (row,) = [row for row in rows if row.name == "copy"]
    assert (row.shape, row.bytes, row.scope) == ((5,), 2 * 5 * FLOATS, "")
