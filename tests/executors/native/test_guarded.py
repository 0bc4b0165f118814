"""Guards see what goes over the edge of memory."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from executors.native.guarded import POISON, poisoned

ROOT = Path(__file__).parents[3]
OVER = """
import numpy as np
from llvmlite import ir
from executors.native.examples import procedure
from executors.native.guarded import Guarded
from executors.native.programs import small_chunks
from pellucid.executors.native.kernels import window_columns
{change}
made = procedure('''graph(x: float32[1,1,1,23], w: float32[1,3,1,2])
  %0: float32[1,1,3,22] = convolution(stride=(1,), before=(1,), after=(-1,), \\
x_dilation=(1,), w_dilation=(1,)) of (x, w)
  return %0''')
with small_chunks():
    ready = Guarded(made, "packed")
    ready.call([np.ones((1, 1, 1, 23), "f4"), np.ones((1, 3, 1, 2), "f4")], [], "end")
"""


def ended(change: str) -> int:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [sys.executable, "-c", OVER.format(change=change)]
    return subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": paths}).returncode


def test_a_kernel_that_writes_behind_its_memory_on_the_stack_is_stopped():
    assert ended("") == 0
    longer = (
        "clear = window_columns._Run.clear\n"
        "def further(run, place):\n"
        "    run.length += 400\n"
        "    clear(run, place)\n"
        "    run.length -= 400\n"
        "window_columns._Run.clear = further"
    )
    assert ended(longer) in {-signal.SIGILL, -signal.SIGTRAP, -signal.SIGSEGV}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("side", ["begin", "end"])
def test_poison_is_nan_in_both_sizes_of_floats(dtype, side):
    memory = poisoned((3, 5), np.dtype(dtype), side)
    assert np.isnan(memory).all()
    assert memory.tobytes() == POISON.tobytes() * (memory.nbytes // POISON.size)
