"""The program around the kernels: the loop over steps, and threads that share its work.

    ThreadPool      threads that sleep between calls; one program at a time has them
    StepLoop        the machine code that runs any program; compiled once a machine
    SharedTask      a program in the form in which a pool takes it (listing)

A program is a list of kernels in order. Alone, a thread runs them all, step after step; those
that share strips (schedule.row_strips, batch_strips) by turns, strip by strip.
Together, threads share them: each kernel is divided into chunks; a thread takes the next
chunk by one atomic exchange, and goes on to the next kernel when all chunks are done, whoever
did them. Each thread begins with its own share of the chunks, the same part of every kernel,
as its part of the data is in its cache; then it helps the others. A thread that loses its CPU
holds up the others only while it holds a chunk. Small kernels in a row are one section, done
by one thread. Which thread computes a chunk never changes its bits. Between calls the threads
sleep (thread_pool): nothing spins.

A step can fail: an index may be out of range, a rule in Python may raise. Then the rest of the
step is not run, from the gate on: the first kernel that updates a variable. All that can fail
stands before it (schedule.plan), so that a step happens whole or not at all.
"""

import ctypes
import math
import os
import threading
import time
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.executors.native.kernels.interface import COME, POOL_BYTES, STEPS
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine.cache import Cache, key_of
from pellucid.executors.native.runtime.listing import Listing
from pellucid.memory import LINE, empty

# Nanoseconds to share: calls with less run in the calling thread alone. With this and what follows,
# a batch of 100 through 784-50-10 takes 51 microseconds instead of 82 (26 Nov 2026, Zen 4, two
# virtual CPUs).
LEAST_WORK = 40_000
# Seconds since the last call, and what more it takes then to share: a thread that is still awake
# helps at once, one asleep after some twenty microseconds, and where its CPU sleeps as well, late.
# There a batch of 640 took 575 microseconds shared and 496 alone (the same machine).
WORTH_WAKING = ((0.0001, LEAST_WORK), (0.0005, 200_000), (math.inf, 1_000_000))


def control_bytes(count: int, threads: int) -> int:
    """Memory for the counters, each in a cache line of its own.

    For each section: chunks done, and the next of each share.
    """
    return max(1, count * (1 + threads)) * LINE


class SharedTask:
    """A listed program as the pool takes it, with its counters: for call after call."""

    def __init__(self, listing: Listing, table: int, workers: int) -> None:
        program, parts = listing.divided(workers)
        self._control = empty(control_bytes(parts, workers), np.uint8)
        control = self._control.ctypes.data
        words = [program, table, 0, control, workers, 0, 0]
        self._words = np.array(words, np.int64)
        self._address = int(self._words.ctypes.data)

    def ready(self, steps: int) -> int:
        """The address of the task, set back to before the first of `steps` steps."""
        self._control[:] = 0
        self._words[STEPS] = steps
        self._words[COME:] = 0
        return self._address


_kept: list[Any] = []  # the memory of every pool: threads that sleep in it never end


class ThreadPool:
    """Sleeping threads of this process; `functions` are those that `emit_thread_pool` made."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self._functions = functions
        self._memory = np.zeros(POOL_BYTES, np.uint8)
        _kept.append(self._memory)
        self._address = self._memory.ctypes.data
        self._lock = threading.Lock()
        self._rested = -math.inf
        self.size = 0
        functions["prepare"](self._address)

    def is_worth(self, nanoseconds: float) -> bool:
        """Whether so much work is worth sharing: soon after other work, threads are still awake."""
        idle = time.perf_counter() - self._rested
        return any(idle <= within and nanoseconds >= least for within, least in WORTH_WAKING)

    def rest(self) -> None:
        """Note when the work ended: threads stay awake for a moment."""
        self._rested = time.perf_counter()

    def work(self, task: int, more: int) -> bool:
        """Run a task with up to `more` threads of the pool; False where another has them."""
        if self._lock.locked():
            return False
        # Not acquire and try: a signal can raise between the two, and who would release it then?
        with self._lock:
            while self.size < more and self._functions["hire"](self._address) == 0:
                self.size += 1
            self._functions["together"](task, self._address, min(more, self.size))
        return True


class StepLoop:
    """The functions that run programs.

    `alone(calls, table, steps)` runs in the calling thread: the calls are (how many, their
    list, how many before the gate, the table's entry that tells of a failure), a call is
    (function, bindings, first unit, unit after the last). `pool` runs tasks
    with more threads: a task is (program, table, steps, counters, threads, 0, 0), where the
    last two count the threads that have come and left; a program is (how many sections, their
    list, how many before the gate, the table's entry that tells of a failure, list of kernels),
    a listed kernel (function, bindings, units), a section as `sections` gives it.
    """

    def __init__(self) -> None:
        target = targets.host()
        key, cache = key_of("step loop", target), Cache()
        code = cache.find(key)
        if code is None:
            code = _step_loop_code(target)
            cache.keep(key, code)
        self._engine = targets.loaded(code, target)
        pointer = ctypes.c_void_p
        of_two_and_count = ctypes.CFUNCTYPE(None, pointer, pointer, ctypes.c_int64)
        of_memory = ctypes.CFUNCTYPE(None, pointer)
        whether = ctypes.CFUNCTYPE(ctypes.c_int32, pointer)
        self.alone = self._function("alone", of_two_and_count)
        self._of_pool = {
            "prepare": self._function("prepare", of_memory),
            "hire": self._function("hire", whether),
            "together": self._function("together", of_two_and_count),
        }
        self.gather()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.gather)

    def _function(self, name: str, kind: Any) -> Any:
        return kind(self._engine.get_function_address(name))

    def gather(self) -> None:
        """A new pool: a forked child has none of its parent's threads."""
        self.pool = ThreadPool(self._of_pool)


def _step_loop_code(target: targets.Target) -> bytes:
    # Imported on use: it is compiled once a machine.
    from llvmlite import ir

    from pellucid.executors.native.runtime.step_loop import emit_step_loop
    from pellucid.executors.native.runtime.thread_pool import emit_thread_pool

    module = ir.Module("step loop")
    worker = emit_step_loop(module, target)
    emit_thread_pool(module, worker, target)
    return targets.object_code(str(module), target)


@lru_cache(maxsize=1)
def step_loop() -> StepLoop:
    """The one step loop of this process."""
    return StepLoop()
