"""What object files ask of the system, on all systems: made here for each, and read."""

from dataclasses import replace

import pytest
from executors.native.examples import procedure
from executors.native.programs import seeded
from llvmlite import binding

from pellucid.errors import UnavailableError
from pellucid.executors.native.kernels.emission import emit
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine.symbols import undefined
from pellucid.executors.native.planning import planned
from pellucid.executors.native.runtime.program import _step_loop_code

AVX2 = replace(targets.forced("sse"), name="avx2", cpu="x86-64-v3", features="", vector_bytes=32)
SSE = replace(AVX2, name="sse", cpu="x86-64-v2", vector_bytes=16)
NEON = replace(SSE, name="neon", cpu="generic", registers=32)

# On Windows LLVM links its own form of files only, ELF; the system's own form is COFF.
SYSTEMS = {
    "linux": replace(AVX2, triple="x86_64-unknown-linux-gnu"),
    "linux arm64": replace(NEON, triple="aarch64-unknown-linux-gnu"),
    "macos": replace(AVX2, triple="x86_64-apple-darwin"),
    "macos arm64": replace(NEON, triple="arm64-apple-darwin"),
    "windows": replace(AVX2, triple="x86_64-pc-windows-msvc-elf"),
    "windows sse": replace(SSE, triple="x86_64-pc-windows-msvc-elf"),
    "windows coff": replace(AVX2, triple="x86_64-pc-windows-msvc"),
}
WINDOWS = [name for name in SYSTEMS if name.startswith("windows")]
BEGINNINGS = {"linux": b"\x7fELF", "macos": b"\xcf\xfa\xed\xfe", "windows": b"\x7fELF"}

POSIX_THREADS = {
    *("pthread_mutex_init", "pthread_mutex_lock", "pthread_mutex_unlock"),
    *("pthread_cond_init", "pthread_cond_wait", "pthread_cond_signal"),
    *("pthread_create", "pthread_detach", "sched_yield"),
    *("pthread_attr_init", "pthread_attr_setstacksize", "pthread_attr_destroy"),
}
WINDOWS_THREADS = {
    *("InitializeSRWLock", "AcquireSRWLockExclusive", "ReleaseSRWLockExclusive"),
    *("InitializeConditionVariable", "SleepConditionVariableSRW", "WakeConditionVariable"),
    *("CreateThread", "CloseHandle", "SwitchToThread"),
}
# Standard C, which every system has: ucrtbase on Windows, libm and libc elsewhere.
STANDARD = {"memcpy", "memmove", "memset", "fma", "fmaf", "fmod", "fmodf", "sin", "cos", "pow"}
STANDARD |= {"atan2", "atan2f", "nextafter", "nextafterf"}
PROBES = "__chkstk"  # of large stacks: ntdll has it
FLOATS_USED = "_fltused"  # a mark of files that compute with floats: Windows' linker asks for it

MANY_COLUMNS = """graph(x: float32[1,1,128,12,12], w: float32[1,128,128,3,3])
  %0: float32[1,1,128,10,10] = convolution(stride=(1, 1), before=(0, 0), after=(0, 0), \
x_dilation=(1, 1), w_dilation=(1, 1)) of (x, w)
  return %0"""
ADDED = "graph(x: float32[4])\n  %0: float32[4] = add() of (x, x)\n  return %0"


@pytest.fixture(scope="module", autouse=True)
def _all_processors():
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()


def code_for(made, target, monkeypatch):
    monkeypatch.setattr(targets, "host", lambda: target)
    return targets.object_code(emit(planned(made)).text, target)


@pytest.mark.parametrize("name", SYSTEMS)
def test_threads_are_the_systems_own(name):
    code = _step_loop_code(SYSTEMS[name])
    own = WINDOWS_THREADS if name in WINDOWS else POSIX_THREADS
    assert set(undefined(code)) == own
    beginning = b"\x64\x86" if name == "windows coff" else BEGINNINGS[name.split()[0]]
    assert code.startswith(beginning)


@pytest.mark.parametrize("name", SYSTEMS)
def test_programs_ask_for_standard_functions_alone(name, monkeypatch):
    allowed = STANDARD | ({PROBES, FLOATS_USED} if name in WINDOWS else set())
    for seed in range(6):
        asked = undefined(code_for(seeded(seed).procedure, SYSTEMS[name], monkeypatch))
        assert set(asked) <= allowed


@pytest.mark.parametrize("name", SYSTEMS)
def test_large_stacks_are_probed_on_windows_alone(name, monkeypatch):
    """A page that nobody has touched is a fault there, unless it follows one that is in use."""
    large = undefined(code_for(procedure(MANY_COLUMNS), SYSTEMS[name], monkeypatch))
    small = undefined(code_for(procedure(ADDED), SYSTEMS[name], monkeypatch))
    assert (PROBES in large, PROBES in small) == (name in WINDOWS, False)


LONG_NAMES = """
declare void @a()
declare void @just_8ch()
declare void @a_name_of_more_than_eight_characters()
define void @named_too_long_for_a_record() {
  call void @a()
  call void @just_8ch()
  call void @a_name_of_more_than_eight_characters()
  ret void
}
"""


@pytest.mark.parametrize("name", SYSTEMS)
def test_names_are_read_whole_and_defined_ones_are_not_listed(name):
    asked = undefined(targets.object_code(LONG_NAMES, SYSTEMS[name]))
    assert sorted(asked) == ["a", "a_name_of_more_than_eight_characters", "just_8ch"]


def test_a_file_of_another_form_is_refused():
    with pytest.raises(UnavailableError, match=r"object files that begin with b'\\x00asm' are not"):
        undefined(b"\0asm\1\0\0\0")
