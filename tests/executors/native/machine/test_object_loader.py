"""Machine code in memory without LLVM: placed, linked, run; other files are left to LLVM."""

import ctypes
import mmap
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llvmlite import binding

from pellucid.errors import UnavailableError
from pellucid.executors.native.machine import system
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine.object_loader import (
    FILE,
    RELOCATION,
    SECTION,
    SYMBOL,
    LoadedObject,
    is_linkable,
)

HERE = targets.host()
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not (HERE.is_x86 or HERE.is_arm64), reason="elsewhere LLVM links"
)

# Vectors of constants in read-only data, a call of the C library, and one function in another.
CODE = """
declare ptr @memcpy(ptr, ptr, i64)

define double @scaled(double %x) noinline {
  %y = fmul double %x, 2.5
  ret double %y
}

define double @twice(double %x) {
  %y = call double @scaled(double %x)
  %z = call double @scaled(double %y)
  ret double %z
}

define void @shifted(ptr %x) {
  %a = load <4 x float>, ptr %x, align 4
  %b = fadd <4 x float> %a, <float 1.0, float 2.0, float 3.0, float 4.0>
  store <4 x float> %b, ptr %x, align 4
  ret void
}

define void @copied(ptr %to, ptr %from, i64 %count) {
  %r = call ptr @memcpy(ptr %to, ptr %from, i64 %count)
  ret void
}
"""


@pytest.fixture(scope="module")
def code() -> bytes:
    return targets.object_code(CODE, HERE)


def test_records_have_the_sizes_that_the_format_says():
    assert [t.itemsize for t in (FILE, SECTION, SYMBOL, RELOCATION)] == [64, 64, 24, 24]


def test_functions_find_their_constants_each_other_and_the_c_library(code):
    assert is_linkable(code)
    assert isinstance(targets.loaded(code, HERE), LoadedObject)
    linked = LoadedObject(code)
    twice = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(linked.get_function_address("twice"))
    assert twice(3.0) == 18.75
    x, y = np.zeros(4, np.float32), np.full(4, 7, np.float32)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(linked.get_function_address("shifted"))(x.ctypes.data)
    assert x.tolist() == [1, 2, 3, 4]
    copied = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(
        linked.get_function_address("copied")
    )
    copied(x.ctypes.data, y.ctypes.data, 8)
    assert x.tolist() == [7, 7, 3, 4]


def test_memory_that_runs_cannot_be_written(code):
    linked = LoadedObject(code)
    address = linked.get_function_address("twice")
    for line in Path("/proc/self/maps").read_text().splitlines():
        first, last = (int(end, 16) for end in line.split()[0].split("-"))
        if first <= address < last:
            assert line.split()[1] == "r-xp"
            return
    pytest.fail("the function lies nowhere")


def test_memory_is_given_back(code):
    many = [LoadedObject(code) for _ in range(200)]
    held = _bytes_that_run()
    del many
    assert held - _bytes_that_run() >= 200 * mmap.PAGESIZE


def _bytes_that_run() -> int:
    lines = Path("/proc/self/maps").read_text().splitlines()
    ends = [line.split()[0].split("-") for line in lines if " r-xp " in line]
    return sum(int(last, 16) - int(first, 16) for first, last in ends)


def test_a_file_without_functions_is_linked_too():
    with pytest.raises(KeyError):
        LoadedObject(targets.object_code("", HERE)).get_function_address("kernel_0")


def test_code_stays_where_it_is_while_python_ends():
    """A thread goes on in it, as one of the pool may, until the process is gone."""
    script = """
import ctypes, threading, time
from pellucid.executors.native.machine import target as targets
text = "define void @spin() {\\n br label %on\\non:\\n br label %on\\n}"
code = targets.loaded(targets.object_code(text, targets.host()), targets.host())
spin = ctypes.CFUNCTYPE(None)(code.get_function_address("spin"))
threading.Thread(target=spin, daemon=True).start()
time.sleep(0.1)
print(type(code).__name__)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "LoadedObject\n"), done.stderr


def test_a_system_that_lets_no_memory_run_says_so(monkeypatch):
    here = system.library()
    library = type("Library", (), {n: getattr(here, n) for n in ("mmap", "munmap")})
    library.mprotect = lambda *_: (ctypes.set_errno(13), -1)[1]
    monkeypatch.setattr(system, "library", lambda: library)
    with pytest.raises(UnavailableError, match="does not let pellucid run what it has written"):
        LoadedObject(targets.object_code("define void @f() {\n ret void\n}", HERE))
    library.mmap = lambda *_: (ctypes.set_errno(12), 2**64 - 1)[1]
    with pytest.raises(UnavailableError, match="does not let pellucid map memory for code: Cann"):
        LoadedObject(targets.object_code("define void @f() {\n ret void\n}", HERE))


def test_other_files_are_left_to_llvm(code):
    assert not is_linkable(b"")
    assert not is_linkable(code[:40])
    assert not is_linkable(b"\xcf\xfa\xed\xfe" + code[4:])
    for name, value in (("machine", 243), ("type", 3)):
        head = np.frombuffer(code, FILE, 1).copy()
        head[name] = value
        assert not is_linkable(head.tobytes() + code[FILE.itemsize :])


def test_code_that_asks_for_other_addresses_is_left_to_llvm_and_runs(code):

    machine = binding.Target.from_triple(binding.get_process_triple()).create_target_machine(
        cpu=HERE.cpu, features=HERE.features, opt=3, codemodel="small", reloc="pic"
    )
    near = machine.emit_object(binding.parse_assembly(CODE.replace("@twice", "@near")))
    assert not is_linkable(near)
    engine = targets.loaded(near, HERE)
    assert not isinstance(engine, LoadedObject)
    twice = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(engine.get_function_address("near"))
    assert twice(3.0) == 18.75


@pytest.mark.parametrize("start", [0, 1])
def test_code_with_variables_of_its_own_is_left_to_llvm(start):
    text = f"@counter = global i64 {start}\ndefine ptr @f() {{\n ret ptr @counter\n}}"
    assert not is_linkable(targets.object_code(text, HERE))


def test_all_missing_functions_of_the_system_are_named_before_anything_is_called():
    text = """
    declare void @no_such_function()
    declare void @nor_this()
    define void @f() {
      call void @no_such_function()
      call void @nor_this()
      ret void
    }"""
    code = targets.object_code(text, HERE)
    names = "this system has no function no_such_function, nor_this"
    with pytest.raises(UnavailableError, match=names):
        LoadedObject(code)
    assert is_linkable(code)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(targets, "is_linkable", lambda _: False)
        with pytest.raises(UnavailableError, match=names):
            targets.loaded(code, HERE)
