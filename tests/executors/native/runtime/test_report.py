"""Reports: numbers of kernels, by hand; what is printed of them; and a program's own."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors.native.executor import Native
from pellucid.executors.native.runtime.report import KernelRow, Report


def row(**changes):
    given = {
        "name": "matmul", "scope": "", "shape": (4, 5), "seconds": 2e-6, "share": 0.25,
        "bytes": 3000, "flops": 80_000, "fallback": False,
    }  # fmt: skip
    return KernelRow(**(given | changes))


def test_operations_a_second():
    assert row().gflops == pytest.approx(40.0)
    assert row(seconds=0.0).gflops == 0.0
    assert row(flops=0).gflops == 0.0


def test_time_is_summed():
    report = Report((row(), row(name="sort", fallback=True, seconds=6e-6)), 80.0, 1500)
    assert report.seconds == pytest.approx(8e-6)


def test_the_table_has_a_line_for_each_kernel_and_one_for_all():
    rows = (row(), row(name="exp", flops=0, share=0.75, seconds=6e-6, turns=3, fallback=True))
    head, first, second, last = str(Report(rows, 80.0, 1500)).splitlines()
    assert head.split() == ["#", "us", "share", "kB", "GFLOP/s", "peak", "kernel"]
    assert first.split() == ["0", "2.00", "25.0%", "3.0", "40.0", "50%", "matmul", "[4,", "5]"]
    assert second.split() == [
        "1", "6.00", "75.0%", "3.0", "exp", "[4,", "5]", "(reference", "rule)", "3", "times",
    ]  # fmt: skip
    assert last == "2 kernels, 8.0 us a step on one thread; arena 2 kB; peak 80 GFLOP/s."
    tiled = str(Report(rows, 80.0, 1500, tiled=True))
    assert tiled.endswith("peak 80 GFLOP/s; bfloat16 in tile registers.")


def test_a_program_is_measured_without_touching_variables():
    text = """graph(x: float32[20,30], w: float32[30,8])
      %0: float32[20,8] = matmul() of (x, w)
      %1: float32[1,8] = sum(axis=(0,)) of (%0)
      %2: float32[30,8] = subtract() of (w, %1)
      return %1"""
    ready, state = Native(procedure(text, {"w": "%2"})), [np.ones((30, 8), np.float32)]
    ready([np.zeros((20, 30), np.float32)], state)
    found = ready.report()
    assert state[0].tolist() == [[1.0] * 8] * 30
    assert len(found.rows) == len(ready.coded)
    assert sum(each.share for each in found.rows) == pytest.approx(1.0)
    assert all(each.seconds > 0 and each.bytes > 0 for each in found.rows)
    (product,) = [each for each in found.rows if each.name.startswith("matmul")]
    assert product.flops == 2 * 20 * 30 * 8
