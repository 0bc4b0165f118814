"""The operating system: its functions by name, and who could have written a file."""

import ctypes
import os
import sys

import pytest

from pellucid.errors import UnavailableError
from pellucid.executors.native.machine import system

posix = pytest.mark.skipif(system.WINDOWS, reason="modes and users of POSIX")


def test_the_description_has_system_processor_and_form(monkeypatch):
    for name, form in {
        "linux": "elf",
        "win32": "coff",
        "darwin": "macho",
        "freebsd": "elf",
    }.items():
        monkeypatch.setattr(sys, "platform", name)
        assert system.described().split()[::2] == [name, form]


def test_functions_are_found_where_they_are():
    found = system.addresses(["malloc", "free"])
    kind = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_size_t)
    memory = kind(found["malloc"])(10)
    ctypes.memset(memory, 7, 10)
    assert ctypes.string_at(memory, 10) == b"\x07" * 10
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(found["free"])(memory)


def test_all_functions_that_a_system_lacks_are_named():
    with pytest.raises(UnavailableError, match=r"no function no_such_a, no_such_b$"):
        system.addresses(["malloc", "no_such_b", "no_such_a"])
    assert system.addresses([]) == {}


def test_the_library_is_loaded_once():
    assert system.library() is system.library()


@posix
@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (0o600, ""),
        (0o644, ""),
        (0o664, "can be written by others (mode 664)"),
        (0o602, "can be written by others (mode 602)"),
        (0o777, "can be written by others (mode 777)"),
    ],
)
def test_a_file_is_open_where_its_mode_lets_others_write(tmp_path, mode, told):
    path = tmp_path / "file"
    path.touch()
    path.chmod(mode)
    assert system.why_open(path, path.stat()) == told


@posix
def test_a_file_of_another_user_is_open(tmp_path, monkeypatch):
    status, user = tmp_path.stat(), os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    told = f"belongs to user {user}, not to user {user + 1}"
    assert system.why_open(tmp_path, status) == told


def test_on_windows_all_outside_of_the_home_is_open(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(system.Path, "home", lambda: home)
    status = tmp_path.stat()
    assert system.why_open(home / "in", status) == ""
    assert system.why_open(tmp_path / "beside", status) == f"lies outside your home {home}"
