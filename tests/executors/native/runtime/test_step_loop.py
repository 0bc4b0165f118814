"""The code of the loop over steps: every call in order, the gate, numbers too small, waiting."""

import ctypes

import numpy as np
import pytest
from executors.native.machine.test_symbols import SYSTEMS
from llvmlite import binding, ir

from pellucid.executors.native.runtime.listing import Gate, Listing
from pellucid.executors.native.runtime.program import step_loop
from pellucid.executors.native.runtime.step_loop import emit_step_loop
from pellucid.executors.native.schedule.work import Work

KERNEL = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64
)
UNITS = 3


def run(kernels, steps, gate, fails=0):
    """Kernels that Python holds, as a program on one thread; the table they share."""
    functions = [ctypes.cast(k, ctypes.c_void_p).value for k in kernels]
    work = [Work(UNITS, 1e6) for _ in kernels]
    listing = Listing(functions, [()] * len(work), work, Gate(gate, fails))
    table = np.zeros(4, np.int64)
    holder.append(table)
    step_loop().alone(listing.alone, table.ctypes.data, steps)
    return table


holder: list = []


def noting(done, number, fails_in=None):
    """A kernel that notes its calls, and fails in a step."""

    def kernel(_table, _bindings, step, begin, end):
        done.append((step, number, begin, end))
        if step == fails_in:
            holder[-1][0] = 1

    return KERNEL(kernel)


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_every_kernel_runs_in_each_step_in_order_with_all_its_units(steps):
    done = []
    run([noting(done, i) for i in range(3)], steps, gate=3)
    assert done == [(s, i, 0, UNITS) for s in range(steps) for i in range(3)]


def test_where_a_step_fails_what_updates_variables_is_not_reached():
    done = []
    kernels = [noting(done, 0), noting(done, 1, fails_in=2), noting(done, 2)]
    run(kernels, 5, gate=2)
    whole = [(s, i, 0, UNITS) for s in range(2) for i in range(3)]
    assert done == [*whole, (2, 0, 0, UNITS), (2, 1, 0, UNITS)]


def test_numbers_too_small_for_their_precision_are_zero_inside_alone():
    found = []

    @KERNEL
    def kernel(*_):
        found.append(float(np.float32(1e-38) * np.float32(0.01)))

    run([kernel], 1, gate=1)
    assert found == [0.0]
    assert float(np.float32(1e-38) * np.float32(0.01)) > 0.0


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_code_for_every_system_is_valid(name):
    module = ir.Module()
    worker = emit_step_loop(module, SYSTEMS[name])
    binding.parse_assembly(str(module)).verify()
    assert worker.name == "worker"
    assert ("pause" in str(module)) == SYSTEMS[name].is_x86
