"""Gradients of kernels with fewer multiplications: values, threads, memory, and errors."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.fast import Drawn, everywhere, gradient_errors, plain
from executors.native.guarded import ARENAS

from pellucid.executors.native.ir.fast_gradients import gradient_cut
from pellucid.executors.native.planning import planned

ROOT = Path(__file__).parents[4]
LAYERS = [(20, 16, 16, 28), (30, 32, 32, 16), (50, 64, 64, 8)]  # of the benchmarks


def of_shapes(batch, channels, out, high, wide):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(channels, 1, batch, high, wide)).astype(np.float32)
    dy = rng.normal(size=(1, out, batch, high, wide)).astype(np.float32)
    return Drawn(plain((1, 1), (1, 1)), x, dy)


CASES = {
    "several images a block, the last fewer": of_shapes(29, 5, 7, 8, 8),
    "several blocks an image, the last smaller": of_shapes(3, 17, 18, 30, 21),
    "channels in groups": of_shapes(2, 96, 70, 9, 9),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", CASES)
def test_values_are_right_on_every_cpu_and_the_same_bits_on_any_number_of_threads(name, target):
    with everywhere(), on_target(target):
        kernels = planned(CASES[name].procedure).plan.kernels
        assert [kernel.name for kernel in kernels] == ["fast_gradient", "sum"]
        cut = gradient_cut(CASES[name].procedure.graph.nodes[0])
        assert (cut.groups > 1) == ("groups" in name)
        assert (cut.tiles.units_of_image > 1) == ("blocks an image" in name)
        assert CASES[name].wrong() is None


def test_no_access_leaves_a_buffer_and_drawn_shapes_give_right_values():
    code = (
        "from executors.native.cpus import TARGETS, on_target\n"
        "from executors.native.fast import drawn_gradient, everywhere\n"
        f"arenas = {ARENAS!r}\n"
        "with everywhere():\n"
        "    for seed in range(12):\n"
        "        with on_target(TARGETS[seed % len(TARGETS)]):\n"
        "            wrong = drawn_gradient(seed).wrong(arenas[seed % len(arenas)])\n"
        "        assert wrong is None, (seed, wrong)\n"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    env = {**os.environ, "PYTHONPATH": paths, "PELLUCID_CACHE": os.devnull}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-2000:]


@pytest.mark.parametrize("layer", LAYERS)
def test_root_mean_square_errors_are_at_most_six_times_those_of_the_direct_way(layer):
    fast, direct = gradient_errors(*layer)
    assert direct < fast < 6 * direct
