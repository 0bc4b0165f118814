"""The pool: threads that sleep between calls, help when woken, and are never waited for in vain."""

import ctypes
import math
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.runtime.listing import Gate, Listing
from pellucid.executors.native.runtime.program import SharedTask, ThreadPool, step_loop
from pellucid.executors.native.runtime.report import KERNEL
from pellucid.executors.native.schedule.work import Work


@pytest.fixture
def pool():
    """A pool of its own, with nobody in it yet."""
    return ThreadPool(step_loop()._of_pool)


def task_of(kernel, units, count, steps=1):
    """A program of one kernel as a task for some threads; what it is made of must be kept."""
    work = [Work(units, 1e6)]
    listing = Listing([ctypes.cast(kernel, ctypes.c_void_p).value], [()], work, Gate(1, 0))
    table = np.zeros(1, np.int64)
    task = SharedTask(listing, table.ctypes.data, count)
    return task.ready(steps), (listing, table, task)


def test_all_who_are_wanted_meet_in_one_kernel(pool):
    """Each chunk waits until all threads are inside: it could not end with fewer."""
    meeting, seen = threading.Barrier(3, timeout=60), set()

    @KERNEL
    def kernel(_table, _bindings, _step, _begin, _end):
        seen.add(threading.get_ident())
        meeting.wait()

    task, kept = task_of(kernel, 3, 3)
    assert pool.work(task, 2)
    assert (len(seen), pool.size) == (3, 2)
    del kept


def test_the_same_threads_help_again(pool):
    sizes = []
    for _ in range(50):
        done = []
        kernel = KERNEL(lambda *where, done=done: done.append(where[3:]))
        task, kept = task_of(kernel, 8, 2)
        assert pool.work(task, 1)
        assert sorted(done) == sorted({*done})
        assert sum(end - begin for begin, end in done) == 8
        sizes.append(pool.size)
        del kept
    assert set(sizes) == {1}


def test_threads_sleep_between_calls(pool):
    kernel = KERNEL(lambda *where: None)
    task, kept = task_of(kernel, 4, 4)
    pool.work(task, 3)
    before = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - before < 0.25
    del kept


def test_a_second_program_runs_alone_while_the_pool_is_at_work(pool):
    inside, go_on, answers = threading.Event(), threading.Event(), []

    @KERNEL
    def kernel(*_where):
        inside.set()
        go_on.wait(60)

    task, kept = task_of(kernel, 2, 2)
    first = threading.Thread(target=lambda: answers.append(pool.work(task, 1)))
    first.start()
    inside.wait(60)
    assert not pool.work(task, 1)
    go_on.set()
    first.join(60)
    assert answers == [True]
    del kept


def test_programs_called_from_several_threads_give_the_same_bits():
    made = procedure("""graph(x: float32[64,300], v: float32[300,200])
      %0: float32[64,200] = matmul() of (x, v)
      %1: float32[64,200] = tanh() of (%0)
      return %1""")
    threads.set_threads(3)
    rng = np.random.default_rng(0)
    x, v = (rng.normal(size=s).astype(np.float32) for s in ((64, 300), (300, 200)))
    programs = [Native(made) for _ in range(3)]
    (expected,) = programs[0]([x, v], [])
    found = []

    def call(program):
        for _ in range(40):
            found.append(program([x, v], [])[0].tobytes())

    callers = [threading.Thread(target=call, args=(program,)) for program in programs]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert set(found) == {expected.tobytes()}
    assert len(found) == 120


def test_a_process_that_has_a_pool_ends_at_once():
    program = (
        "import numpy as np, pellucid as pc\n"
        "pc.set_threads(4)\n"
        "f = pc.compile(lambda x: (x @ x).sum())\n"
        "x = pc.ones((500, 500))\n"
        "print(float(f(x)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("125000000.0\n", "")


@pytest.mark.parametrize(
    ("seconds", "nanoseconds", "expected"),
    [
        (0.00005, 39_000, False),
        (0.00005, 41_000, True),  # the others are still awake
        (0.0003, 199_000, False),
        (0.0003, 201_000, True),
        (0.01, 900_000, False),  # their CPUs sleep as well
        (0.01, 1_100_000, True),
        (math.inf, 900_000, False),  # the first call of all
        (math.inf, 1e12, True),
    ],
)
def test_the_longer_the_rest_the_more_work_it_takes_to_wake_others(
    pool, monkeypatch, seconds, nanoseconds, expected
):
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    if seconds < math.inf:
        pool.rest()
        now[0] += seconds
    assert pool.is_worth(nanoseconds) is expected


def test_calls_in_a_row_are_shared_and_calls_now_and_then_are_not(monkeypatch):
    """A product of 0.1 to 0.9 ms: the second of two in a row finds others awake."""
    made = procedure(
        """graph(x: float32[400,400], y: float32[400,400])
      %0: float32[400,400] = matmul() of (x, y)
      return %0"""
    )
    native, x = Native(made), np.ones((400, 400), np.float32)
    threads.set_threads(2)
    native.step_loop.gather()  # a pool that has not worked yet
    shared, now = [], [0.0]
    monkeypatch.setattr(native, "_shared", lambda workers, _: shared.append(workers) or False)
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    for rest in (10.0, 0.0, 0.0, 10.0):
        now[0] += rest
        native([x, x], [])
    assert shared == [2, 2]
