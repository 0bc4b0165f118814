"""Pages that are written and then run, on the system here and as Windows has them."""

import ctypes
import platform
import sys

import pytest

from pellucid.errors import UnavailableError
from pellucid.executors.native.machine import code_memory, system

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pages of Linux")


class Recorded:
    """A library that notes what it is asked and gives the answers that it was made with."""

    def __init__(self, **answers):
        self.answers, self.calls = answers, []

    def __getattr__(self, name):
        def call(*arguments):
            self.calls.append((name, *(getattr(a, "value", a) for a in arguments)))
            return self.answers[name]

        if name not in self.answers:
            raise AttributeError(name)
        self.__dict__[name] = call
        return call

    __getitem__ = __getattr__


@pytest.fixture
def windows(monkeypatch):
    """Windows, with memory of ours."""
    memory = ctypes.create_string_buffer(4096)
    address = ctypes.addressof(memory)
    library = Recorded(VirtualAlloc=address, VirtualProtect=1, VirtualFree=1, memory=memory)
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(system, "library", lambda: library)
    return library, address, memory


def test_pages_are_written_and_given_back():
    address = code_memory.mapped(100)
    code_memory.filled(address, b"code" * 25)
    assert ctypes.string_at(address, 100) == b"code" * 25
    code_memory.unmapped(address, 100)


def test_windows_is_asked_for_pages_that_are_written_and_then_run(windows):
    library, address, memory = windows
    assert code_memory.mapped(100) == address
    code_memory.filled(address, b"code")
    code_memory.unmapped(address, 100)
    assert memory.raw[:4] == b"code"
    commit, read_write, run_read, release = 0x3000, 4, 0x20, 0x8000
    calls = [call[:4] for call in library.calls]
    assert calls == [
        ("VirtualAlloc", None, 100, commit),
        ("VirtualProtect", address, 4, run_read),
        ("VirtualFree", address, 0, release),
    ]
    assert library.calls[0][4] == read_write


@pytest.mark.parametrize(("name", "what"), [("VirtualAlloc", "map"), ("VirtualProtect", "run")])
def test_windows_may_refuse(windows, name, what):
    library, address, _ = windows
    library.answers[name] = 0
    ctypes.set_errno(0)
    with pytest.raises(UnavailableError, match=f"does not let pellucid {what} .*"):
        code_memory.filled(code_memory.mapped(100) or address, b"code")


def test_arm64_is_told_that_there_are_new_instructions(monkeypatch):
    library = Recorded(__clear_cache=None)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(ctypes, "CDLL", {code_memory.CACHE_LIBRARY: library}.__getitem__)
    address = code_memory.mapped(100)
    code_memory.filled(address, b"code")
    assert library.calls == [("__clear_cache", address, address + 4)]
    library.answers.clear()
    del library.__dict__["__clear_cache"]
    other = code_memory.mapped(100)
    code_memory.filled(other, b"code")  # where nobody can be told, Linux does it
    for each in (address, other):
        code_memory.unmapped(each, 100)
