"""What kernels take of the stack: bounded, on each system as its threads have it."""

import re
from dataclasses import replace

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.machine.test_symbols import SYSTEMS

from pellucid import executors
from pellucid.errors import UnavailableError
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.emission import emit
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.planning import planned
from pellucid.executors.reference import Reference

RULES = "stride=({0}), before=({1}), after=({1}), x_dilation=({0}), w_dilation=({0})"
FLAT = f"convolution({RULES.format('1, 1', '0, 0')})"
LINE = f"convolution({RULES.format('1,', '0,')})"

MANY_CHANNELS = f"""graph(x: float32[1,1,32768,16], v: float32[1,2,32768,8])
  %0: float32[1,1,2,9] = {LINE} of (x, v)
  return %0"""
LARGE_KERNEL = f"""graph(x: float32[2,1,1024,32,32], v: float32[1,64,1024,16,16])
  %0: float32[2,1,64,17,17] = {FLAT} of (x, v)
  return %0"""
BY_CHANNELS = f"""graph(x: float32[2,1,8,300,300], v: float32[1,4,8,260,260])
  %0: float32[2,1,4,41,41] = {FLAT} of (x, v)
  return %0"""
DEEP = f"""graph(x: float32[1,1,2048,10,10], v: float32[1,2048,2048,3,3])
  %0: float32[1,1,2048,8,8] = {FLAT} of (x, v)
  return %0"""
TURNED = """graph(x: {0}[4000,4000], y: {0}[4000,4000])
  %0: {0}[4000,4000] = permute_dims(axes=(1, 0)) of (x)
  %1: {0}[4000,4000] = matmul() of (%0, y)
  return %1"""
LARGE = [MANY_CHANNELS, LARGE_KERNEL, BY_CHANNELS, DEEP, TURNED.format("float32")]
LARGEST = TURNED.format("float64")


def frame_bytes(made) -> int:
    """The largest frame of a function, as the machine code has it."""
    text = targets.assembly(emit(planned(made)).text, targets.host())
    return max((int(n) for n in re.findall(r"sub\w*\s+\$(\d+), %rsp", text)), default=0)


@pytest.mark.skipif(not targets.host().is_x86, reason="assembly of x86 is read")
@pytest.mark.parametrize("text", [*LARGE, LARGEST])
def test_a_kernel_stays_far_below_what_a_thread_has(text):
    assert frame_bytes(procedure(text)) < 2_000_000


@pytest.mark.parametrize("text", LARGE)
def test_on_windows_too(text, monkeypatch):
    monkeypatch.setattr(targets, "host", lambda: SYSTEMS["windows"])
    assert emit(planned(procedure(text))).text


def test_many_channels_are_summed_on_any_stack():
    """More than eight megabytes were taken, and the process ended: a line for each number."""
    x = np.random.default_rng(0).integers(-4, 5, (1, 1, 32768, 16)).astype(np.float32)
    w = np.random.default_rng(1).integers(-4, 5, (1, 2, 32768, 8)).astype(np.float32)
    (y,) = Native(procedure(MANY_CHANNELS))([x, w], [])
    windows = np.lib.stride_tricks.sliding_window_view(x[0, 0].astype(np.float64), 8, axis=1)
    np.testing.assert_array_equal(y[0, 0], np.einsum("cpk,ock->op", windows, w[0]))


def test_a_kernel_that_takes_more_than_windows_has_is_left_to_the_reference(monkeypatch):
    wide = {"name": "avx512", "cpu": "x86-64-v4", "vector_bytes": 64, "registers": 32}
    windows = replace(SYSTEMS["windows"], **wide)
    monkeypatch.setattr(targets, "host", lambda: windows)
    rule = r"a kernel takes \d{7} bytes of the stack, and may take 1500000"
    with pytest.raises(UnavailableError, match=rule):
        emit(planned(procedure(LARGEST)))
    executors._say_unavailable.cache_clear()
    with pytest.warns(UserWarning, match=rf"cannot run here \({rule}\); programs run on the ref"):
        assert isinstance(executors.ready(procedure(LARGEST), "native"), Reference)
