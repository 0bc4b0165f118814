"""How work is divided among threads, and that it is all done, once."""

import ctypes
import os
import signal
from contextlib import nullcontext

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.programs import small_chunks

from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.emission import divide
from pellucid.executors.native.planning import planned
from pellucid.executors.native.runtime.listing import Gate, Listing
from pellucid.executors.native.runtime.program import StepLoop, control_bytes, step_loop
from pellucid.executors.native.runtime.report import KERNEL
from pellucid.executors.native.schedule.work import MOST_CHUNKS, Work

LITTLE, MUCH = 100.0, 1e6  # nanoseconds
SOUND = np.zeros(1, np.int64)  # a table that tells of no failure


def _noting(done, number):
    """A kernel that notes what it is asked to do."""

    def run(_table, _bindings, step, begin, end):
        done.extend((step, number, unit) for unit in range(begin, end))

    return KERNEL(run)


def test_one_thread_runs_kernels_that_share_strips_by_turns():
    work = [Work(4, MUCH), Work(2, MUCH, strips=2), Work(3, MUCH)]
    done = []
    kernels = [_noting(done, number) for number in range(len(work))]
    functions = [ctypes.cast(k, ctypes.c_void_p).value for k in kernels]
    listing = Listing(functions, [()] * len(work), work, Gate(len(work), 0))
    step_loop().alone(listing.alone, SOUND.ctypes.data, 1)
    numbers = [(number, unit) for _, number, unit in done]
    assert numbers == [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 1), (2, 0), (2, 1), (2, 2)]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_thread_gets_as_many_chunks(count):
    for nanoseconds in (3e3, 2e4, 7e4, 1e6, 1e9):
        chunks = Work(10_000, nanoseconds).chunks(count)
        assert chunks % count == 0
        assert count <= chunks <= count * MOST_CHUNKS
        assert count > 1 or chunks == 1


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("steps", [1, 4])
def test_threads_do_every_unit_of_every_kernel_once_and_in_order(count, steps):
    work = [Work(7, MUCH), Work(1, LITTLE), Work(2, LITTLE), Work(10, MUCH), Work(0, MUCH)]
    work.append(Work(5, MUCH))
    done = []
    kernels = [_noting(done, number) for number in range(len(work))]
    functions = [ctypes.cast(k, ctypes.c_void_p).value for k in kernels]
    listing = Listing(functions, [()] * len(work), work, Gate(len(work), 0))
    program, parts = listing.divided(count)
    control = np.zeros(control_bytes(parts, count), np.uint8)
    task = np.array([program, SOUND.ctypes.data, steps, control.ctypes.data, count, 0, 0], np.int64)
    assert step_loop().pool.work(task.ctypes.data, count - 1)
    assert 1 <= task[-1] == task[-2] <= count  # who came has left: the task may go
    every = [(s, i, u) for s in range(steps) for i, w in enumerate(work) for u in range(w.units)]
    assert sorted(done) == every
    assert [x[:2] for x in done] == sorted(x[:2] for x in done)  # a kernel after the one before


def test_work_is_divided_no_further_than_its_units():
    made = procedure("""graph(x: float32[1000,1000])
      %0: float32[1000,1000] = exp() of (x)
      %1: float32[1000,1] = sum(axis=(1,)) of (%0)
      %2: float32[1,1] = sum(axis=(0,)) of (%1)
      return %2""")
    for work in divide(planned(made)):
        assert 1 <= work.chunks(64) <= max(1, work.units)


def test_a_sum_to_one_number_is_never_divided():
    made = procedure("""graph(x: float32[100000])
      %0: float32[1] = sum(axis=(0,)) of (x)
      return %0""")
    with small_chunks():
        assert [work.chunks(4) for work in divide(planned(made))] == [1]


LARGE = """graph(x: float32[64,300], w: float32[300,200])
  %0: float32[64,200] = matmul() of (x, w)
  %1: float32[64,200] = tanh() of (%0)
  %2: float32[200,64] = permute_dims(axes=(1, 0)) of (%1)
  %3: float32[200,200] = matmul() of (%2, %1)
  %4: float32[1,200] = sum(axis=(0,)) of (%3)
  %5: float32[300,200] = subtract() of (w, %4)
  return %4"""


def run(ready, count, steps):
    threads.set_threads(count)
    generator = np.random.default_rng(0)
    rows = [generator.normal(size=(steps, 64, 300)).astype(np.float32)]
    state = [generator.normal(size=(300, 200)).astype(np.float32) / 20]
    (results,), failure = ready.loop(rows, state)
    assert failure is None
    return results.tobytes(), state[0].tobytes()


@pytest.mark.parametrize("fine", [False, True])
def test_any_number_of_threads_gives_the_same_bits(fine):
    made = procedure(LARGE, {"w": "%5"})
    ready = Native(made)
    with small_chunks() if fine else nullcontext():
        first = run(ready, 1, 5)
        for count in (1, 2, 3, 4, 2, 7):
            assert run(ready, count, 5) == first


@pytest.mark.forks
def test_a_child_forked_after_a_threaded_run_can_run_too():
    ready = Native(procedure(LARGE, {"w": "%5"}))
    first = run(ready, 3, 2)
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os._exit(0 if run(ready, 3, 2) == first else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert run(ready, 3, 2) == first


@pytest.mark.forks
def test_a_child_forked_during_a_run_of_another_thread_can_run_too():
    ready = Native(procedure(LARGE, {"w": "%5"}))
    first = run(ready, 1, 2)
    with ready._lock:  # as if another thread were inside
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            os._exit(0 if run(ready, 1, 2) == first else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_code_that_runs_programs_is_kept_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))
    StepLoop()
    assert len(list(tmp_path.glob("*.object"))) == 1
