"""Threads, locks and signals of the system: tried where this one is POSIX, read for Windows."""

import numpy as np
import pytest
from executors.native.lane_program import I64, function, module_text
from executors.native.machine.test_symbols import SYSTEMS
from llvmlite import binding, ir

from pellucid.executors.native.llvm.system_calls import (
    NONE,
    PosixCalls,
    WindowsCalls,
    system_calls,
)
from pellucid.executors.native.llvm.types import POINTER
from pellucid.executors.native.machine import target as targets

LOCK, SIGNAL, DONE, NUMBER = 0, 128, 256, 264  # bytes
posix = pytest.mark.skipif(targets.host().is_windows, reason="calls of POSIX are run")


def at(b, memory, offset):
    return b.gep(memory, [I64(offset)], source_etype=ir.IntType(8))


def helper_of(module, system):
    """`helper(memory)`: under the lock, 42 to the number and 1 to what is waited for."""
    helper = ir.Function(module, ir.FunctionType(POINTER, [POINTER]), "helper")
    b = ir.IRBuilder(helper.append_basic_block())
    (memory,) = helper.args
    calls = system(b)
    calls.lock(at(b, memory, LOCK))
    b.store(I64(42), at(b, memory, NUMBER))
    b.store(I64(1), at(b, memory, DONE))
    calls.wake(at(b, memory, SIGNAL))
    calls.unlock(at(b, memory, LOCK))
    b.ret(NONE)
    return helper


def waiting(system):
    """Code that starts a thread, and sleeps until that has woken it."""

    def body(b, places, _):
        (memory,) = places
        calls, helper = system(b), helper_of(b.module, system)
        lock, signal = at(b, memory, LOCK), at(b, memory, SIGNAL)
        calls.make(lock, signal)
        calls.lock(lock)
        failed = calls.start(helper, memory)
        b.store(b.sext(failed, I64) if failed.type.width < 64 else failed, at(b, memory, 272))
        calls.give_way()
        look, sleep, end = (b.append_basic_block(n) for n in ("look", "sleep", "end"))
        b.branch(look)
        b.position_at_end(look)
        is_done = b.icmp_signed("!=", b.load(at(b, memory, DONE), typ=I64), I64(0))
        b.cbranch(is_done, end, sleep)
        b.position_at_end(sleep)
        calls.sleep(signal, lock)
        b.branch(look)
        b.position_at_end(end)
        calls.unlock(lock)

    return module_text(body, 1)


@posix
def test_a_thread_that_is_started_wakes_the_one_that_sleeps():
    run = function(waiting(PosixCalls), 1)
    for _ in range(20):
        memory = np.zeros(40, np.int64)
        run(memory.ctypes.data, 0)
        assert memory[[DONE // 8, NUMBER // 8, 272 // 8]].tolist() == [1, 42, 0]


@pytest.mark.parametrize("system", [PosixCalls, WindowsCalls])
def test_the_code_is_valid_and_calls_the_functions_of_its_system_alone(system):
    code = waiting(system)
    binding.parse_assembly(code).verify()
    names = [line for line in code.splitlines() if line.startswith("declare")]
    of_posix = [line for line in names if "pthread_" in line or "sched_yield" in line]
    assert len(names) >= 9
    assert of_posix == (names if system is PosixCalls else [])


def test_a_target_has_the_calls_of_its_system():
    kinds = {name: type(system_calls(None, target)) for name, target in SYSTEMS.items()}
    assert {name for name, kind in kinds.items() if kind is WindowsCalls} == {
        name for name in SYSTEMS if "windows" in name
    }
    assert set(kinds.values()) == {PosixCalls, WindowsCalls}
