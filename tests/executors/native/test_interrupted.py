"""An exception wherever a handler of signals can raise one: no lock stays."""

import dis
import itertools
import sys
import threading

import numpy as np
import pytest
from executors.native.programs import small_chunks

import pellucid as pc
from pellucid.executors import threads
from pellucid.executors.native import executor
from pellucid.executors.native.runtime import program
from pellucid.executors.native.runtime.program import step_loop

FILES = {module.__file__ for module in (executor, program)}


# After these Python looks whether a signal has arrived, after no others.
LOOKS = ("CALL", "RESUME", "JUMP_BACKWARD", "POP_JUMP_BACKWARD")


class StoppedError(Exception):
    """What is raised."""


def stopped_at(count, function):
    """Whether a function ended before so many looks for signals in these files; else stop."""
    left, last = itertools.count(1), {}

    def trace(frame, event, _argument):
        if frame.f_code.co_filename not in FILES:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            before = last.get(id(frame), "RESUME")
            last[id(frame)] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            if before.startswith(LOOKS) and next(left) == count:
                raise StoppedError
        elif event == "return":
            last.pop(id(frame), None)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    except StoppedError:
        return False
    finally:
        sys.settrace(before)
    return True


@pytest.mark.parametrize("count", [1, 3], ids=["one thread", "three"])
def test_a_call_that_is_cut_off_anywhere_leaves_nothing_locked(count):
    before = threads._Choice.count
    threads.set_threads(count)
    held = pc.Buffer(np.zeros((64, 64), np.float32))

    @pc.compile
    def step(x):
        held.assign(held + 1.0)
        return (x @ held).sum()

    x = np.eye(64, dtype=np.float32)
    try:
        with small_chunks():
            step(x)
            for instruction in itertools.count(1):
                done = stopped_at(instruction, lambda: step(x))
                assert not step_loop().pool._lock.locked()
                array = held.numpy()
                assert array.min() == array.max()
                # A lock of this thread's own would hold up others alone.
                found = []
                other = threading.Thread(target=lambda out=found: out.append(step(x).item()))
                other.start()
                other.join(20)
                assert found == [64 * 64 * held.numpy()[0, 0]]
                if done:
                    break
        assert instruction > 20
    finally:
        threads._Choice.count = before
