"""The kernel's permission for tile registers: asked once, and refused without harm."""

import ctypes
import os
import subprocess
import sys

import pytest

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine import tile_permission
from pellucid.executors.native.machine.tile_permission import (
    ASK_PERMISSION,
    GET_PERMISSION,
    TILE_DATA,
    permitted,
)

linux = pytest.mark.skipif(
    targets.host().triple != "x86_64-unknown-linux-gnu", reason="a call of Linux on x86"
)


@pytest.fixture
def _asks(monkeypatch):
    """Ask anew, and forget what was answered."""
    permitted.cache_clear()
    yield
    permitted.cache_clear()


class Kernel:
    """One that gives what it is told to, and notes what it was asked for."""

    def __init__(self, refuses: bool, gives: int) -> None:
        self.refuses, self.gives, self.asked = refuses, gives, []

    def __call__(self, what: int, argument: int) -> int:
        self.asked.append(what)
        if what == GET_PERMISSION:
            ctypes.c_uint64.from_address(argument).value = self.gives
            return 0
        assert (what, argument) == (ASK_PERMISSION, TILE_DATA)
        return -1 if self.refuses else 0


@linux
@pytest.mark.usefixtures("_asks")
@pytest.mark.parametrize(
    ("refuses", "gives", "answer"),
    [(False, 1 << TILE_DATA, True), (False, 7, False), (True, 1 << TILE_DATA, False)],
)
def test_it_counts_once_the_kernel_says_so_and_is_asked_for_once(
    refuses, gives, answer, monkeypatch
):
    kernel = Kernel(refuses, gives)
    monkeypatch.setattr(tile_permission, "_arch_prctl", kernel)
    assert [permitted(), permitted()] == [answer, answer]
    assert kernel.asked == [ASK_PERMISSION] + [GET_PERMISSION] * (not refuses)


@linux
@pytest.mark.usefixtures("_asks")
def test_this_kernel_answers_as_its_cpu_has_tiles_or_not():
    """Where the CPU has none it refuses; the process goes on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        has_tiles = "amx_tile" in file.read().split()
    assert permitted() <= has_tiles


@pytest.mark.usefixtures("_asks")
@pytest.mark.parametrize(("system", "kind"), [("darwin", "x86_64"), ("linux", "aarch64")])
def test_other_systems_are_not_asked(system, kind, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(tile_permission.platform, "machine", lambda: kind)
    monkeypatch.setattr(tile_permission, "_arch_prctl", None)
    assert permitted() is False


UNASKED = """
import sys
import numpy as np
import pellucid as pc
from pellucid.executors.native.machine import tile_permission
def refuse(*asked):
    raise SystemExit(f"asked {asked}")
tile_permission._arch_prctl = refuse
x = np.ones((32, 32), np.float32)
pc.compile(lambda x: x @ x)(x)
print("not asked")
"""


def test_programs_in_float32_do_not_ask(tmp_path):
    """What it gives is paid for by every signal of the process."""
    more = {"PELLUCID_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", UNASKED]
    found = subprocess.run(
        command, env=os.environ | more, capture_output=True, text=True, check=False
    )
    assert found.stdout == "not asked\n", found.stderr
