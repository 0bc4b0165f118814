"""What runs where the system lacks what native programs need: the reference, with one line."""

import warnings

import numpy as np
import pytest
from executors.native.emulated_tiles import on_tiles
from executors.native.examples import procedure

import pellucid as pc
from pellucid import executors
from pellucid.errors import UnavailableError
from pellucid.executors.native import executor
from pellucid.executors.native.machine import code_memory, system, target
from pellucid.executors.native.runtime import program
from pellucid.executors.reference import Reference

ADDED = "graph(x: float32[3])\n  %0: float32[3] = add() of (x, x)\n  return %0"


@pytest.fixture(autouse=True)
def _nothing_said_and_nothing_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))
    monkeypatch.setattr(executor, "step_loop", program.StepLoop)
    executors._say_unavailable.cache_clear()


def runs_on_the_reference():
    ready = executors.ready(procedure(ADDED), "native")
    assert isinstance(ready, Reference)
    (y,) = ready([np.arange(3, dtype=np.float32)], [])
    assert y.tolist() == [0, 2, 4]


def test_a_missing_function_is_found_before_it_is_called_and_said_once(monkeypatch):
    monkeypatch.setattr(system, "_address", lambda name: 1 if "cond" in name else 0)
    line = (
        r"pellucid: the native executor cannot run here \(this system has no function "
        r"pthread_attr_destroy, .*sched_yield\); programs run on the reference executor, which"
    )
    with pytest.warns(UserWarning, match=line):
        runs_on_the_reference()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runs_on_the_reference()


def test_memory_that_may_not_run_is_said(monkeypatch):
    def refused(*_):
        raise code_memory._refused("run what it has written to memory")

    monkeypatch.setattr(code_memory, "filled", refused)
    with pytest.warns(UserWarning, match="the system does not let pellucid run what it has writ"):
        runs_on_the_reference()


def test_elsewhere_the_native_executor_runs():
    assert isinstance(executors.ready(procedure(ADDED), "native"), executor.Native)


def test_a_processor_that_llvm_makes_no_code_for_has_the_reference_by_default(monkeypatch):
    def refused():
        raise UnavailableError("LLVM makes no code for aarch64-pc-windows-msvc")

    monkeypatch.setattr(target, "host", refused)
    line = r"cannot run here \(LLVM makes no code for aarch64-pc-windows-msvc\); programs run on"
    with pytest.warns(UserWarning, match=line):
        found = executors.default.__wrapped__()
    assert found == "reference"
    runs_on_the_reference()  # without another word


CHAIN = """graph(x: float32[3])
  %0: float32[3] = add() of (x, x)
  %1: float32[3] = add() of (%0, x)
  %2: float32[3] = add() of (%1, x)
  %3: float32[3] = add() of (%2, %0)
  return %3"""


def test_the_memory_of_a_program_is_known_before_it_is_made(monkeypatch):
    # On the reference %0, %1 and %2 are alive at a time.
    assert executors.room_for(procedure(CHAIN), "reference") == 3 * 12
    native = executor.Native(procedure(CHAIN))
    assert executors.room_for(procedure(CHAIN), "native") == native.code.arena_bytes
    monkeypatch.setattr(target, "host", unavailable)
    assert executors.room_for(procedure(CHAIN), "native") == 3 * 12


def unavailable():
    raise UnavailableError("no code for this machine")


def test_an_exact_program_is_native_and_marked():
    ready = executors.ready(procedure(ADDED), executors.EXACT)
    assert isinstance(ready, executor.Native)
    assert ready.procedure.exact
    assert not executors.ready(procedure(ADDED), "native").procedure.exact
    assert executors.checked("native-exact") == executors.EXACT
    assert executors.room_for(procedure(ADDED), executors.EXACT) == 0


def test_products_are_in_tiles_where_a_native_program_may_use_them():
    given = np.ones((9, 9), np.float32)
    half = pc.compile(lambda a: a @ a, precision="bfloat16").captured(given).procedure
    assert not executors.is_tiled(half, "reference")
    with on_tiles():
        tiled = [executors.is_tiled(half, name) for name in ("native", *executors.NAMES)]
        assert tiled == [True, True, False, False]
        assert not executors.is_tiled(procedure(ADDED), "native")
